//! What a handle shows of its driver.

use std::time::Duration;

use anyhow::{Result, ensure};
use mesos_sdk::DriverStatus;
use mesos_sdk::proto::v1::TaskState;
use testkit::{LinkFault, Proxy, TestCluster};
use tokio::time::{Instant, sleep};

use crate::framework::{Framework, driver, info};
use crate::reporter::Received;
use crate::task::Work;

testkit::cases![handle_shows_the_subscription];

/// How long the driver may take to notice.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until the status is as wanted.
async fn until(framework: &Framework, wanted: impl Fn(&DriverStatus) -> bool) -> Result<DriverStatus> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let status = framework.handle.status();
        if wanted(&status) {
            return Ok(status);
        }
        ensure!(Instant::now() < give_up, "not as wanted: {status:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn handle_shows_the_subscription(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let driver = driver(proxy.address(), info("status"))?;
    let before = driver.handle().status();
    ensure!(!before.is_subscribed && before.since_last_event.is_none(), "{before:?}");
    let mut framework = Framework::start(driver);
    let subscription = framework.subscribed().await?;
    let status = framework.handle.status();
    ensure!(status.is_subscribed && status.framework_id == Some(subscription.framework_id), "{status:?}");
    ensure!(status.peer.is_some_and(|master| master.to_string() == proxy.address()));
    framework.launch_one("t", Work::FinishAfter(0)).await?;
    framework.state("t", TaskState::Finished).await?;
    let settled = |status: &DriverStatus| {
        [status.queued_calls, status.unanswered_calls, status.queued_events, status.queued_bytes] == [0; 4]
    };
    let status = until(&framework, settled).await?;
    ensure!(status.since_last_event.is_some_and(|time| time < PATIENCE), "{status:?}");

    // Nothing gets through any more: the master is as good as gone.
    proxy.set(LinkFault::DropResponses);
    proxy.cut();
    framework.wait("the loss", |received| matches!(received, Received::Disconnected).then_some(())).await?;
    let lost = until(&framework, |status| !status.is_subscribed).await?;
    ensure!(lost.framework_id.is_some() && lost.peer.is_some(), "{lost:?}");
    let waits = framework.handle.when_subscribed(PATIENCE).revive_all();
    until(&framework, |status| status.queued_calls == 1).await?;
    proxy.set(LinkFault::None);
    waits.await?;
    ensure!(until(&framework, |status| status.is_subscribed).await?.queued_calls == 0);

    let handle = framework.handle.clone();
    framework.stop().await?;
    ensure!(!handle.status().is_subscribed);
    Ok(())
}
