//! Clusters behind proxies.

use anyhow::Result;

use crate::members::Places;
use crate::real::RealMesos;
use crate::test_cluster::{Backend, Running, TestCluster};

/// The address that members advertise. They really listen on 127.0.0.1, on the same port.
pub const FACE: &str = "127.0.0.2";

impl TestCluster {
    /// Starts a cluster whose members all advertise [`FACE`]. `place` receives their real
    /// addresses, and starts a proxy for each. Frameworks connect to [`TestCluster::face`].
    /// Variables for a real cluster have the form `MESOS_FLAG=VALUE`.
    pub async fn behind<T>(
        backend: Backend,
        agents: usize,
        variables: &[&str],
        place: impl AsyncFnOnce(Places) -> Result<T>,
    ) -> Result<(Self, T)> {
        if backend == Backend::Embedded {
            let cluster = Self::embedded(agents).await?;
            let masters = cluster.masters().to_vec();
            let placed = place(Places { zookeeper: Vec::new(), masters, agents: Vec::new() }).await?;
            return Ok((cluster, placed));
        }
        let several: &[&str] = if backend == Backend::RealHa { &["--ha", "--masters", "3"] } else { &[] };
        let variables = variables.iter().flat_map(|variable| ["--env", variable]);
        let options: Vec<_> = several.iter().copied().chain(variables).collect();
        let (cluster, placed) = RealMesos::up_behind(agents, &options, FACE, place).await?;
        Ok((Self::of(backend, cluster).await?, placed))
    }

    /// Returns the master for frameworks that reach the cluster through its proxies.
    pub fn face(&self) -> String {
        match self.zookeeper() {
            Some(zookeeper) => zookeeper.to_owned(),
            None => self.address().replace("127.0.0.1", FACE),
        }
    }

    /// Returns each agent's `host:port`.
    pub fn agents(&self) -> Vec<String> {
        match &self.cluster {
            Running::Embedded(cluster) => {
                (0..cluster.agents()).map(|agent| cluster.agent_address(agent).to_string()).collect()
            }
            Running::Real(cluster) => cluster.agents().to_vec(),
        }
    }
}
