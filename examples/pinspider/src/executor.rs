//! The executor: runs tasks next to an agent, any number at a time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use mesos_sdk::{
    Error, Executor, ExecutorDriver, ExecutorHandle, HandlerResult, Payload, async_trait,
    proto::v1::{KillPolicy, TaskId, TaskInfo, TaskState, TaskStatus},
};
use tokio::{
    task::{AbortHandle, JoinHandle, spawn_blocking},
    time::sleep,
};

use crate::{
    error_line::error_line,
    fetch::{FetchError, Fetched, Fetcher, Limits},
    page::{PageError, UserPage},
    page_url::PageUrl,
    work::{Failure, Found, Kind, MAX_BOARDS_PART, Order, ProfileFound, Report},
};

/// Runs the executor for one kind of task until its agent shuts it down.
///
/// # Errors
/// When the process was not started by an agent, or the agent can't be reached.
pub async fn run(kind: Kind) -> Result<(), Error> {
    let driver = ExecutorDriver::from_env()?;
    let mut executor =
        PinExecutor { kind, fetcher: Arc::new(Fetcher::new(Limits::default())), running: Running::default() };
    driver.run(&mut executor).await
}

/// The tasks that are at work. Whoever takes a task out of it reports its end, so that it is
/// reported once.
type Running = Arc<Mutex<HashMap<TaskId, AbortHandle>>>;

#[derive(Debug)]
struct PinExecutor {
    kind: Kind,
    fetcher: Arc<Fetcher>,
    running: Running,
}

#[async_trait]
impl Executor for PinExecutor {
    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        let id = task.task_id.clone();
        handle.update(status(&id, TaskState::Running)).detach();
        let work = tokio::spawn(work(self.kind, Arc::clone(&self.fetcher), task));
        self.running().insert(id.clone(), work.abort_handle());
        tokio::spawn(report(handle.clone(), Arc::clone(&self.running), id, work));
        Ok(())
    }

    async fn kill(
        &mut self,
        handle: &ExecutorHandle,
        task: TaskId,
        _policy: Option<KillPolicy>,
    ) -> HandlerResult {
        if let Some(work) = self.running().remove(&task) {
            work.abort();
            handle.update(status(&task, TaskState::Killed)).detach();
        }
        Ok(())
    }

    async fn shutdown(&mut self, handle: &ExecutorHandle) -> HandlerResult {
        for (task, work) in self.running().drain() {
            work.abort();
            handle.update(status(&task, TaskState::Killed)).detach();
        }
        Ok(())
    }
}

impl PinExecutor {
    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<TaskId, AbortHandle>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for the end of a task and reports what it has found, unless it was killed.
async fn report(driver: ExecutorHandle, running: Running, task: TaskId, work: JoinHandle<Found>) {
    let found =
        work.await.unwrap_or_else(|error| Found::Nothing(lasting(format!("the task broke: {error}"))));
    if running.lock().unwrap_or_else(PoisonError::into_inner).remove(&task).is_none() {
        return;
    }
    let report = Report { task: task.value.clone(), found };
    let mut end = status(&task, TaskState::Finished);
    match report.to_bytes() {
        Ok(bytes) => {
            end.data = Some(bytes.clone());
            match report.found {
                Found::Nothing(failure) => fail(&mut end, failure),
                // The message is quicker than the update, but may be lost.
                Found::Profile(_) | Found::Boards(_) => driver.message(bytes).detach(),
            }
        }
        Err(error) => fail(&mut end, lasting(error_line(&error))),
    }
    driver.update(end).detach();
}

fn fail(end: &mut TaskStatus, failure: Failure) {
    end.set_state(TaskState::Failed);
    end.message = Some(failure.reason);
}

fn status(task: &TaskId, state: TaskState) -> TaskStatus {
    TaskStatus { task_id: task.clone(), state: state.into(), ..TaskStatus::default() }
}

async fn work(kind: Kind, fetcher: Arc<Fetcher>, task: TaskInfo) -> Found {
    let found = match Order::from_bytes(task.data.as_deref().unwrap_or_default()) {
        Ok(order) if order.kind() != kind => Err(lasting("this is a task for another executor".to_owned())),
        Ok(Order::Boards { part }) => aside(move || part.boards()).await.map(Found::Boards),
        Ok(Order::Profile { url, wait_ms, gap_ms }) => {
            sleep(Duration::from_millis(wait_ms)).await;
            visit(&fetcher, &url, Duration::from_millis(gap_ms)).await
        }
        Err(error) => Err(lasting(error_line(&error))),
    };
    found.unwrap_or_else(Found::Nothing)
}

async fn visit(fetcher: &Fetcher, url: &PageUrl, gap: Duration) -> Result<Found, Failure> {
    let failure = |error: FetchError| Failure { reason: error_line(&error), temporary: error.is_temporary() };
    let Fetched { url, html } = fetcher.page(url, gap).await.map_err(failure)?;
    let place = url.clone();
    let page = aside(move || UserPage::read(&html, &place)).await?;
    let size = serde_json::to_vec(&page.boards).map_err(|error| lasting(error_line(&error)))?.len();
    if size > MAX_BOARDS_PART {
        return Err(lasting(format!(
            "the boards take {size} bytes of the page, more than {MAX_BOARDS_PART}"
        )));
    }
    let UserPage { profile, links, boards } = page;
    Ok(Found::Profile(Box::new(ProfileFound { url, profile, links, boards })))
}

/// Reads a page on a separate thread, so that kills arrive; a task that is killed meanwhile is
/// reported at once.
async fn aside<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, PageError> + Send + 'static,
) -> Result<T, Failure> {
    let done =
        spawn_blocking(read).await.map_err(|error| lasting(format!("the page can't be read: {error}")))?;
    done.map_err(|error| lasting(error_line(&error)))
}

fn lasting(reason: String) -> Failure {
    Failure { reason, temporary: false }
}
