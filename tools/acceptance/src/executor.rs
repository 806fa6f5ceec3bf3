//! The executor: writes down each task that it runs, and says that it has finished.

use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::Result;
use mesos_sdk::proto::v1::{KillPolicy, TaskId, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::{Executor, ExecutorDriver, ExecutorHandle, HandlerResult, async_trait};
use tokio::time::sleep;

use crate::work::Work;

/// Whether an agent has started this process.
pub fn is_wanted() -> bool {
    std::env::var_os("MESOS_EXECUTOR_ID").is_some()
}

/// Runs until the agent wants an end.
pub async fn run() -> Result<()> {
    Ok(ExecutorDriver::from_env()?.run(&mut Worker).await?)
}

struct Worker;

#[async_trait]
impl Executor for Worker {
    async fn launch(&mut self, driver: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        let work = Work::of(task.data())?;
        let file = work.evidence.join(std::process::id().to_string());
        let mut evidence = OpenOptions::new().append(true).create(true).open(file)?;
        evidence.write_all(format!("{}\n", task.task_id.value).as_bytes())?;
        driver.update(status(task.task_id.clone(), TaskState::TaskRunning)).await?;
        let driver = driver.clone();
        tokio::spawn(async move {
            sleep(work.time).await;
            driver.update(status(task.task_id, TaskState::TaskFinished)).detach();
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
