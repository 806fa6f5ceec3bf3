//! The executor of these tests: this program, started by an agent.

use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use futures::stream;
use mesos_sdk::executor::{NotificationHandler, Subscription};
use mesos_sdk::proto::v1::{KillPolicy, TaskId, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, Executor, ExecutorDriver, ExecutorHandle, HandlerResult, async_trait};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::task::{JSON, Work};

/// A message to the executor: end the process at once, with this status.
pub(crate) const EXIT: &[u8] = b"exit";
pub(crate) const EXIT_STATUS: i32 = 3;
/// What every update of the executor contains.
pub(crate) const MESSAGE: &str = "Erreur: repertoire introuvable";

/// Whether an agent has started this process.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os("MESOS_EXECUTOR_ID").is_some()
}

pub(crate) fn drive() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let encoding = if std::env::var_os(JSON).is_some() { Encoding::Json } else { Encoding::Protobuf };
    runtime.block_on(async {
        let driver = ExecutorDriver::from_env()?.client_options(ClientOptions::new().encoding(encoding));
        let (notify, mut notified) = mpsc::unbounded_channel();
        let notifications = stream::poll_fn(move |context| notified.poll_recv(context));
        let mut worker = Worker { unfinished: Vec::new(), notify };
        Ok(driver.run_with(&mut worker, notifications).await?)
    })
}

/// Does as the tasks' data say.
struct Worker {
    unfinished: Vec<(TaskId, Work)>,
    notify: mpsc::UnboundedSender<TaskId>,
}

impl Worker {
    /// Finishes the tasks with this work.
    async fn finish(&mut self, handle: &ExecutorHandle, which: Work) -> HandlerResult {
        for (task, _) in self.unfinished.extract_if(.., |(_, work)| *work == which) {
            handle.update(status(task, TaskState::Finished)).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Executor for Worker {
    async fn subscribed(&mut self, handle: &ExecutorHandle, subscription: Subscription) -> HandlerResult {
        if subscription.resubscribed { self.finish(handle, Work::FinishWhenBack).await } else { Ok(()) }
    }

    async fn disconnected(&mut self, handle: &ExecutorHandle) -> HandlerResult {
        self.finish(handle, Work::FinishWhenAlone).await
    }

    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        let pid = Bytes::from(std::process::id().to_string());
        let running = TaskStatus { data: Some(pid), ..status(task.task_id.clone(), TaskState::Running) };
        handle.update(running).await?;
        let finished = status(task.task_id.clone(), TaskState::Finished);
        match Work::of(&task)? {
            Work::FinishAfter(milliseconds) => {
                let handle = handle.clone();
                tokio::spawn(async move {
                    sleep(Duration::from_millis(milliseconds)).await;
                    handle.update(finished).detach();
                });
            }
            Work::FinishAndStop => {
                handle.update(finished).detach();
                handle.stop();
            }
            Work::FinishWhenNotified => self.notify.send(task.task_id)?,
            Work::Hang => std::future::pending().await,
            work => self.unfinished.push((task.task_id, work)),
        }
        Ok(())
    }

    async fn kill(&mut self, handle: &ExecutorHandle, task: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        self.unfinished.retain(|(known, _)| *known != task);
        handle.update(status(task, TaskState::Killed)).await?;
        Ok(())
    }

    async fn shutdown(&mut self, handle: &ExecutorHandle) -> HandlerResult {
        for (task, _) in self.unfinished.extract_if(.., |(_, work)| *work == Work::FinishAtShutdown) {
            handle.update(status(task, TaskState::Finished)).detach();
        }
        Ok(())
    }

    async fn message(&mut self, handle: &ExecutorHandle, data: Bytes) -> HandlerResult {
        if data == EXIT {
            std::process::exit(EXIT_STATUS);
        }
        handle.message(Bytes::from([b"echo of ".as_slice(), &data].concat())).await?;
        Ok(())
    }
}

#[async_trait]
impl NotificationHandler<TaskId> for Worker {
    async fn notified(&mut self, handle: &ExecutorHandle, task: TaskId) -> HandlerResult {
        let driver = handle.status();
        let shown = format!("{} {}", driver.is_subscribed, driver.framework_id.unwrap_or_default());
        let finished = TaskStatus { data: Some(shown.into()), ..status(task, TaskState::Finished) };
        Ok(handle.update(finished).await?)
    }
}

fn status(task_id: TaskId, state: TaskState) -> TaskStatus {
    let message = Some(MESSAGE.to_owned());
    TaskStatus { task_id, state: state.into(), message, ..TaskStatus::default() }
}
