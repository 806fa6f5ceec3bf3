//! The cluster at a glance.

use serde_json::{Value, json};

use super::amounts::Share;
use super::rows::share;
use super::{Link, Model};

/// How many of the last events the overview shows.
const LATEST: usize = 8;

impl Model {
    /// Returns what the head of the page and the overview show.
    pub(crate) fn summary(&self) -> Value {
        let mut total = Share::default();
        self.agents.values().for_each(|agent| total.add(share(agent)));
        let (link, reason) = match &self.link {
            Link::Connecting => ("connecting", ""),
            Link::Live => ("live", ""),
            Link::Lost(reason) => ("lost", reason.as_str()),
        };
        let active = self.agents.values().filter(|agent| agent.active).count();
        let offers: usize = self.frameworks.values().map(|framework| framework.offers.len()).sum();
        let latest: Vec<_> = self.log.newest().take(LATEST).collect();
        json!({
            "version": self.version, "link": link, "reason": reason, "master": self.master(),
            "agents": self.agents.len(), "active_agents": active,
            "frameworks": self.frameworks.len(), "ended_frameworks": self.ended_frameworks.len(),
            "tasks": self.tasks.len(), "states": self.tasks.counts(), "offers": offers, "share": total,
            "latest": latest,
        })
    }

    fn master(&self) -> Value {
        let Some(info) = self.leader.as_ref().and_then(|leader| leader.master_info.as_ref()) else {
            return Value::Null;
        };
        json!({
            "id": info.id, "version": info.version, "hostname": info.hostname, "port": info.port,
            "elected": self.leader.as_ref().and_then(|leader| leader.elected_time),
        })
    }
}
