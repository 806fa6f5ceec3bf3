use mesos_sdk::proto::v1::{ExecutorId, ExecutorInfo, KillPolicy, executor_info};
use mesos_sdk::{Executor, ExecutorHandle};

use super::*;
use crate::InProcessExecutors;

/// Runs each task for six minutes.
struct Slow;

#[async_trait]
impl Executor for Slow {
    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        let handle = handle.clone();
        tokio::spawn(async move {
            for state in [TaskState::Running, TaskState::Finished] {
                let status = TaskStatus {
                    task_id: task.task_id.clone(),
                    state: state.into(),
                    ..TaskStatus::default()
                };
                handle.update(status).detach();
                tokio::time::sleep(Duration::from_secs(360)).await;
            }
        });
        Ok(())
    }
    async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        Ok(())
    }
}

fn task(id: &str, offer: &Offer, framework_id: &FrameworkId) -> TaskInfo {
    let executor = ExecutorInfo {
        r#type: Some(executor_info::Type::Custom.into()),
        executor_id: ExecutorId::from("slow"),
        framework_id: Some(framework_id.clone()),
        command: Some(Box::new(CommandInfo::default())),
        ..ExecutorInfo::default()
    };
    TaskInfo { command: None, executor: Some(Box::new(executor)), ..command_task(id, offer, "") }
}

#[tokio::test(start_paused = true)]
async fn an_hour_of_tasks_passes_in_no_time() {
    let mut executors = InProcessExecutors::default();
    executors.add("slow", |environment| async move {
        match environment.driver() {
            Ok(driver) => i32::from(driver.run(&mut Slow).await.is_err()),
            Err(_) => 2,
        }
    });
    let cluster = Cluster::builder().in_process_executors(executors).start().await.unwrap();
    let mut framework = Running::start(&cluster);
    let id = framework.subscribed().await;
    let started = tokio::time::Instant::now();
    for round in 0..10 {
        let offer = framework.offers().await.remove(0);
        let task = task(&round.to_string(), &offer, &id);
        framework.driver.launch([offer.id], [task]).await.unwrap();
        let mut states = Vec::new();
        while states.last() != Some(&TaskState::Finished) {
            match framework.received.recv().await.unwrap() {
                Received::Update(update) => states.push(update.state()),
                // What the task leaves of the agent is not needed, until the whole of it is free
                // again.
                Received::Offers(offers) => {
                    let ids = offers.into_iter().map(|offer| offer.id);
                    framework.driver.decline(ids).await.unwrap();
                }
                other => panic!("round {round}: {other:?}"),
            }
        }
        assert_eq!(states, [TaskState::Running, TaskState::Finished], "round {round}");
    }
    assert!(started.elapsed() > Duration::from_secs(3600), "{:?}", started.elapsed());
    framework.stop().await;
    cluster.shutdown().await;
}
