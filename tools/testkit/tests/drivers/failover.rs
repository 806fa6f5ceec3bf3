//! More than one instance of a framework, at the same time or one after the other.

use std::time::Duration;

use anyhow::{Result, ensure};
use mesos_sdk::ErrorKind;
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo, TaskState};
use testkit::{Proxy, TestCluster};

use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::reporter::OnUpdate;
use crate::task::{Work, task_id};

testkit::cases![
    later_instance_finds_the_tasks,
    unhandled_update_goes_to_the_later_instance,
    handled_update_goes_to_no_later_instance,
    first_instance_learns_of_the_failover,
    removed_id_is_refused,
    suppression_outlasts_the_subscription,
];

fn with_id(name: &str, id: FrameworkId) -> FrameworkInfo {
    FrameworkInfo { id: Some(id), ..info(name) }
}

#[statement::proves(disc, second)]
async fn later_instance_finds_the_tasks(cluster: TestCluster) -> Result<()> {
    let mut first = Framework::start(driver(cluster.address(), info("disc"))?);
    let id = first.subscribed().await?.framework_id;
    first.launch_one("t", Work::Run).await?;
    first.leave().await?;
    cluster.disconnected(&id.value).await?;
    let mut later = Framework::start(driver(cluster.address(), with_id("disc", id.clone()))?);
    let subscription = later.subscribed().await?;
    ensure!(subscription.framework_id == id && !subscription.resubscribed, "{subscription:?}");
    later.handle.reconcile_all().await?;
    later.state("t", TaskState::Running).await?;
    later.handle.kill(task_id("t"), None).await?;
    later.state("t", TaskState::Killed).await?;
    later.stop().await
}

/// The handler of the first instance leaves while it has the update in hand.
#[statement::proves(disc)]
async fn unhandled_update_goes_to_the_later_instance(cluster: TestCluster) -> Result<()> {
    let leave: OnUpdate = Box::new(|driver, _| {
        driver.stop_with_failover();
        Box::pin(std::future::pending())
    });
    let mut first = Framework::start_with(driver(cluster.address(), info("unhandled"))?, leave);
    let id = first.subscribed().await?.framework_id;
    let in_hand = first.launch_one("t", Work::Run).await?;
    drop(first);
    cluster.disconnected(&id.value).await?;
    let mut later = Framework::start(driver(cluster.address(), with_id("unhandled", id))?);
    let again = later.state("t", TaskState::Running).await?;
    ensure!(again.uuid.is_some() && again.uuid == in_hand.uuid, "{again:?}");
    later.stop().await
}

/// The first instance leaves within its handler, which then returns Ok. The agent sends one update
/// of a task at a time.
#[statement::proves(disc, ack2, v0ack)]
async fn handled_update_goes_to_no_later_instance(cluster: TestCluster) -> Result<()> {
    let leave: OnUpdate = Box::new(|driver, _| {
        driver.stop_with_failover();
        Box::pin(async { Ok(()) })
    });
    let mut first = Framework::start_with(driver(cluster.address(), info("handled"))?, leave);
    let id = first.subscribed().await?.framework_id;
    first.launch_one("t", Work::FinishAfter(0)).await?;
    first.end().await??;
    cluster.disconnected(&id.value).await?;
    let mut later = Framework::start(driver(cluster.address(), with_id("handled", id))?);
    let next = later.update().await?;
    ensure!(next.uuid.is_some() && next.state() == TaskState::Finished, "{next:?}");
    later.stop().await
}

#[statement::proves(second)]
async fn first_instance_learns_of_the_failover(cluster: TestCluster) -> Result<()> {
    let mut first = Framework::start(driver(cluster.address(), info("second"))?);
    let id = first.subscribed().await?.framework_id;
    let mut second = Framework::start(driver(cluster.address(), with_id("second", id))?);
    second.subscribed().await?;
    let Err(error) = first.end().await? else { anyhow::bail!("the first instance ended well") };
    ensure!(error.kind() == ErrorKind::FailedOver && !error.is_retryable(), "{error:?}");
    // The second one is the subscribed one still.
    second.handle.revive_all().await?;
    second.stop().await
}

#[statement::proves(removed)]
async fn removed_id_is_refused(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("removed"))?);
    let id = framework.subscribed().await?.framework_id;
    framework.stop().await?;
    cluster.completed(&id.value).await?;
    let mut revenant = Framework::start(driver(cluster.address(), with_id("removed", id))?);
    let Err(error) = revenant.end().await? else { anyhow::bail!("a removed framework was subscribed") };
    ensure!(error.kind() == ErrorKind::FrameworkRemoved && !error.is_retryable(), "{error:?}");
    Ok(())
}

#[statement::proves(v0supp)]
async fn suppression_outlasts_the_subscription(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("v0supp"))?);
    framework.subscribed().await?;
    framework.handle.suppress_all().await?;
    proxy.cut();
    ensure!(framework.subscribed().await?.resubscribed);
    // What came before the suppression is void by now.
    framework.no_offers(Duration::from_secs(4)).await?;
    framework.handle.revive_all().await?;
    let offer = framework.offer().await?;
    framework.handle.decline_for([offer.id], NO_FILTER).await?;
    framework.stop().await
}
