//! Agents that freeze, end and come back.

use anyhow::{Result, ensure};
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{FrameworkInfo, TaskState};
use testkit::TestCluster;

use crate::framework::{Framework, driver, info};
use crate::processes::{ensure_ended, is_alive};
use crate::reporter::Received;
use crate::task::{Work, task, task_id};

testkit::cases![
    thawed_agent_gets_its_calls,
    updates_made_without_an_agent_arrive_once,
    updates_to_a_recovering_agent_arrive_once,
    without_checkpoint_executor_ends_with_agent,
    lost_agent_is_reported_in_any_order,
];

fn checkpointed(name: &str) -> FrameworkInfo {
    FrameworkInfo { checkpoint: Some(true), ..info(name) }
}

async fn thawed_agent_gets_its_calls(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("frozen"))?);
    let running = framework.launch_one("t", Work::Run).await?;
    cluster.freeze_agent(0).await?;
    framework.handle.kill(task_id("t"), running.agent_id).await?;
    cluster.thaw_agent(0).await?;
    framework.state("t", TaskState::Killed).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Killed])?;
    framework.stop().await
}

#[statement::proves(eunack)]
async fn updates_made_without_an_agent_arrive_once(cluster: TestCluster) -> Result<()> {
    finish_across_a_restart(&cluster, Work::FinishWhenAlone).await
}

/// The agent accepts SUBSCRIBE before it accepts updates: the driver must resend them.
#[statement::proves(e503)]
async fn updates_to_a_recovering_agent_arrive_once(cluster: TestCluster) -> Result<()> {
    finish_across_a_restart(&cluster, Work::FinishWhenBack).await
}

async fn finish_across_a_restart(cluster: &TestCluster, work: Work) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), checkpointed("restart"))?);
    let (ids, lasting) = (["a", "b", "c"], "lasting");
    let works = ids.map(|id| (id, work)).into_iter().chain([(lasting, Work::Run)]);
    framework.launch(&works.collect::<Vec<_>>()).await?;
    while framework.updates.len() < ids.len() + 1 {
        framework.update().await?;
    }
    cluster.kill_agent(0).await?;
    cluster.start_agent(0).await?;
    for id in ids {
        while framework.count(id, TaskState::Finished) == 0 {
            framework.update().await?;
        }
    }
    framework.handle.kill(task_id(lasting), None).await?;
    framework.state(lasting, TaskState::Killed).await?;
    for id in ids {
        ensure!(framework.count(id, TaskState::Running) == 1, "{:?}", framework.updates);
        ensure!(framework.count(id, TaskState::Finished) == 1, "{:?}", framework.updates);
    }
    framework.stop().await
}

#[statement::proves(nochk)]
async fn without_checkpoint_executor_ends_with_agent(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("nochk"))?);
    let running = framework.launch_one("t", Work::Run).await?;
    ensure!(is_alive(&running)?, "the executor should run");
    cluster.kill_agent(0).await?;
    ensure_ended(&running).await?;
    framework.stop().await
}

/// Its offer is rescinded, its task is lost, and the agent itself has failed: one event does not
/// wait for another.
#[statement::proves(order)]
async fn lost_agent_is_reported_in_any_order(cluster: TestCluster) -> Result<()> {
    let cluster = {
        let kind = cluster.backend();
        drop(cluster);
        TestCluster::impatient(kind).await?
    };
    let mut framework = Framework::start(driver(cluster.address(), info("order"))?);
    framework.launch_one("t", Work::Run).await?;
    let offer = framework.offer().await?;
    cluster.freeze_agent(0).await?;
    let (mut rescinded, mut lost, mut failed) = (0, 0, 0);
    framework
        .wait("all three", |received| {
            match received {
                Received::Rescinded(id) => rescinded += usize::from(id == offer.id),
                Received::Update(status) => lost += usize::from(status.state() == TaskState::Lost),
                Received::Failure(failure) => {
                    failed += usize::from(failure.agent_id.as_ref() == Some(&offer.agent_id));
                }
                _ => {}
            }
            (rescinded > 0 && lost > 0 && failed > 0).then_some(())
        })
        .await?;
    ensure!((rescinded, lost, failed) == (1, 1, 1), "{rescinded}, {lost} and {failed} times");
    // A framework that has not learned of the rescission yet gets its consequence.
    let late = task("late", &offer, Work::Run)?;
    framework.handle.launch([offer.id], [late]).await?;
    let status = framework.state("late", TaskState::Lost).await?;
    ensure!(status.reason() == Some(Reason::InvalidOffers), "{status:?}");
    framework.stop().await
}
