//! The addresses of a cluster's members.

use serde::Deserialize;

/// The real addresses of a cluster's members, each as `host:port`.
#[derive(Clone, Debug, Deserialize)]
pub struct Places {
    /// Empty for a cluster with a single master.
    #[serde(rename = "zookeepers")]
    pub zookeeper: Vec<String>,
    /// At least one.
    pub masters: Vec<String>,
    /// Empty for an embedded cluster, whose executors and agents connect to each other directly.
    pub agents: Vec<String>,
}
