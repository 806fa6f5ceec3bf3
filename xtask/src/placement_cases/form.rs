//! The form of a case.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

/// A field's name and what it holds.
pub(super) type Fields<T> = BTreeMap<String, T>;

#[derive(Deserialize)]
pub(super) struct Case {
    pub(super) agents: Vec<Agent>,
    #[serde(default)]
    pub(super) running: Vec<Running>,
    #[serde(default)]
    pub(super) tasks: Vec<Task>,
    #[serde(default)]
    pub(super) settings: Settings,
    pub(super) expect: Expect,
}

#[derive(Deserialize)]
pub(super) struct Agent {
    pub(super) id: String,
    pub(super) hostname: Option<String>,
    #[serde(default)]
    pub(super) attributes: Fields<Json>,
    pub(super) region: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) max_tasks: Option<usize>,
    pub(super) unavailable: Option<Unavailable>,
    pub(super) free: Option<Fields<Json>>,
    pub(super) offers: Option<Vec<Offer>>,
    #[serde(default)]
    pub(super) total: Fields<f64>,
}

#[derive(Deserialize)]
pub(super) struct Unavailable {
    pub(super) start_s: f64,
    pub(super) duration_s: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct Offer {
    pub(super) id: String,
    pub(super) resources: Vec<Piece>,
}

#[derive(Deserialize)]
pub(super) struct Piece {
    pub(super) name: String,
    pub(super) value: Option<f64>,
    pub(super) ranges: Option<Vec<(u64, u64)>>,
    pub(super) role: Option<String>,
    pub(super) labels: Option<Fields<String>>,
    pub(super) disk: Option<Disk>,
}

#[derive(Deserialize)]
pub(super) struct Disk {
    pub(super) r#type: String,
    pub(super) path: Option<String>,
}

/// What a task belongs to, and what constraints select it by.
#[derive(Clone, Deserialize)]
pub(super) struct Belongs {
    #[serde(default)]
    pub(super) group: String,
    #[serde(default)]
    pub(super) version: String,
    #[serde(default)]
    pub(super) labels: Fields<String>,
    #[serde(default)]
    pub(super) space: String,
}

#[derive(Deserialize)]
pub(super) struct Running {
    pub(super) id: String,
    pub(super) agent: Option<String>,
    pub(super) elsewhere: Option<Agent>,
    #[serde(flatten)]
    pub(super) belongs: Belongs,
    #[serde(default)]
    pub(super) uses: Fields<Json>,
    #[serde(default)]
    pub(super) constraints: Vec<Json>,
    pub(super) state: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Task {
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) belongs: Belongs,
    #[serde(default)]
    pub(super) needs: Fields<Json>,
    pub(super) roles: Option<Vec<String>>,
    pub(super) reserved_for: Option<Fields<String>>,
    pub(super) gpu_agents: Option<String>,
    #[serde(default)]
    pub(super) constraints: Vec<Json>,
    #[serde(default)]
    pub(super) prefer: Vec<Json>,
    pub(super) replaces: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Ports {
    #[serde(default)]
    pub(super) dynamic: usize,
    #[serde(default)]
    pub(super) fixed: Vec<u64>,
    #[serde(default)]
    pub(super) within: Vec<(u64, Option<u64>)>,
}

#[derive(Deserialize)]
pub(super) struct Volume {
    pub(super) size: f64,
    pub(super) r#type: Option<String>,
    pub(super) path_matches: Option<String>,
    pub(super) max_size: Option<f64>,
}

#[derive(Default, Deserialize)]
pub(super) struct Settings {
    pub(super) strategy: Option<Strategy>,
    pub(super) max_placements: Option<usize>,
    pub(super) now_s: Option<f64>,
    pub(super) maintenance: Option<Maintenance>,
    pub(super) gpus: Option<String>,
    /// Set if the key is there, also with null.
    #[serde(default, deserialize_with = "present")]
    pub(super) home_region: Option<Json>,
    pub(super) home_unknown: Option<String>,
    #[serde(default)]
    pub(super) group_limits: Fields<Fields<f64>>,
    pub(super) unlisted_groups: Option<String>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
pub(super) struct Strategy {
    pub(super) kind: String,
    pub(super) over: Option<Vec<String>>,
    #[serde(default)]
    pub(super) weights: Fields<f64>,
}

#[derive(Deserialize)]
pub(super) struct Maintenance {
    #[serde(default)]
    pub(super) margin_s: f64,
    #[serde(default)]
    pub(super) ignore: bool,
}

/// A resource, and how much is asked for, used, and there in all.
pub(super) type Amounts = (String, f64, f64, f64);

/// What is expected, by task and then by agent.
#[derive(Deserialize)]
pub(super) struct Expect {
    #[serde(default)]
    pub(super) allowed: Fields<Vec<String>>,
    #[serde(default)]
    pub(super) refused: Fields<Fields<Vec<String>>>,
    #[serde(default)]
    pub(super) only_reasons: Fields<Fields<Vec<String>>>,
    #[serde(default)]
    pub(super) not_reasons: Fields<Fields<Vec<String>>>,
    #[serde(default)]
    pub(super) amounts: Fields<Fields<Vec<Amounts>>>,
    #[serde(default)]
    pub(super) ranking: Fields<Vec<Vec<String>>>,
    #[serde(default)]
    pub(super) placed: Fields<Vec<String>>,
    #[serde(default)]
    pub(super) unplaced: Vec<String>,
    #[serde(default)]
    pub(super) count: Count,
    #[serde(default)]
    pub(super) error: Fields<Json>,
}

#[derive(Default, Deserialize)]
pub(super) struct Count {
    pub(super) placed: Option<usize>,
    pub(super) unplaced: Option<usize>,
    pub(super) agents_used: Option<usize>,
    pub(super) max_per_agent: Option<usize>,
    pub(super) per_agent: Option<Fields<usize>>,
    pub(super) per_value: Option<Fields<Fields<usize>>>,
    pub(super) per_group: Option<Fields<usize>>,
}
