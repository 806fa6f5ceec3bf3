//! Finding the leader, and coming back to it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures::StreamExt as _;
use mesos_sdk::operator::{ClusterEvent, MasterOperator};
use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::{
    Address, ClientOptions, Error, ErrorKind, Master, MasterDetector, SchedulerDriver, async_trait,
};
use peer::Server;
use testkit::{LinkFault, Proxy, StreamFault, TestCluster};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::framework::{Framework, driver, info};
use crate::reporter::Received;
use crate::task::{Work, task_id};

testkit::cases![
    standby_leads_to_the_leader,
    standby_is_tried_again_after_a_loss,
    a_list_whose_first_address_is_dead,
    unreachable_redirect_gives_the_next_its_turn,
    masters_are_parsed_as_mesos_does,
    next_operator_call_resumes_the_list,
    truncated_record_is_recovered,
    records_may_arrive_byte_by_byte,
    calls_share_a_connection_of_their_own,
    repeated_cuts_lose_nothing,
    calls_carry_the_new_stream_id,
    silent_master_is_left,
    custom_detector_is_followed,
    forgotten_framework_is_accepted_again,
];

#[statement::proves(redir)]
async fn standby_leads_to_the_leader(cluster: TestCluster) -> Result<()> {
    let standby = Server::standby(cluster.address())?;
    let mut framework = Framework::start(driver(standby.address(), info("redir"))?);
    framework.subscribed().await?;
    ensure!(standby.connections() == 1);
    framework.launch_one("t", Work::Run).await?;
    framework.stop().await
}

#[statement::proves(redir)]
async fn standby_is_tried_again_after_a_loss(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let standby = Server::standby(proxy.address())?;
    let mut framework = Framework::start(driver(standby.address(), info("redir"))?);
    framework.subscribed().await?;
    proxy.cut();
    ensure!(framework.subscribed().await?.resubscribed);
    framework.stop().await
}

async fn a_list_whose_first_address_is_dead(cluster: TestCluster) -> Result<()> {
    let list = format!("{},{}", peer::unused_address()?, cluster.address());
    let mut framework = Framework::start(driver(&list, info("list"))?);
    framework.subscribed().await?;
    framework.stop().await
}

#[statement::proves(redir)]
async fn unreachable_redirect_gives_the_next_its_turn(cluster: TestCluster) -> Result<()> {
    let standby = Server::standby(&peer::unused_address()?)?;
    let list = format!("{0},{0},{1}", standby.address(), cluster.address());
    let mut framework = Framework::start(driver(&list, info("list"))?);
    framework.subscribed().await?;
    let operator = MasterOperator::new(list.parse::<Master>()?);
    ensure!(operator.get_health().await?.healthy);
    let mut events = operator.events();
    let first = loop {
        match events.next().await.context("the end of the events")?? {
            ClusterEvent::Disconnected(_) => {}
            event => break event,
        }
    };
    ensure!(matches!(first, ClusterEvent::Snapshot(_)), "{first:?}");
    framework.stop().await
}

async fn masters_are_parsed_as_mesos_does(cluster: TestCluster) -> Result<()> {
    let (folder, address) = (tempfile::tempdir()?, cluster.address());
    let file = folder.path().join("masters");
    std::fs::write(&file, format!("\n master@{address} \n"))?;
    for text in [format!(" {address}\n"), format!("master@{address}"), format!("file://{}", file.display())] {
        let mut framework = Framework::start(driver(&text, info("text"))?);
        framework.subscribed().await?;
        framework.stop().await?;
    }
    Ok(())
}

async fn next_operator_call_resumes_the_list(cluster: TestCluster) -> Result<()> {
    let silent = Server::silent()?;
    let list = format!("{},{}", silent.address(), cluster.address());
    let operator = MasterOperator::new(list.parse::<Master>()?)
        .client_options(ClientOptions::new().call_timeout(Duration::from_millis(500)));
    let error = operator.get_health().await.err().context("a response of a silent master")?;
    ensure!(error.kind() == ErrorKind::Timeout, "{error:?}");
    ensure!(operator.get_health().await?.healthy);
    Ok(())
}

/// The record is that of an update: half of it comes, then the connection is cut.
#[statement::proves(rec1)]
async fn truncated_record_is_recovered(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("rec1"))?);
    let running = framework.launch_one("t", Work::Run).await?;
    proxy.fail_stream(StreamFault::Cut);
    // Its response may be lost with the connection, and so may the call itself.
    framework.handle.kill_until_terminal(task_id("t"), running.agent_id, None).detach();
    framework.wait("the loss", |received| matches!(received, Received::Disconnected).then_some(())).await?;
    framework.subscribed().await?;
    framework.state("t", TaskState::Killed).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Killed])?;
    framework.stop().await
}

#[statement::proves(rec2)]
async fn records_may_arrive_byte_by_byte(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    proxy.set(LinkFault::Dribble);
    let mut framework = Framework::start(driver(proxy.address(), info("rec2"))?);
    framework.launch_one("t", Work::FinishAfter(0)).await?;
    framework.state("t", TaskState::Finished).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Finished])?;
    framework.stop().await
}

#[statement::proves(conn)]
async fn calls_share_a_connection_of_their_own(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("conn"))?);
    framework.subscribed().await?;
    ensure!(proxy.connections() == 1);
    for _ in 0..3 {
        framework.handle.revive_all().await?;
    }
    ensure!(proxy.connections() == 2, "{} connections", proxy.connections());
    framework.stop().await
}

#[statement::proves(resub)]
async fn repeated_cuts_lose_nothing(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("resub"))?);
    framework.subscribed().await?;
    let ids: Vec<_> = (0..15).map(|number| format!("task-{number}")).collect();
    let works = (300..).step_by(200).map(Work::FinishAfter);
    let works: Vec<_> = ids.iter().map(String::as_str).zip(works).collect();
    framework.launch(&works).await?;
    for _ in 0..4 {
        sleep(Duration::from_millis(700)).await;
        proxy.cut();
    }
    for id in &ids {
        while framework.count(id, TaskState::Finished) == 0 {
            framework.update().await?;
        }
    }
    let states = [TaskState::Running, TaskState::Finished];
    framework.ensure_once(ids.iter().map(String::as_str), &states)?;
    framework.stop().await
}

#[statement::proves(resub)]
async fn calls_carry_the_new_stream_id(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("resub"))?);
    framework.subscribed().await?;
    for _ in 0..3 {
        proxy.cut();
        ensure!(framework.subscribed().await?.resubscribed);
        framework.handle.revive_all().await?;
        framework.offer().await?;
    }
    framework.stop().await
}

#[statement::proves(hb5)]
async fn silent_master_is_left(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("hb5"))?);
    framework.subscribed().await?;
    let began = Instant::now();
    proxy.fail_stream(StreamFault::Silence);
    sleep(Duration::from_secs(50)).await;
    framework.wait("the loss", |received| matches!(received, Received::Disconnected).then_some(())).await?;
    ensure!(began.elapsed() > Duration::from_secs(70), "after {:?}", began.elapsed());
    ensure!(framework.subscribed().await?.resubscribed);
    framework.handle.revive_all().await?;
    framework.stop().await
}

/// Returns a dead address first, and then what the test sets.
#[derive(Debug)]
struct Own {
    dead: Address,
    leader: watch::Receiver<Address>,
}

#[async_trait]
impl MasterDetector for Own {
    async fn detect(&self, failed: Option<&Address>) -> Result<Address, Error> {
        let leader = self.leader.borrow().clone();
        Ok(if failed.is_none() { self.dead.clone() } else { leader })
    }

    async fn changed(&self, known: Option<&Address>) -> Address {
        let mut leader = self.leader.clone();
        let other = leader.wait_for(|leader| known != Some(leader) && known != Some(&self.dead)).await;
        let other = other.map(|leader| leader.clone());
        match other {
            Ok(leader) => leader,
            Err(_) => std::future::pending().await,
        }
    }
}

async fn custom_detector_is_followed(cluster: TestCluster) -> Result<()> {
    let (before, after) = (Proxy::to(cluster.address()).await?, Proxy::to(cluster.address()).await?);
    let (sender, leader) = watch::channel(before.address().parse()?);
    let own = Own { dead: peer::unused_address()?.parse()?, leader };
    let master = Master::with_detector("a detector of ours", own);
    let mut framework = Framework::start(SchedulerDriver::new(master, info("own")));
    framework.subscribed().await?;
    ensure!((before.connections(), after.connections()) == (1, 0));
    sender.send(after.address().parse()?)?;
    ensure!(framework.subscribed().await?.resubscribed);
    ensure!((before.connections(), after.connections()) == (1, 1));
    framework.stop().await
}

#[statement::proves(chosenid)]
async fn forgotten_framework_is_accepted_again(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("chosenid"))?);
    let id = framework.subscribed().await?.framework_id;
    cluster.restart_master().await?;
    let subscription = framework.subscribed().await?;
    ensure!(subscription.framework_id == id && subscription.resubscribed, "{subscription:?}");
    framework.handle.revive_all().await?;
    framework.stop().await?;
    cluster.completed(&id.value).await
}
