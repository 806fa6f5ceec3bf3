//! Kills that are repeated until their task has ended.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use mesos_sdk::proto::v1::{AgentId, TaskState};
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, ErrorKind};
use testkit::{Proxy, TestCluster};
use tokio::time::sleep;

use crate::framework::{Framework, driver, info};
use crate::task::{Work, task_id};

testkit::cases![
    lost_kill_is_repeated,
    kill_is_repeated_after_a_new_subscription,
    killing_an_unknown_task_is_done_at_once,
    wrong_agent_makes_a_kill_ineffective,
];

#[statement::proves(kill2)]
async fn lost_kill_is_repeated(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let json =
        driver(proxy.address(), info("kill2"))?.client_options(ClientOptions::new().encoding(Encoding::Json));
    let mut framework = Framework::start(json);
    let running = framework.launch_one("t", Work::Run).await?;
    proxy.lose(Some("\"KILL\""));
    let killing = framework.handle.kill_until_terminal(task_id("t"), running.agent_id, None);
    while proxy.sent("\"KILL\"") == 0 {
        sleep(Duration::from_millis(50)).await;
    }
    proxy.lose(None);
    killing.await?;
    framework.state("t", TaskState::Killed).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Killed])?;
    ensure!(proxy.sent("\"KILL\"") == 2, "{} kills", proxy.sent("\"KILL\""));
    framework.stop().await
}

#[statement::proves(kill2)]
async fn kill_is_repeated_after_a_new_subscription(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let json =
        driver(proxy.address(), info("kill2"))?.client_options(ClientOptions::new().encoding(Encoding::Json));
    let mut framework = Framework::start(json);
    framework.launch_one("t", Work::Run).await?;
    proxy.cut();
    // Made while there is no subscription, or just before its loss is noticed.
    let killing = framework.handle.kill_until_terminal(task_id("t"), None, None);
    ensure!(framework.subscribed().await?.resubscribed);
    killing.await?;
    framework.state("t", TaskState::Killed).await?;
    framework.stop().await
}

#[statement::proves(kill1)]
async fn killing_an_unknown_task_is_done_at_once(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("kill1"))?);
    framework.handle.kill_until_terminal(task_id("nobody"), None, None).await?;
    framework.state("nobody", TaskState::Lost).await?;
    framework.stop().await
}

#[statement::proves(kill2)]
async fn wrong_agent_makes_a_kill_ineffective(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("kill2"))?);
    framework.launch_one("t", Work::Run).await?;
    let wrong = AgentId::from("no such agent");
    let killing = framework.handle.kill_until_terminal(task_id("t"), Some(wrong), None);
    sleep(Duration::from_secs(12)).await;
    framework.handle.reconcile_all().await?;
    framework.state("t", TaskState::Running).await?;
    ensure!(framework.count("t", TaskState::Killed) == 0);
    let handle = framework.handle.clone();
    framework.stop().await?;
    let Err(error) = killing.await else { bail!("the task was killed") };
    ensure!(error.kind() == ErrorKind::Stopped, "{error:?}");
    let Err(error) = handle.kill_until_terminal(task_id("t"), None, None).await else {
        bail!("after the end")
    };
    ensure!(error.kind() == ErrorKind::Stopped, "{error:?}");
    Ok(())
}
