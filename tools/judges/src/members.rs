//! Where the members of a cluster are.

use serde::Deserialize;

/// Where the members of a cluster really are, each as `host:port`.
#[derive(Clone, Debug, Deserialize)]
pub struct Places {
    /// With a single master this is empty.
    #[serde(rename = "zookeepers")]
    pub zookeeper: Vec<String>,
    /// At least one.
    pub masters: Vec<String>,
    /// Of an embedded cluster this is empty: executors reach its agents, and agents their master, by themselves.
    pub agents: Vec<String>,
}
