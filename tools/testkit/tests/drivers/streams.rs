//! Streams of events that have lost their framing. A master never sends such a stream, so a relay
//! before it does.

use anyhow::{Result, ensure};
use mesos_sdk::proto::v1::TaskState;
use testkit::{Proxy, TestCluster};

use crate::framework::{Framework, driver, info};
use crate::reporter::Received;
use crate::task::{Work, task_id};

testkit::cases![malformed_length_loses_nothing, length_above_the_limit_ends_it, empty_record_is_ignored,];

/// What follows such a length is not an event, whatever it looks like.
async fn lost_and_found(cluster: &TestCluster, length: &[u8]) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("rec3"))?);
    framework.launch(&[("t", Work::Run), ("u", Work::FinishAfter(500))]).await?;
    framework.state("t", TaskState::Running).await?;
    proxy.insert(length);
    framework.wait("the loss", |received| matches!(received, Received::Disconnected).then_some(())).await?;
    ensure!(framework.subscribed().await?.resubscribed);
    framework.handle.kill(task_id("t"), None).await?;
    for (id, state) in [("t", TaskState::Killed), ("u", TaskState::Finished)] {
        while framework.count(id, state) == 0 {
            framework.update().await?;
        }
        ensure!(framework.count(id, state) == 1 && framework.count(id, TaskState::Running) == 1);
    }
    framework.stop().await
}

#[statement::proves(rec3)]
async fn malformed_length_loses_nothing(cluster: TestCluster) -> Result<()> {
    lost_and_found(&cluster, b"0x10\n0123456789abcdef").await
}

#[statement::proves(rec3)]
async fn length_above_the_limit_ends_it(cluster: TestCluster) -> Result<()> {
    lost_and_found(&cluster, b"99999999999\n").await
}

#[statement::proves(rec3)]
async fn empty_record_is_ignored(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("rec3"))?);
    framework.launch_one("t", Work::Run).await?;
    proxy.insert(b"0\n");
    framework.handle.kill(task_id("t"), None).await?;
    framework.state("t", TaskState::Killed).await?;
    ensure!(proxy.subscriptions() == 1, "{} subscriptions", proxy.subscriptions());
    framework.stop().await
}
