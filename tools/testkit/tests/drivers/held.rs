//! Updates that are acknowledged later than at the handler's return.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::scheduler::HeldUpdate;
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, Error, ErrorKind};
use testkit::{Proxy, TestCluster};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep, timeout};

use crate::framework::{Framework, driver, info};
use crate::reporter::OnUpdate;
use crate::task::Work;

testkit::cases![
    held_update_is_acknowledged_when_decided,
    held_update_outlasts_the_subscription,
    dropped_held_update_returns,
    update_without_uuid_cannot_be_held,
    more_than_the_limit_are_not_held,
];

/// For something that has been sent already.
const SOON: Duration = Duration::from_secs(20);

type Held = Result<HeldUpdate, Error>;

/// A handler that holds each update and gives it to the test.
fn holding() -> (UnboundedReceiver<Held>, OnUpdate) {
    let (sender, held) = unbounded_channel();
    let on_update: OnUpdate = Box::new(move |driver, status| {
        let sent = sender.send(driver.acknowledge_later(&status));
        Box::pin(async move { Ok(sent?) })
    });
    (held, on_update)
}

async fn next(held: &mut UnboundedReceiver<Held>) -> Result<Held> {
    timeout(SOON, held.recv()).await?.context("the handler is gone")
}

#[statement::proves(ack2, v0ack)]
async fn held_update_is_acknowledged_when_decided(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let (mut held, on_update) = holding();
    let json =
        driver(proxy.address(), info("held"))?.client_options(ClientOptions::new().encoding(Encoding::Json));
    let mut framework = Framework::start_with(json, on_update);
    framework.launch_one("t", Work::FinishAfter(0)).await?;
    let update = next(&mut held).await??;
    // The response to a call made later: had the return acknowledged it, that would be out by now.
    framework.handle.revive_all().await?;
    ensure!(proxy.sent("ACKNOWLEDGE") == 0, "acknowledged before it was decided");
    update.acknowledge();
    framework.state("t", TaskState::Finished).await?;
    ensure!(proxy.sent("ACKNOWLEDGE") == 1, "{} acknowledgements", proxy.sent("ACKNOWLEDGE"));
    next(&mut held).await??.acknowledge();
    framework.stop().await
}

/// The agent sends it again after 10 s, and the driver subscribes again meanwhile.
#[statement::proves(ack3, ack4)]
async fn held_update_outlasts_the_subscription(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let (mut held, on_update) = holding();
    let mut framework = Framework::start_with(driver(proxy.address(), info("held"))?, on_update);
    framework.launch_one("t", Work::FinishAfter(0)).await?;
    let update = next(&mut held).await??;
    sleep(Duration::from_secs(12)).await;
    proxy.cut();
    ensure!(framework.subscribed().await?.resubscribed);
    update.acknowledge();
    framework.state("t", TaskState::Finished).await?;
    next(&mut held).await??.acknowledge();
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Finished])?;
    framework.stop().await
}

#[statement::proves(ack3)]
async fn dropped_held_update_returns(cluster: TestCluster) -> Result<()> {
    let (mut held, on_update) = holding();
    let mut framework = Framework::start_with(driver(cluster.address(), info("held"))?, on_update);
    let first = framework.launch_one("t", Work::FinishAfter(0)).await?;
    let came = Instant::now();
    drop(next(&mut held).await??);
    let again = framework.update().await?;
    ensure!(again.uuid.is_some() && again.uuid == first.uuid, "not the same: {again:?}");
    ensure!(came.elapsed() > Duration::from_secs(7), "it came again after {:?}", came.elapsed());
    next(&mut held).await??.acknowledge();
    framework.state("t", TaskState::Finished).await?;
    next(&mut held).await??.reject();
    framework.stop().await
}

#[statement::proves(ack1)]
async fn update_without_uuid_cannot_be_held(cluster: TestCluster) -> Result<()> {
    let (mut held, on_update) = holding();
    let mut framework = Framework::start_with(driver(cluster.address(), info("held"))?, on_update);
    let running = framework.launch_one("t", Work::Run).await?;
    next(&mut held).await??.acknowledge();
    ensure_invalid(framework.handle.acknowledge_later(&running), "is not being handled")?;
    framework.handle.reconcile_all().await?;
    framework.state("t", TaskState::Running).await?;
    ensure_invalid(next(&mut held).await?, "no uuid")?;
    framework.stop().await
}

fn ensure_invalid(held: Held, text: &str) -> Result<()> {
    let Err(error) = held else { bail!("it is held") };
    ensure!(error.kind() == ErrorKind::Invalid && error.to_string().contains(text), "{error:?}");
    Ok(())
}

async fn more_than_the_limit_are_not_held(cluster: TestCluster) -> Result<()> {
    let (mut held, on_update) = holding();
    let one = driver(cluster.address(), info("held"))?.max_held_updates(1);
    let mut framework = Framework::start_with(one, on_update);
    framework.launch(&[("a", Work::Run), ("b", Work::Run)]).await?;
    let (first, second) = (next(&mut held).await?, next(&mut held).await?);
    let Err(error) = second else { bail!("both are held") };
    ensure!(error.kind() == ErrorKind::Overloaded && error.is_retryable(), "{error:?}");
    first?.acknowledge();
    framework.stop().await
}
