//! The executor: writes down each task that it runs, and reports it as finished.

use anyhow::Result;
use mesos_sdk::proto::v1::{KillPolicy, TaskId, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::{Executor, ExecutorDriver, ExecutorHandle, HandlerResult, async_trait};
use tokio::time::sleep;

use crate::evidence;
use crate::history::Event;
use crate::journal::Journal;
use crate::work;

/// Returns whether an agent has started this process.
pub fn is_wanted() -> bool {
    std::env::var_os("MESOS_EXECUTOR_ID").is_some()
}

/// Runs until the agent wants an end.
pub async fn run() -> Result<()> {
    let mut evidence = evidence::of_this_process()?;
    evidence.write(&[Event::Started])?;
    Ok(ExecutorDriver::from_env()?.run(&mut Worker { evidence }).await?)
}

struct Worker {
    evidence: Journal,
}

#[async_trait]
impl Executor for Worker {
    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        let time = work::of(task.data())?;
        self.evidence.write(&[Event::Run { attempt: task.task_id.value.parse()? }])?;
        // The agent may be out of reach for long, and there is more to launch.
        handle.update(status(task.task_id.clone(), TaskState::Running)).detach();
        let handle = handle.clone();
        tokio::spawn(async move {
            sleep(time).await;
            handle.update(status(task.task_id, TaskState::Finished)).detach();
        });
        Ok(())
    }

    /// Nobody kills these tasks.
    async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        Ok(())
    }
}

fn status(task_id: TaskId, state: TaskState) -> TaskStatus {
    TaskStatus { task_id, state: state.into(), ..TaskStatus::default() }
}
