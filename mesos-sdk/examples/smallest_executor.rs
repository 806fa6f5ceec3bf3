//! The smallest executor.

use mesos_sdk::proto::v1::{KillPolicy, TaskId, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::{Executor, ExecutorDriver, ExecutorHandle, HandlerResult, async_trait};

/// Reports each task as finished as soon as it is launched.
struct Finisher;

#[async_trait]
impl Executor for Finisher {
    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        let state = TaskState::Finished.into();
        handle.update(TaskStatus { task_id: task.task_id, state, ..Default::default() }).await?;
        Ok(())
    }

    async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        Ok(()) // the task has already finished
    }
}

#[tokio::main]
async fn main() -> Result<(), mesos_sdk::Error> {
    ExecutorDriver::from_env()?.run(&mut Finisher).await
}
