//! Executors: the half of a framework that runs tasks, next to an agent.
//!
//! Implement [`Executor`] and give it to an [`ExecutorDriver`] in the program that
//! `ExecutorInfo.command` names. The agent starts it with environment variables that contain the
//! address to connect to. The driver follows Mesos' [executor HTTP API].
//!
//! [executor HTTP API]: https://mesos.apache.org/documentation/latest/executor-http-api/

mod boxed;
mod call;
mod dispatch;
mod driver;
mod environment;
mod event;
mod grace;
mod handle;
mod ledger;
#[cfg(feature = "metrics")]
mod meter;
mod notification;
mod outlook;
mod role;

pub use driver::ExecutorDriver;
pub use environment::ExecutorEnvironment;
pub use event::{FailedCall, Subscription};
pub use handle::ExecutorHandle;
pub use notification::NotificationHandler;

use async_trait::async_trait;
use bytes::Bytes;

use crate::proto::v1::{KillPolicy, TaskId, TaskInfo};
use crate::{HandlerResult, Undecodable};

/// What an executor does when something happens. The driver calls one method at a time, in the
/// order of the events.
///
/// Start tasks and return: while a method runs, no other is called, so a task that runs within
/// [`launch`](Self::launch) can't be killed. Report each state of a task with
/// [`ExecutorHandle::update`].
///
/// A method may await, and calls are sent in the meantime. Do not block the thread in it: the
/// driver runs in the same task, and would neither send updates nor learn of a shutdown. Await
/// [`tokio::task::spawn_blocking`] for what has to block. A method that keeps its thread for more
/// than a second is logged as a warning.
///
/// An `Err` from any method ends the driver, and [`ExecutorDriver::run`] returns it; the agent
/// reports the executor's tasks as failed once the process has ended. The error of a call that may
/// succeed later (see [`Error::is_retryable`](crate::Error::is_retryable)) is only logged.
///
/// # Signatures
///
/// Below, rustdoc shows what [`async_trait`](macro@crate::async_trait) makes of the methods. This
/// is how they are written; all but `launch` and `kill` have a default. Without the attribute the
/// compiler reports error E0195.
///
/// ```
/// # use bytes::Bytes;
/// # use mesos_sdk::executor::{FailedCall, Subscription};
/// # use mesos_sdk::proto::v1::{KillPolicy, TaskId, TaskInfo};
/// # use mesos_sdk::{Executor, ExecutorHandle, HandlerResult, Undecodable, async_trait};
/// # struct MyFramework;
/// #[async_trait]
/// impl Executor for MyFramework {
///     async fn subscribed(&mut self, handle: &ExecutorHandle, subscription: Subscription) -> HandlerResult { Ok(()) }
///     async fn disconnected(&mut self, handle: &ExecutorHandle) -> HandlerResult { Ok(()) }
///     async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult { Ok(()) }
///     async fn launch_group(&mut self, handle: &ExecutorHandle, tasks: Vec<TaskInfo>) -> HandlerResult { Ok(()) }
///     async fn kill(&mut self, handle: &ExecutorHandle, task: TaskId, policy: Option<KillPolicy>) -> HandlerResult { Ok(()) }
///     async fn message(&mut self, handle: &ExecutorHandle, data: Bytes) -> HandlerResult { Ok(()) }
///     async fn acknowledged(&mut self, handle: &ExecutorHandle, task: TaskId, uuid: Bytes) -> HandlerResult { Ok(()) }
///     async fn shutdown(&mut self, handle: &ExecutorHandle) -> HandlerResult { Ok(()) }
///     async fn call_failed(&mut self, handle: &ExecutorHandle, failed: FailedCall) -> HandlerResult { Ok(()) }
///     async fn undecodable_event(&mut self, handle: &ExecutorHandle, event: Undecodable) -> HandlerResult { Ok(()) }
/// }
/// ```
#[async_trait]
#[diagnostic::on_unimplemented(note = "implement `launch` and `kill`, under `#[mesos_sdk::async_trait]`")]
pub trait Executor: Send {
    /// Called when the executor is subscribed with its agent: for the first time, or again after
    /// [`disconnected`](Self::disconnected).
    async fn subscribed(&mut self, handle: &ExecutorHandle, subscription: Subscription) -> HandlerResult {
        let _ = (handle, subscription);
        Ok(())
    }

    /// Called when the connection to the agent is lost. With checkpointing the driver tries to
    /// reach the agent until the recovery timeout; without, [`shutdown`](Self::shutdown) follows.
    /// Updates are kept.
    async fn disconnected(&mut self, handle: &ExecutorHandle) -> HandlerResult {
        let _ = handle;
        Ok(())
    }

    /// Starts a task. Report `TASK_RUNNING`, and a terminal state at its end.
    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult;

    /// Starts all tasks of a group. The default [launches](Self::launch) each of them, in order.
    async fn launch_group(&mut self, handle: &ExecutorHandle, tasks: Vec<TaskInfo>) -> HandlerResult {
        for task in tasks {
            self.launch(handle, task).await?;
        }
        Ok(())
    }

    /// Ends a task. Report `TASK_KILLED`. May be called more than once; `policy` overrides that of
    /// the task.
    async fn kill(
        &mut self,
        handle: &ExecutorHandle,
        task: TaskId,
        policy: Option<KillPolicy>,
    ) -> HandlerResult;

    /// Called with a message from the scheduler. Messages are best effort: they may be lost.
    async fn message(&mut self, handle: &ExecutorHandle, data: Bytes) -> HandlerResult {
        let _ = (handle, data);
        Ok(())
    }

    /// Called when the agent has stored an update of this task, and will deliver it to the
    /// scheduler.
    async fn acknowledged(&mut self, handle: &ExecutorHandle, task: TaskId, uuid: Bytes) -> HandlerResult {
        let _ = (handle, task, uuid);
        Ok(())
    }

    /// Ends all tasks. Report that they were killed. After the return the driver continues until
    /// every update is acknowledged, at most for the agent's shutdown grace period; then
    /// [`run`](ExecutorDriver::run) returns, and the process should end. If the agent is gone, the
    /// driver ends first, and drops a `shutdown` that has not returned within the grace period.
    async fn shutdown(&mut self, handle: &ExecutorHandle) -> HandlerResult {
        let _ = handle;
        Ok(())
    }

    /// Called when a call failed whose [`CallFuture`](crate::CallFuture) nobody awaits. The default
    /// logs it.
    async fn call_failed(&mut self, handle: &ExecutorHandle, failed: FailedCall) -> HandlerResult {
        let _ = handle;
        tracing::warn!(call = failed.name(), error = ?failed.error, "a call failed");
        Ok(())
    }

    /// Called when an event could not be decoded. The event was logged and skipped; the
    /// subscription stands. The default does nothing else.
    ///
    /// It may have been the launch of a task, which then never starts, or a kill. An executor that
    /// cannot continue without it returns an error: the driver ends, and the agent reports the
    /// executor's tasks as failed.
    async fn undecodable_event(&mut self, handle: &ExecutorHandle, event: Undecodable) -> HandlerResult {
        let _ = (handle, event);
        Ok(())
    }
}

#[cfg(test)]
pub(crate) use {call::message, call::update, driver::settings, role::ExecutorRole};

#[cfg(fuzzing)]
pub(crate) use role::ExecutorRole;
