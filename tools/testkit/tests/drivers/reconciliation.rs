//! The driver reconciles what the framework returns from `known_tasks`.

use std::time::Duration;

use anyhow::{Result, ensure};
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{
    AgentId, FrameworkId, FrameworkInfo, OperationId, OperationState, TaskState, TaskStatus,
};
use mesos_sdk::scheduler::{KnownOperation, KnownTask, Reconciliation};
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, SchedulerDriver};
use testkit::{Proxy, TestCluster};
use tokio::time::sleep;

use crate::framework::{Framework, driver, info};
use crate::reporter::{Known, Received};
use crate::task::{Work, task_id};

testkit::cases![
    known_tasks_after_each_subscription,
    known_tasks_periodically,
    known_tasks_on_request,
    unknown_tasks_are_reported,
    task_of_a_lost_agent_until_it_returns,
    recorded_intent_is_reconciled,
    known_operations_are_not_acknowledged,
    offers_need_no_reconciliation,
    completion_is_reported,
    opted_out_framework_is_left_alone,
];

fn known(ids: &[&str]) -> Vec<KnownTask> {
    ids.iter().map(|id| KnownTask { task_id: task_id(id), agent_id: None }).collect()
}

/// Often enough for a test.
fn often(driver: SchedulerDriver) -> SchedulerDriver {
    let second = Duration::from_secs(1);
    let (interval, first_wait, longest_wait) = (2 * second, second, second);
    driver.reconciliation(
        Reconciliation::new().interval(interval).first_wait(first_wait).longest_wait(longest_wait),
    )
}

/// The response to a reconciliation.
async fn reconciled(framework: &mut Framework, id: &str, state: TaskState) -> Result<TaskStatus> {
    loop {
        let status = framework.state(id, state).await?;
        if status.reason() == Some(Reason::Reconciliation) {
            ensure!(status.uuid.is_none(), "{status:?}");
            return Ok(status);
        }
    }
}

#[statement::proves(recon3, recon1)]
async fn known_tasks_after_each_subscription(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("recon3"))?);
    framework.launch_one("t", Work::Run).await?;
    framework.known.tasks(known(&["t", "ghost"]));
    for _ in 0..2 {
        proxy.cut();
        ensure!(framework.subscribed().await?.resubscribed);
        let (mut running, mut lost) = (false, false);
        while !(running && lost) {
            let status = framework.update().await?;
            running |= status.task_id.value == "t" && status.reason() == Some(Reason::Reconciliation);
            lost |= status.task_id.value == "ghost" && status.state() == TaskState::Lost;
        }
    }
    framework.stop().await
}

#[statement::proves(recon3)]
async fn known_tasks_periodically(cluster: TestCluster) -> Result<()> {
    let driver = often(driver(cluster.address(), info("recon3"))?);
    let mut framework = Framework::start_knowing(driver, Known::of_tasks(vec![]));
    framework.launch_one("t", Work::Run).await?;
    framework.known.tasks(known(&["t"]));
    for _ in 0..3 {
        reconciled(&mut framework, "t", TaskState::Running).await?;
    }
    framework.stop().await
}

#[statement::proves(recon2)]
async fn known_tasks_on_request(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("recon2"))?);
    framework.launch_one("t", Work::Run).await?;
    framework.known.tasks(known(&["ghost"]));
    framework.handle.reconcile_known();
    reconciled(&mut framework, "ghost", TaskState::Lost).await?;
    reconciled(&mut framework, "t", TaskState::Running).await?;
    framework.stop().await
}

fn with_id(name: &str, id: FrameworkId) -> FrameworkInfo {
    FrameworkInfo { id: Some(id), ..info(name) }
}

#[statement::proves(imp)]
async fn unknown_tasks_are_reported(cluster: TestCluster) -> Result<()> {
    let mut first = Framework::start(driver(cluster.address(), info("imp"))?);
    let id = first.subscribed().await?.framework_id;
    first.launch_one("forgotten", Work::Run).await?;
    first.leave().await?;
    cluster.disconnected(&id.value).await?;
    let later = driver(cluster.address(), with_id("imp", id))?;
    let mut later = Framework::start_knowing(later, Known::of_tasks(vec![]));
    reconciled(&mut later, "forgotten", TaskState::Running).await?;
    later.stop().await
}

/// After its failover a master does not answer for tasks of agents that have not registered again.
#[statement::proves(recon2, exp)]
async fn task_of_a_lost_agent_until_it_returns(cluster: TestCluster) -> Result<()> {
    let kind = cluster.backend();
    drop(cluster);
    let (cluster, mut framework) = loop {
        let cluster = TestCluster::impatient(kind).await?;
        let mut framework = Framework::start(often(driver(cluster.address(), info("exp"))?));
        framework.subscribed().await?;
        let running = framework.launch_one("t", Work::Run).await?;
        cluster.freeze_agent(0).await?;
        framework.known.tasks(vec![KnownTask { task_id: task_id("t"), agent_id: running.agent_id }]);
        cluster.restart_master().await?;
        ensure!(framework.subscribed().await?.resubscribed);
        // On a busy machine the old master may have given up the agent: that is another situation.
        if framework.count("t", TaskState::Lost) == 0 {
            break (cluster, framework);
        }
        framework.stop().await?;
    };
    let before = framework.updates.len();
    sleep(Duration::from_secs(4)).await;
    cluster.thaw_agent(0).await?;
    reconciled(&mut framework, "t", TaskState::Running).await?;
    ensure!(framework.updates.len() == before + 1, "{:?}", framework.updates);
    framework.stop().await
}

/// The first instance writes down both tasks, and is gone before it has sent ACCEPT for the second
/// one.
#[statement::proves(intent)]
async fn recorded_intent_is_reconciled(cluster: TestCluster) -> Result<()> {
    let mut first = Framework::start(driver(cluster.address(), info("intent"))?);
    let id = first.subscribed().await?.framework_id;
    let written_down = known(&["sent", "not sent"]);
    first.launch_one("sent", Work::Run).await?;
    first.handle.abort();
    first.end().await??;
    cluster.disconnected(&id.value).await?;
    let later = driver(cluster.address(), with_id("intent", id))?;
    let mut later = Framework::start_knowing(later, Known::of_tasks(written_down));
    let mut truth = Vec::new();
    while truth.len() < 2 {
        let status = later.update().await?;
        let received = (status.task_id.value.clone(), status.state());
        if !truth.contains(&received) {
            truth.push(received);
        }
    }
    truth.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [("not sent", TaskState::Lost), ("sent", TaskState::Running)];
    ensure!(truth == expected.map(|(id, state)| (id.to_owned(), state)), "{truth:?}");
    later.stop().await
}

#[statement::proves(recop)]
async fn known_operations_are_not_acknowledged(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let json =
        driver(proxy.address(), info("recop"))?.client_options(ClientOptions::new().encoding(Encoding::Json));
    let operation_id = OperationId::from("ghost");
    let nowhere = AgentId::from("no such agent");
    let known = Known::default();
    known.operations(vec![KnownOperation {
        operation_id: operation_id.clone(),
        agent_id: Some(nowhere),
        ..KnownOperation::default()
    }]);
    let mut framework = Framework::start_knowing(json, known);
    let status = framework.operation_update().await?;
    ensure!(status.operation_id == Some(operation_id) && status.uuid.is_none(), "{status:?}");
    ensure!(status.state() == OperationState::Unknown, "{status:?}");
    framework.handle.revive_all().await?;
    ensure!(proxy.sent("ACKNOWLEDGE_OPERATION_STATUS") == 0);
    framework.stop().await
}

#[statement::proves(recon4)]
async fn offers_need_no_reconciliation(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("recon4"))?);
    let old = framework.offer().await?;
    proxy.cut();
    ensure!(framework.subscribed().await?.resubscribed);
    let new = framework.offer().await?;
    ensure!(new.id != old.id && new.agent_id == old.agent_id, "{new:?}");
    framework.stop().await
}

/// Waits until all is reconciled, and ensures that the answers came before.
async fn all_reconciled(framework: &mut Framework) -> Result<()> {
    let before = framework.updates.len();
    framework.wait("the end", |received| matches!(received, Received::Reconciled).then_some(())).await?;
    let answers = &framework.updates[before..];
    let is_received =
        |id: &str, state| answers.iter().any(|status| status.task_id.value == id && status.state() == state);
    ensure!(is_received("t", TaskState::Running) && is_received("ghost", TaskState::Lost), "{answers:?}");
    Ok(())
}

/// Ensures that nothing is reconciled until the master has answered a call.
async fn none_reconciled(framework: &mut Framework) -> Result<()> {
    framework.handle.kill(task_id("nobody"), None).await?;
    let is_answer = |received| match received {
        Received::Reconciled => Some(false),
        Received::Update(status) if status.task_id.value == "nobody" => Some(true),
        _ => None,
    };
    ensure!(framework.wait("the response to the kill", is_answer).await?, "it is reconciled");
    Ok(())
}

async fn completion_is_reported(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("reconciled"))?);
    framework.launch_one("t", Work::Run).await?;
    framework.known.tasks(known(&["t", "ghost"]));
    framework.handle.reconcile_known();
    all_reconciled(&mut framework).await?;
    none_reconciled(&mut framework).await?;
    proxy.cut();
    ensure!(framework.subscribed().await?.resubscribed);
    all_reconciled(&mut framework).await?;
    none_reconciled(&mut framework).await?;
    framework.stop().await
}

async fn opted_out_framework_is_left_alone(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("no part"))?);
    framework.subscribed().await?;
    framework.handle.reconcile_known();
    none_reconciled(&mut framework).await?;
    framework.stop().await
}
