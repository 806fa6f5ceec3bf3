//! The executor: runs tasks next to an agent, any number at a time.

use std::{collections::HashMap, sync::Arc};

use mesos_sdk::{
    Error, Executor, ExecutorDriver, ExecutorHandle, HandlerResult, Payload, async_trait,
    proto::v1::{KillPolicy, TaskId, TaskInfo, TaskState, TaskStatus},
};
use tokio::{sync::oneshot, task::JoinSet};

use crate::{
    error_line::error_line,
    fetch::{Fetcher, Limits},
    visit::{self, Failure},
    work::{Found, Kind, Order, Report},
};

/// Runs the executor for one kind of task until its agent shuts it down.
///
/// # Errors
/// When the process was not started by an agent, or the agent can't be reached.
pub async fn run(kind: Kind) -> Result<(), Error> {
    let fetcher = Arc::new(Fetcher::new(Limits::default()));
    let mut executor = PinExecutor { kind, fetcher, kills: HashMap::new(), tasks: JoinSet::new() };
    ExecutorDriver::from_env()?.run(&mut executor).await
}

#[derive(Debug)]
struct PinExecutor {
    kind: Kind,
    fetcher: Arc<Fetcher>,
    /// A task whose sender is dropped is killed.
    kills: HashMap<TaskId, oneshot::Sender<()>>,
    /// Each reports its end.
    tasks: JoinSet<()>,
}

#[async_trait]
impl Executor for PinExecutor {
    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        let (kill, killed) = oneshot::channel();
        self.kills.retain(|_, kill| !kill.is_closed());
        self.kills.insert(task.task_id.clone(), kill);
        while self.tasks.try_join_next().is_some() {}
        handle.update(TaskStatus::new(task.task_id.clone(), TaskState::Running)).detach();
        let (handle, kind, fetcher) = (handle.clone(), self.kind, Arc::clone(&self.fetcher));
        self.tasks.spawn(async move {
            let id = task.task_id.clone();
            // Its panic ends nothing else, and it ends when this is dropped.
            let mut work = JoinSet::from_iter([work(kind, fetcher, task)]);
            let found = tokio::select! {
                Some(found) = work.join_next() => found,
                _ = killed => return handle.update(TaskStatus::new(id, TaskState::Killed)).detach(),
            };
            report(&handle, id, found.unwrap_or_else(|error| nothing(format!("the task broke: {error}"))));
        });
        Ok(())
    }

    async fn kill(&mut self, _: &ExecutorHandle, task: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        self.kills.remove(&task);
        Ok(())
    }

    async fn shutdown(&mut self, _: &ExecutorHandle) -> HandlerResult {
        self.kills.clear();
        while self.tasks.join_next().await.is_some() {}
        Ok(())
    }
}

/// Reports what a task has found: a message is quicker than an update, but may be lost.
fn report(handle: &ExecutorHandle, id: TaskId, found: Found) {
    let report = Report { task: id.value.clone(), found };
    let mut end = TaskStatus::new(id, TaskState::Failed);
    match (report.to_bytes(), report.found) {
        (Ok(data), Found::Nothing(failure)) => (end.data, end.message) = (Some(data), Some(failure.reason)),
        (Ok(data), Found::Profile(_) | Found::Boards(_)) => {
            handle.message(data.clone()).detach();
            end.data = Some(data);
            end.set_state(TaskState::Finished);
        }
        (Err(error), _) => end.message = Some(error_line(&error)),
    }
    handle.update(end).detach();
}

async fn work(kind: Kind, fetcher: Arc<Fetcher>, task: TaskInfo) -> Found {
    let found = match Order::from_bytes(task.data()) {
        Ok(order) if order.kind() != kind => return nothing("this is a task for another executor"),
        Ok(Order::Profile(visit)) => {
            visit::profile(&fetcher, visit).await.map(|page| Found::Profile(Box::new(page)))
        }
        Ok(Order::Boards(part)) => visit::boards(part).await.map(Found::Boards),
        Err(error) => return nothing(error_line(&error)),
    };
    found.unwrap_or_else(Found::Nothing)
}

fn nothing(reason: impl Into<String>) -> Found {
    Found::Nothing(Failure::lasting(reason))
}
