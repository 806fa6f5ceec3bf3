//! Executors whose process ends.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use judges::Judge;
use mesos_sdk::proto::v1::task_status::Source;
use mesos_sdk::proto::v1::{TaskState, TaskStatus};
use mesos_sdk::scheduler::Failure;
use tokio::process::Command;

use crate::executor::{EXIT, EXIT_STATUS};
use crate::framework::{Framework, driver, info};
use crate::task::{Work, executor_id};
use crate::told::Told;

judges::cases![waitpid_of_an_executor_that_is_killed, waitpid_of_an_executor_that_exits,];

const SIGKILL: i32 = 9;

async fn waitpid_of_an_executor_that_is_killed(judge: Judge) -> Result<()> {
    let mut framework = Framework::start(driver(judge.address(), info("waitpid"))?);
    let running = framework.launch_one("t", Work::Run).await?;
    let pid = std::str::from_utf8(running.data())?.to_owned();
    ensure!(Command::new("kill").args(["-KILL", &pid]).status().await?.success(), "kill {pid}");
    ensure_failed(framework, &running, SIGKILL).await
}

async fn waitpid_of_an_executor_that_exits(judge: Judge) -> Result<()> {
    let mut framework = Framework::start(driver(judge.address(), info("waitpid"))?);
    let running = framework.launch_one("t", Work::Run).await?;
    let agent = running.agent_id.clone().context("no agent")?;
    framework.handle.message(agent, executor_id(), Bytes::from_static(EXIT)).await?;
    ensure_failed(framework, &running, EXIT_STATUS << 8).await
}

/// FAILURE and the update come in either order.
async fn ensure_failed(mut framework: Framework, running: &TaskStatus, status: i32) -> Result<()> {
    let (mut failure, mut failed) = (None::<Failure>, None::<TaskStatus>);
    framework
        .wait("both", |told| {
            match told {
                Told::Failure(told) => failure = Some(told),
                Told::Update(told) => failed = Some(told),
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
    ensure!(failed.state() == TaskState::TaskFailed && failed.source() == Source::Agent, "{failed:?}");
    framework.stop().await
}
