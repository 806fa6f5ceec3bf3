//! What an executor's driver does beside carrying events and updates.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::offer::operation::LaunchGroup;
use mesos_sdk::proto::v1::{
    ExecutorInfo, FrameworkInfo, Offer, TaskGroupInfo, TaskInfo, TaskState, TaskStatus,
};
use mesos_sdk::resources::Resources;
use testkit::TestCluster;

use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::processes::{ensure_ended, is_alive};
use crate::task::{Work, executor, executor_id, task, task_id};

testkit::cases![
    executor_uses_the_domain_socket_alone,
    executor_returns_after_an_agent_restart,
    hung_executor_ends_when_its_agent_is_gone,
    updates_made_at_shutdown_arrive,
    executor_is_notified_and_shows_its_status,
    task_group_reaches_its_executor,
];

#[statement::proves(sock)]
async fn executor_uses_the_domain_socket_alone(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::with_domain_socket(cluster.backend()).await?;
    let mut framework = Framework::start(driver(cluster.address(), info("sock"))?);
    let running = framework.launch_one("t", Work::Run).await?;
    ensure!(tcp_connections(&running)? == 0, "it has a connection over TCP");
    framework.handle.kill(task_id("t"), None).await?;
    framework.state("t", TaskState::Killed).await?;
    framework.stop().await
}

#[statement::proves(sock)]
async fn executor_returns_after_an_agent_restart(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::with_domain_socket(cluster.backend()).await?;
    let info = FrameworkInfo { checkpoint: Some(true), ..info("sock") };
    let mut framework = Framework::start(driver(cluster.address(), info)?);
    framework.launch_one("t", Work::FinishWhenBack).await?;
    cluster.kill_agent(0).await?;
    cluster.start_agent(0).await?;
    framework.state("t", TaskState::Finished).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Finished])?;
    framework.stop().await
}

/// Its runtime is left alone while the handler hangs, so nobody but the driver ends the process.
#[statement::proves(grace)]
async fn hung_executor_ends_when_its_agent_is_gone(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("grace"))?);
    let running = framework.launch_one("t", Work::Hang).await?;
    ensure!(is_alive(&running)?, "the executor should run");
    cluster.kill_agent(0).await?;
    ensure_ended(&running).await?;
    framework.stop().await
}

async fn updates_made_at_shutdown_arrive(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("shutdown"))?);
    let running = framework.launch_one("t", Work::FinishAtShutdown).await?;
    let agent = running.agent_id.clone().context("no agent")?;
    framework.handle.shutdown(executor_id(), agent).await?;
    framework.state("t", TaskState::Finished).await?;
    ensure_ended(&running).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Finished])?;
    framework.stop().await
}

async fn executor_is_notified_and_shows_its_status(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("notified"))?);
    let subscription = framework.subscribed().await?;
    framework.launch_one("t", Work::FinishWhenNotified).await?;
    let finished = framework.state("t", TaskState::Finished).await?;
    let shown = format!("true {}", subscription.framework_id);
    ensure!(finished.data() == shown.as_bytes(), "{finished:?}");
    framework.stop().await
}

#[statement::proves(group)]
async fn task_group_reaches_its_executor(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("group"))?);
    let offer = framework.offer().await?;
    let group = LaunchGroup { executor: group_executor(&offer)?, task_group: group(&offer)? };
    framework.handle.accept_with_filters([offer.id], [Operation::launch_group(group)], NO_FILTER).await?;
    while framework.updates.len() < 2 {
        framework.update().await?;
    }
    for id in ["a", "b"] {
        framework.handle.kill(task_id(id), None).await?;
        framework.state(id, TaskState::Killed).await?;
    }
    framework.ensure_once(["a", "b"], &[TaskState::Running, TaskState::Killed])?;
    framework.stop().await
}

fn group(offer: &Offer) -> Result<TaskGroupInfo> {
    let tasks = ["a", "b"].map(|id| Ok(TaskInfo { executor: None, ..task(id, offer, Work::Run)? }));
    Ok(TaskGroupInfo { tasks: tasks.into_iter().collect::<Result<_>>()? })
}

/// A group's executor needs disk, too, and names its framework.
fn group_executor(offer: &Offer) -> Result<ExecutorInfo> {
    let resources = "cpus:0.1;mem:32;disk:32".parse::<Resources>()?.into();
    Ok(ExecutorInfo { resources, framework_id: Some(offer.framework_id.clone()), ..executor()? })
}

/// How many of the executor's sockets are connections over TCP.
fn tcp_connections(running: &TaskStatus) -> Result<usize> {
    let process = Path::new("/proc").join(std::str::from_utf8(running.data())?);
    let tables =
        ["net/tcp", "net/tcp6"].map(|table| fs::read_to_string(process.join(table)).unwrap_or_default());
    let mut found = 0;
    for descriptor in fs::read_dir(process.join("fd"))? {
        let target = fs::read_link(descriptor?.path()).unwrap_or_default();
        let target = target.to_string_lossy().into_owned();
        let inode = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
        let is_tcp = |inode: &str| {
            tables
                .iter()
                .flat_map(|table| table.lines())
                .any(|line| line.split_whitespace().nth(9) == Some(inode))
        };
        found += usize::from(inode.is_some_and(is_tcp));
    }
    Ok(found)
}
