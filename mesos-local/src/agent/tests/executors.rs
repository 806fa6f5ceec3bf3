//! Executors in this process, over sockets and pipes.

use std::time::Duration;

use mesos_sdk::proto::v1::executor::event::Type;
use mesos_sdk::proto::v1::executor::{Call, call};
use mesos_sdk::proto::v1::task_status::Source;
use mesos_sdk::proto::v1::{ExecutorId, KillPolicy, TaskId, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::{Executor, ExecutorHandle, HandlerResult, async_trait};

use super::client::{Events, post, text};
use super::master::{Master, framework_id, task};
use crate::agent::InProcessExecutors;
use crate::messages::{FromAgent, ToAgent};

/// Finishes each task at once.
struct Quick;

#[async_trait]
impl Executor for Quick {
    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        for state in [TaskState::Running, TaskState::Finished] {
            let status =
                TaskStatus { task_id: task.task_id.clone(), state: state.into(), ..TaskStatus::default() };
            handle.update(status).detach();
        }
        Ok(())
    }

    async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        Ok(())
    }
}

fn quick() -> InProcessExecutors {
    let mut executors = InProcessExecutors::default();
    executors.add("e1", |environment| async move {
        match environment.driver().unwrap().run(&mut Quick).await {
            Ok(()) => 0,
            Err(error) => {
                eprintln!("{error}");
                1
            }
        }
    });
    executors
}

fn shutdown_executor() -> ToAgent {
    let executor_id = ExecutorId::from("e1");
    ToAgent::ShutdownExecutor { framework_id: framework_id(), executor_id }
}

async fn finishes_and_shuts_down(mut master: Master) {
    master.run_executor("not run").await;
    assert_eq!(master.update().await.state(), TaskState::Running);
    assert_eq!(master.update().await.state(), TaskState::Finished);
    master.send(shutdown_executor()).await;
    assert!(matches!(master.receive().await, FromAgent::ExecutorExited { status: 0, .. }));
}

#[tokio::test]
async fn an_executor_in_this_process_runs_tasks() {
    finishes_and_shuts_down(Master::with(quick(), |_| {}).await).await;
}

#[tokio::test(start_paused = true)]
async fn and_without_sockets_in_paused_time() {
    finishes_and_shuts_down(Master::with(quick(), |config| config.listen = false).await).await;
}

/// Does nothing, ever.
fn idle() -> InProcessExecutors {
    let mut executors = InProcessExecutors::default();
    executors.add("e1", |_| std::future::pending());
    executors
}

fn call(kind: call::Type) -> Call {
    Call {
        r#type: Some(kind.into()),
        framework_id: framework_id(),
        executor_id: ExecutorId::from("e1"),
        ..Call::default()
    }
}

fn subscribe() -> Call {
    Call { subscribe: Some(Box::new(call::Subscribe::default())), ..call(call::Type::Subscribe) }
}

fn running() -> Call {
    let status = TaskStatus {
        task_id: task().task_id,
        state: TaskState::Running.into(),
        source: Some(Source::Executor.into()),
        uuid: Some(vec![0x40; 16].into()),
        ..TaskStatus::default()
    };
    Call { update: Some(Box::new(call::Update { status })), ..call(call::Type::Update) }
}

async fn subscribed(master: &Master) -> Events {
    master.run_executor("not run").await;
    let address = master.agent().address();
    for _ in 0..600 {
        let response = post(address, "/slave(1)/api/v1/executor", &subscribe()).await;
        if response.status() == 200 {
            return Events::of(response);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the agent has no such executor");
}

#[statement::proves(e202)]
#[tokio::test]
async fn api_over_a_socket() {
    let mut master = Master::with(idle(), |_| {}).await;
    let mut events = subscribed(&master).await;
    assert_eq!(events.next().await.unwrap().r#type(), Type::Subscribed);
    assert_eq!(events.next().await.unwrap().r#type(), Type::Launch);
    let address = master.agent().address();
    let response = text(post(address, "/api/v1/executor", &running()).await).await;
    assert_eq!(response, (202, String::new()));
    assert_eq!(events.next().await.unwrap().r#type(), Type::Acknowledged);
    assert_eq!(master.update().await.state(), TaskState::Running);
    let invalid = text(post(address, "/api/v1/executor", &call(call::Type::Update)).await).await;
    let words = "Failed to validate Executor::Call: Expecting 'update' to be present";
    assert_eq!(invalid, (400, words.to_owned()));
    let elsewhere = text(post(address, "/slave(2)/api/v1/executor", &running()).await).await;
    assert_eq!(elsewhere.0, 404);
}

#[statement::proves(grace)]
#[tokio::test]
async fn disobedient_in_process_executor_is_dropped() {
    let mut master = Master::with(idle(), |config| {
        config.executor_shutdown_grace_period = Duration::from_millis(100);
    })
    .await;
    let mut events = subscribed(&master).await;
    events.next().await.unwrap();
    events.next().await.unwrap();
    master.send(shutdown_executor()).await;
    assert_eq!(events.next().await.unwrap().r#type(), Type::Shutdown);
    assert!(matches!(master.receive().await, FromAgent::ExecutorExited { status: 9, .. }));
    assert_eq!(master.update().await.state(), TaskState::Failed);
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn thawed_agent_responds() {
    let master = Master::with(idle(), |_| {}).await;
    let address = master.agent().address();
    master.agent().freeze().await;
    let heartbeat = call(call::Type::Heartbeat);
    let response = post(address, "/api/v1/executor", &heartbeat);
    tokio::pin!(response);
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut response).await.is_err());
    master.agent().thaw().await;
    assert_eq!(response.await.status(), 202);
}

#[tokio::test]
async fn a_killed_agent_breaks_its_streams() {
    let master = Master::with(idle(), |_| {}).await;
    let mut events = subscribed(&master).await;
    assert!(events.next().await.is_some());
    assert!(events.next().await.is_some());
    master.agent().kill().await;
    assert_eq!(events.next().await, None);
}
