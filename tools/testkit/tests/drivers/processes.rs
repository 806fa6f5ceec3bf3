//! Executors whose process ends.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use mesos_sdk::proto::v1::task_status::Source;
use mesos_sdk::proto::v1::{TaskState, TaskStatus};
use mesos_sdk::scheduler::Failure;
use testkit::TestCluster;
use tokio::process::Command;
use tokio::time::{sleep, timeout};

use crate::executor::{EXIT, EXIT_STATUS};
use crate::framework::{Framework, driver, info};
use crate::reporter::Received;
use crate::task::{Work, executor_id};

testkit::cases![
    status_of_a_killed_executor,
    status_of_an_exiting_executor,
    stopping_executor_sends_all_updates,
    teardown_ends_the_executor,
];

/// How long an executor may take to notice that it has to end, and to do so.
const PATIENCE: Duration = Duration::from_secs(30);

const SIGKILL: i32 = 9;

#[statement::proves(waitpid)]
async fn status_of_a_killed_executor(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("waitpid"))?);
    let running = framework.launch_one("t", Work::Run).await?;
    let pid = std::str::from_utf8(running.data())?.to_owned();
    ensure!(Command::new("kill").args(["-KILL", &pid]).status().await?.success(), "kill {pid}");
    ensure_failed(framework, &running, SIGKILL).await
}

#[statement::proves(order, waitpid)]
async fn status_of_an_exiting_executor(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("waitpid"))?);
    let running = framework.launch_one("t", Work::Run).await?;
    let agent = running.agent_id.clone().context("no agent")?;
    framework.handle.message(agent, executor_id(), Bytes::from_static(EXIT)).await?;
    ensure_failed(framework, &running, EXIT_STATUS << 8).await
}

/// FAILURE and the update come in either order.
async fn ensure_failed(mut framework: Framework, running: &TaskStatus, status: i32) -> Result<()> {
    let (mut failure, mut failed) = (None::<Failure>, None::<TaskStatus>);
    framework
        .wait("both", |received| {
            match received {
                Received::Failure(received) => failure = Some(received),
                Received::Update(received) => failed = Some(received),
                _ => {}
            }
            (failure.is_some() && failed.is_some()).then_some(())
        })
        .await?;
    let (failure, failed) = (failure.context("no failure")?, failed.context("no update")?);
    ensure!(
        failure.executor_id == Some(executor_id()) && failure.agent_id == running.agent_id,
        "{failure:?}"
    );
    ensure!(failure.status == Some(status), "{failure:?}");
    ensure!(failed.state() == TaskState::Failed && failed.source() == Some(Source::Agent), "{failed:?}");
    framework.stop().await
}

async fn stopping_executor_sends_all_updates(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("stop"))?);
    let running = framework.launch_one("t", Work::FinishAndStop).await?;
    framework.state("t", TaskState::Finished).await?;
    ensure_ended(&running).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Finished])?;
    framework.stop().await
}

#[statement::proves(teardown)]
async fn teardown_ends_the_executor(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("teardown"))?);
    let running = framework.launch_one("t", Work::Run).await?;
    ensure!(is_alive(&running)?, "the executor should run");
    framework.stop().await?;
    ensure_ended(&running).await
}

/// Waits until the executor that has sent this update has ended.
pub(crate) async fn ensure_ended(running: &TaskStatus) -> Result<()> {
    let end = async {
        while is_alive(running)? {
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    };
    timeout(PATIENCE, end).await.context("the executor does not end")?
}

/// A process that has ended and that nobody has waited for has no command line.
pub(crate) fn is_alive(running: &TaskStatus) -> Result<bool> {
    let pid = std::str::from_utf8(running.data())?;
    let command = std::fs::read(Path::new("/proc").join(pid).join("cmdline"));
    Ok(command.is_ok_and(|command| !command.is_empty()))
}
