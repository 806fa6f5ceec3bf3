//! What becomes of the scheduler's calls.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use bytes::Bytes;
use mesos_sdk::proto::v1::scheduler::call::reconcile;
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{TaskState, TaskStatus};
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, ErrorKind};
use testkit::{Proxy, TestCluster};

use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::reporter::Received;
use crate::task::{Work, executor_id, task_id};

testkit::cases![
    kill_reaches_the_executor,
    killing_an_unknown_task_yields_an_update,
    messages_go_both_ways,
    declined_offers_return,
    revive_clears_the_filters,
    revive_ends_the_suppression,
    reconciled_updates_are_not_acknowledged,
    calls_before_the_subscription_fail_at_once,
    a_detached_call_that_fails_is_reported,
    broken_connection_fails_one_call_only,
];

/// Longer than the master takes to offer again.
const QUIET: Duration = Duration::from_secs(4);

async fn started(cluster: &TestCluster, name: &str) -> Result<Framework> {
    let mut framework = Framework::start(driver(cluster.address(), info(name))?);
    framework.subscribed().await?;
    Ok(framework)
}

async fn kill_reaches_the_executor(cluster: TestCluster) -> Result<()> {
    let mut framework = started(&cluster, "kill").await?;
    let running = framework.launch_one("t", Work::Run).await?;
    framework.handle.kill(task_id("t"), running.agent_id).await?;
    let killed = framework.state("t", TaskState::Killed).await?;
    ensure!(killed.source() == Some(Source::Executor), "{killed:?}");
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Killed])?;
    framework.stop().await
}

#[statement::proves(kill1)]
async fn killing_an_unknown_task_yields_an_update(cluster: TestCluster) -> Result<()> {
    let mut framework = started(&cluster, "kill1").await?;
    framework.handle.kill(task_id("nobody"), None).await?;
    let status = framework.state("nobody", TaskState::Lost).await?;
    ensure!(status.reason() == Some(Reason::Reconciliation), "{status:?}");
    framework.stop().await
}

async fn messages_go_both_ways(cluster: TestCluster) -> Result<()> {
    let mut framework = started(&cluster, "message").await?;
    let Some(agent) = framework.launch_one("t", Work::Run).await?.agent_id else { bail!("no agent") };
    framework.handle.message(agent.clone(), executor_id(), Bytes::from_static(b"\x00hello")).await?;
    let message = framework
        .wait("the echo", |received| match received {
            Received::Message(message) => Some(message),
            _ => None,
        })
        .await?;
    ensure!(message.data == b"echo of \x00hello".as_slice(), "{message:?}");
    ensure!(message.agent_id == agent && message.executor_id == executor_id(), "{message:?}");
    framework.stop().await
}

#[statement::proves(filter5)]
async fn declined_offers_return(cluster: TestCluster) -> Result<()> {
    let mut framework = started(&cluster, "filter5").await?;
    for time in [Some(NO_FILTER), None] {
        let offer = framework.offer().await?;
        let offers = [offer.id.clone()];
        match time {
            Some(time) => framework.handle.decline_for(offers, time).await?,
            None => framework.handle.decline(offers).await?,
        }
        let again = framework.offer().await?;
        ensure!(again.id != offer.id && again.agent_id == offer.agent_id, "{again:?}");
        framework.handle.decline_for([again.id], NO_FILTER).await?;
    }
    framework.stop().await
}

#[statement::proves(revive)]
async fn revive_clears_the_filters(cluster: TestCluster) -> Result<()> {
    let mut framework = started(&cluster, "revive").await?;
    let offer = framework.offer().await?;
    let for_long = Duration::from_secs(3600);
    framework.handle.decline_for([offer.id], for_long).await?;
    framework.no_offers(QUIET).await?;
    framework.handle.revive_all().await?;
    framework.offer().await?;
    framework.stop().await
}

#[statement::proves(revive)]
async fn revive_ends_the_suppression(cluster: TestCluster) -> Result<()> {
    let mut framework = started(&cluster, "suppress").await?;
    let offer = framework.offer().await?;
    framework.handle.suppress(["*"]).await?;
    framework.handle.decline_for([offer.id], NO_FILTER).await?;
    framework.no_offers(QUIET).await?;
    framework.handle.revive(["*"]).await?;
    framework.offer().await?;
    framework.stop().await
}

#[statement::proves(imp, exp, recon1)]
async fn reconciled_updates_are_not_acknowledged(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let json = driver(proxy.address(), info("reconcile"))?
        .client_options(ClientOptions::new().encoding(Encoding::Json));
    let mut framework = Framework::start(json);
    framework.launch_one("t", Work::Run).await?;
    framework.handle.reconcile_all().await?;
    ensure_from_master(&framework.state("t", TaskState::Running).await?)?;
    let one = |id| reconcile::Task { task_id: task_id(id), agent_id: None };
    framework.handle.reconcile([one("t"), one("nobody")]).await?;
    ensure_from_master(&framework.state("t", TaskState::Running).await?)?;
    ensure_from_master(&framework.state("nobody", TaskState::Lost).await?)?;
    // A call behind them: had they been acknowledged, that would have gone out before it.
    framework.handle.reconcile_all().await?;
    framework.state("t", TaskState::Running).await?;
    ensure!(proxy.sent("ACKNOWLEDGE") == 1, "{} acknowledgements", proxy.sent("ACKNOWLEDGE"));
    framework.stop().await
}

fn ensure_from_master(status: &TaskStatus) -> Result<()> {
    ensure!(
        status.source() == Some(Source::Master) && status.reason() == Some(Reason::Reconciliation),
        "{status:?}"
    );
    ensure!(status.uuid.is_none(), "{status:?}");
    Ok(())
}

#[statement::proves(v0drop)]
async fn calls_before_the_subscription_fail_at_once(cluster: TestCluster) -> Result<()> {
    let driver = driver(cluster.address(), info("early"))?;
    let early = driver.handle().revive_all();
    let mut framework = Framework::start(driver);
    let Err(error) = early.await else { bail!("the call went through") };
    ensure!(error.kind() == ErrorKind::NotSubscribed && error.is_retryable(), "{error:?}");
    framework.subscribed().await?;
    framework.stop().await
}

async fn a_detached_call_that_fails_is_reported(cluster: TestCluster) -> Result<()> {
    let driver = driver(cluster.address(), info("detached"))?;
    driver.handle().kill(task_id("t"), None).detach();
    let mut framework = Framework::start(driver);
    let failed = framework
        .wait("the failed call", |received| match received {
            Received::CallFailed(failed) => Some(failed),
            _ => None,
        })
        .await?;
    ensure!(failed.name() == "KILL" && failed.error.kind() == ErrorKind::NotSubscribed, "{failed:?}");
    ensure!(failed.call.kill.as_ref().is_some_and(|kill| kill.task_id == task_id("t")), "{failed:?}");
    framework.subscribed().await?;
    framework.stop().await
}

async fn broken_connection_fails_one_call_only(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let json = driver(proxy.address(), info("broken"))?
        .client_options(ClientOptions::new().encoding(Encoding::Json));
    let mut framework = Framework::start(json);
    framework.subscribed().await?;
    proxy.lose(Some("KILL"));
    let Err(error) = framework.handle.kill(task_id("t"), None).await else { bail!("the call went through") };
    ensure!(error.kind() == ErrorKind::Disconnected && error.is_retryable(), "{error:?}");
    proxy.lose(None);
    framework.handle.kill(task_id("t"), None).await?;
    framework.state("t", TaskState::Lost).await?;
    ensure!(proxy.sent("SUBSCRIBE") == 1, "the event stream was whole");
    framework.stop().await
}
