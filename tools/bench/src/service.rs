//! A large service of the launcher on simulated agents, whose tasks run from their launch.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use mesos_launcher::{FileLog, InstanceState, Launcher, Service, ServiceHandle, Task};
use mesos_sdk::Master;
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::AgentId;
use serde::{Deserialize, Serialize};
use tokio::time::{sleep, timeout};

use crate::batch::Folder;
use crate::launch::{CPUS, MEM};
use crate::measure::{Meter, Reading};

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often the launcher is asked how far it is.
const LOOK: Duration = Duration::from_millis(5);

/// What it took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Response {
    /// From the start of the launcher until all instances but one ran.
    pub start: Reading,
    /// From the start of another launcher with the same records until the last one ran as well.
    pub restart: Reading,
    /// From the loss of an agent until all ran again.
    pub replace: Reading,
    /// How many instances were on that agent.
    pub lost: usize,
}

/// Runs this number of instances, and prints the [`Response`] as JSON.
///
/// # Errors
///
/// Not all ran in time.
pub fn run(master: &str, instances: usize) -> Result<()> {
    let master: Master = master.parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let measuring = async { timeout(PATIENCE, measure(&master, instances)).await };
    let response = runtime.block_on(measuring).context("not all instances ran")??;
    println!("{}", serde_json::to_string(&response)?);
    Ok(())
}

async fn measure(master: &Master, instances: usize) -> Result<Response> {
    let (folder, meter) = (Folder::new()?, Meter::start()?);
    let (launcher, _) = running(master, folder.path(), instances.saturating_sub(1)).await?;
    let start = meter.read()?;
    launcher.stop_with_failover().await?;
    let meter = Meter::start()?;
    let (launcher, service) = running(master, folder.path(), instances).await?;
    let restart = meter.read()?;
    let (replace, lost) = lose_agent(master, &service).await?;
    launcher.stop_with_failover().await?;
    Ok(Response { start, restart, replace, lost })
}

/// Starts a launcher with these records, and waits until so many instances run.
async fn running(master: &Master, folder: &Path, instances: usize) -> Result<(Launcher, ServiceHandle)> {
    let store = FileLog::new(folder.join("store"));
    let launcher = Launcher::builder("service").master(master.clone()).store(store).start().await?;
    let task = Task::shell("exec server").cpus(CPUS).mem(MEM);
    let service = launcher.submit(Service::new("server", task).instances(instances)).await?;
    service.until_running(instances).await?;
    Ok((launcher, service))
}

/// Removes the agent of the first instance for good, and waits until all run on others.
async fn lose_agent(master: &Master, service: &ServiceHandle) -> Result<(Reading, usize)> {
    let instances = service.instances();
    let host = &instances.first().context("the service has no instances")?.host;
    let lost = instances.iter().filter(|instance| instance.host == *host).count();
    let operator = MasterOperator::new(master.clone());
    let agent = agent(&operator, host).await?;
    let meter = Meter::start()?;
    operator.mark_agent_gone(agent).await?;
    while service.status().is_none_or(|status| status.running < instances.len()) || any_on(service, host) {
        sleep(LOOK).await;
    }
    Ok((meter.read()?, lost))
}

async fn agent(operator: &MasterOperator, host: &str) -> Result<AgentId> {
    let agents = operator.get_agents().await?.agents;
    let agent = agents.into_iter().map(|agent| agent.agent_info).find(|info| info.hostname == host);
    agent.and_then(|info| info.id).with_context(|| format!("no agent has the hostname {host}"))
}

/// Returns whether an instance is on this host, or does not run.
fn any_on(service: &ServiceHandle, host: &str) -> bool {
    let elsewhere = |instance: &mesos_launcher::Instance| {
        instance.host != host && instance.state == InstanceState::Running
    };
    !service.instances().iter().all(elsewhere)
}
