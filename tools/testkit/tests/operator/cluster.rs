//! The clients of a test backend.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use mesos_sdk::operator::{AgentOperator, MasterOperator};
use mesos_sdk::proto::v1::AgentId;
use mesos_sdk::proto::v1::master::response::get_agents::Agent;
use mesos_sdk::{Address, Error, ErrorKind, Master};
use testkit::TestCluster;
use tokio::time::{Instant, sleep};

/// How long a cluster may take until it is as a test wants it.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);

/// A client of the cluster's master.
pub(crate) fn master(cluster: &TestCluster) -> Result<MasterOperator> {
    Ok(MasterOperator::new(cluster.address().parse::<Master>()?))
}

/// The one agent, as the master sees it.
pub(crate) async fn the_agent(master: &MasterOperator) -> Result<Agent> {
    let agents = master.get_agents().await?.agents;
    agents.into_iter().next().context("no agent")
}

pub(crate) async fn agent_id(master: &MasterOperator) -> Result<AgentId> {
    the_agent(master).await?.agent_info.id.context("an agent without id")
}

/// A client of the one agent: `slave(1)@host:port` contains its address.
pub(crate) async fn agent(cluster: &TestCluster) -> Result<AgentOperator> {
    let pid = the_agent(&master(cluster)?).await?.pid.context("no pid")?;
    let (name, address) = pid.split_once('@').context("a strange pid")?;
    Ok(AgentOperator::new(address.parse::<Address>()?).path(&format!("/{name}/api/v1"))?)
}

/// `host:port` of the one agent.
pub(crate) async fn agent_address(cluster: &TestCluster) -> Result<String> {
    let pid = the_agent(&master(cluster)?).await?.pid.context("no pid")?;
    Ok(pid.split_once('@').context("a strange pid")?.1.to_owned())
}

/// Fails unless the result is an error of this kind with this text.
pub(crate) fn ensure_refused<T>(result: Result<T, Error>, kind: ErrorKind, expected: &str) -> Result<()> {
    match result {
        Ok(_) => bail!("done, instead of an error with {expected:?}"),
        Err(error) => {
            ensure!(error.kind() == kind && format!("{error:#}").contains(expected), "{error:?}");
            Ok(())
        }
    }
}

/// Waits until what `look` sees is as wanted.
pub(crate) async fn until<T, F>(look: impl Fn() -> F, wanted: impl Fn(&T) -> bool) -> Result<T>
where
    T: std::fmt::Debug,
    F: Future<Output = Result<T, Error>>,
{
    let give_up = Instant::now() + PATIENCE;
    loop {
        let seen = look().await?;
        if wanted(&seen) {
            return Ok(seen);
        }
        ensure!(Instant::now() < give_up, "not as wanted within {PATIENCE:?}: {seen:?}");
        sleep(POLL).await;
    }
}
