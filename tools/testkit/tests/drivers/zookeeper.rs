//! Finding the leader in ZooKeeper, and following it.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use mesos_sdk::ErrorKind;
use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::scheduler::Subscription;
use testkit::{Proxy, TestCluster};
use tokio::time::timeout;

use crate::framework::{Framework, driver, info};
use crate::reporter::Received;
use crate::task::{Work, task_id};

testkit::cases![; several masters:
    leader_is_found,
    a_path_without_masters_is_named,
    killed_leader_is_replaced_after_a_cut,
    frozen_leader_is_left_before_its_timeout,
    lost_zookeeper_ends_no_subscription,
];

/// ZooKeeper gives up a leader after 10 s. Heartbeats are missed 75 s after the last one, so no
/// sooner than this after a leader has fallen silent.
const SILENCE: Duration = Duration::from_secs(59);

#[statement::proves(zk1)]
async fn leader_is_found(cluster: TestCluster) -> Result<()> {
    let zookeeper = zookeeper(&cluster)?;
    // Masters let everybody read, whoever it is.
    for text in [zookeeper.to_owned(), zookeeper.replace("zk://", "zk://user:secret@127.0.0.1:1,")] {
        let mut framework = Framework::start(driver(&text, info("zk1"))?);
        ensure!(master(&framework.subscribed().await?)? == cluster.address());
        framework.stop().await?;
    }
    Ok(())
}

async fn a_path_without_masters_is_named(cluster: TestCluster) -> Result<()> {
    let wrong = zookeeper(&cluster)?.replace("/mesos", "/wrong");
    let driver = driver(&wrong, info("wrong"))?.subscribe_timeout(Duration::from_secs(2));
    let error = Framework::start(driver).end().await?.err().context("subscribed to nobody")?;
    ensure!(error.kind() == ErrorKind::Unavailable, "{error:?}");
    ensure!(format!("{error:#}").contains("no node /wrong"), "{error:#}");
    Ok(())
}

#[statement::proves(zk2)]
async fn killed_leader_is_replaced_after_a_cut(cluster: TestCluster) -> Result<()> {
    let (proxy, text) = behind_a_proxy(&cluster).await?;
    let mut framework = Framework::start(driver(&text, info("killed"))?);
    ensure!(master(&framework.subscribed().await?)? == cluster.address());
    let running = framework.launch_one("t", Work::Run).await?;
    proxy.cut();
    cluster.kill_master(leader(&cluster)?).await?;
    let subscription = subscribed_again(&cluster, &mut framework).await?;
    ensure!(subscription.resubscribed && Some(master(&subscription)?) == cluster.leader().await?);
    // The agent has found the new leader too: before that, a KILL would come to nothing.
    framework.offer().await?;
    framework.handle.kill(task_id("t"), running.agent_id).await?;
    framework.state("t", TaskState::Killed).await?;
    framework.stop().await
}

/// Its connections stay open, so that only ZooKeeper reports the next one.
#[statement::proves(zk2)]
async fn frozen_leader_is_left_before_its_timeout(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(zookeeper(&cluster)?, info("frozen"))?);
    ensure!(master(&framework.subscribed().await?)? == cluster.address());
    cluster.freeze_master(leader(&cluster)?).await?;
    let subscription = subscribed_again(&cluster, &mut framework).await?;
    ensure!(subscription.resubscribed && master(&subscription)? != cluster.address());
    framework.stop().await
}

async fn subscribed_again(cluster: &TestCluster, framework: &mut Framework) -> Result<Subscription> {
    let left =
        framework.wait("the loss", |received| matches!(received, Received::Disconnected).then_some(()));
    timeout(SILENCE, left).await.context("the leader was not left")??;
    // The next one recovers within seconds, on a busy machine within many.
    let Ok(subscription) = framework.subscribed().await else {
        let why = framework.handle.revive_all().await.err().map(|error| format!("{error:#}"));
        bail!("not subscribed, though {:?} leads; {why:?}", cluster.leader().await?)
    };
    Ok(subscription)
}

async fn lost_zookeeper_ends_no_subscription(cluster: TestCluster) -> Result<()> {
    let (proxy, text) = behind_a_proxy(&cluster).await?;
    let mut framework = Framework::start(driver(&text, info("gone"))?);
    framework.subscribed().await?;
    drop(proxy);
    let lost =
        framework.wait("the loss", |received| matches!(received, Received::Disconnected).then_some(()));
    ensure!(timeout(Duration::from_secs(15), lost).await.is_err(), "the subscription was lost");
    framework.launch_one("t", Work::Run).await?;
    framework.stop().await
}

fn zookeeper(cluster: &TestCluster) -> Result<&str> {
    cluster.zookeeper().context("the cluster has no ZooKeeper")
}

async fn behind_a_proxy(cluster: &TestCluster) -> Result<(Proxy, String)> {
    let text = zookeeper(cluster)?;
    let server = text.trim_start_matches("zk://").split('/').next().context("no server")?;
    let proxy = Proxy::at("127.0.0.1:0".parse()?, server.parse()?).await?;
    let text = text.replace(server, proxy.address());
    Ok((proxy, text))
}

fn leader(cluster: &TestCluster) -> Result<usize> {
    cluster.masters().iter().position(|master| master == cluster.address()).context("no leader")
}

/// The `host:port` of the master that has subscribed the framework.
fn master(subscription: &Subscription) -> Result<String> {
    let address = subscription.master.as_ref().and_then(|info| info.address.as_ref());
    let address = address.context("SUBSCRIBED does not name a master")?;
    Ok(format!("{}:{}", address.ip(), address.port))
}
