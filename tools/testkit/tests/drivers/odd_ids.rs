//! Ids with letters that mean something to URLs, paths, shells or JSON: Mesos takes them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::build::Task;
use mesos_sdk::operator::{AgentOperator, MasterOperator};
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo, TaskState};
use mesos_sdk::store::MemoryStore;
use mesos_sdk::{Address, Master};
use testkit::TestCluster;
use tokio::time::{Instant, sleep};

use crate::framework::{Framework, NO_FILTER, driver, info};

testkit::cases![an_odd_id_leads_to_its_task_and_sandbox];

const FRAMEWORK: &str = "my %2e frâme#work?";
/// How long a command may take to write a file.
const PATIENCE: Duration = Duration::from_secs(20);

async fn an_odd_id_leads_to_its_task_and_sandbox(cluster: TestCluster) -> Result<()> {
    let chosen = FrameworkId::from(FRAMEWORK);
    let info = FrameworkInfo { id: Some(chosen.clone()), ..info("odd") };
    let mut framework = Framework::start(driver(cluster.address(), info)?.store(MemoryStore::default()));
    ensure!(framework.subscribed().await?.framework_id == chosen);
    let agent = agent(&cluster).await?;
    let longest = "x".repeat(255);
    let ids = ["two words", "%20%2e%2e", "é\u{85}\u{2603}", "a?b&c=d#e+f;g", "$(x)`'\"*", ":~", &longest];
    for id in ids {
        let offer = framework.offer().await?;
        let task = Task::new(id).command("printf %s \"$MESOS_EXECUTOR_ID\" > output; exec sleep 1000");
        let task = task.cpus(0.1).mem(32.0).build(&offer.agent_id)?;
        framework.handle.launch_with_filters([offer.id], [task], NO_FILTER).await?;
        let running = framework.state(id, TaskState::Running).await?;
        let folder = format!("/frameworks/{FRAMEWORK}/executors/{id}/runs/latest");
        ensure!(agent.list_files(&folder).await?.file_infos.iter().all(|file| file.path.starts_with('/')));
        ensure!(read(&agent, &format!("{folder}/output")).await? == id.as_bytes(), "{id}");
        framework.handle.kill(running.task_id, running.agent_id).await?;
        framework.state(id, TaskState::Killed).await?;
    }
    framework.stop().await
}

/// The one agent: `slave(1)@host:port` contains its address.
async fn agent(cluster: &TestCluster) -> Result<AgentOperator> {
    let agents = MasterOperator::new(cluster.address().parse::<Master>()?).get_agents().await?.agents;
    let pid = agents.into_iter().next().and_then(|agent| agent.pid).context("no agent")?;
    let (name, address) = pid.split_once('@').context(pid.clone())?;
    Ok(AgentOperator::new(address.parse::<Address>()?).path(&format!("/{name}/api/v1"))?)
}

async fn read(agent: &AgentOperator, path: &str) -> Result<Vec<u8>> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        match agent.read_file(path, 0, None).await {
            Ok(read) if !read.data.is_empty() => return Ok(read.data.to_vec()),
            other => ensure!(Instant::now() < give_up, "{path}: {other:?}"),
        }
        sleep(Duration::from_millis(100)).await;
    }
}
