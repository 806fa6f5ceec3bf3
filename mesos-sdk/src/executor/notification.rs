//! Events of the program itself.

use async_trait::async_trait;

use super::{Executor, ExecutorHandle};
use crate::HandlerResult;
use crate::session::Notify;

/// An [`Executor`] that gets the events of the program itself too, such as children that end, ticks
/// of a timer and requests of an API.
///
/// [`ExecutorDriver::run_with`](super::ExecutorDriver::run_with) takes them from a stream, and
/// calls [`notified`](Self::notified) between the methods of [`Executor`]. So the executor needs no
/// lock.
///
/// ```
/// use mesos_sdk::executor::NotificationHandler;
/// use mesos_sdk::proto::v1::{KillPolicy, TaskId, TaskInfo, TaskState, TaskStatus};
/// use mesos_sdk::{Error, Executor, ExecutorDriver, ExecutorHandle, HandlerResult, async_trait};
/// use futures::stream;
/// use tokio::sync::mpsc;
///
/// /// A task is done.
/// struct Done(TaskId);
///
/// struct Worker {
///     done: mpsc::UnboundedSender<Done>,
///     running: usize,
/// }
///
/// fn status(task_id: TaskId, state: TaskState) -> TaskStatus {
///     TaskStatus { task_id, state: state.into(), ..Default::default() }
/// }
///
/// #[async_trait]
/// impl Executor for Worker {
///     async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
///         self.running += 1;
///         handle.update(status(task.task_id.clone(), TaskState::Running)).await?;
///         let done = self.done.clone();
///         tokio::spawn(async move {
///             // … the work …
///             done.send(Done(task.task_id))
///         });
///         Ok(())
///     }
///
///     async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult {
///         // … end the work …
///         Ok(())
///     }
/// }
///
/// #[async_trait]
/// impl NotificationHandler<Done> for Worker {
///     async fn notified(&mut self, handle: &ExecutorHandle, Done(task): Done) -> HandlerResult {
///         self.running -= 1;
///         handle.update(status(task, TaskState::Finished)).await?;
///         if self.running == 0 {
///             handle.stop();
///         }
///         Ok(())
///     }
/// }
///
/// async fn run(driver: ExecutorDriver) -> Result<(), Error> {
///     let (done, mut receiver) = mpsc::unbounded_channel();
///     let notifications = stream::poll_fn(move |context| receiver.poll_recv(context));
///     driver.run_with(&mut Worker { done, running: 0 }, notifications).await
/// }
/// ```
#[async_trait]
#[diagnostic::on_unimplemented(note = "implement `notified`, under `#[mesos_sdk::async_trait]`")]
pub trait NotificationHandler<N: Send + 'static>: Executor {
    /// Handles the next notification. An `Err` means the same as one of any method of
    /// [`Executor`].
    async fn notified(&mut self, handle: &ExecutorHandle, notification: N) -> HandlerResult;
}

pub(super) fn notify<E, N>(notification: N) -> Notify<E, ExecutorHandle>
where
    E: NotificationHandler<N> + ?Sized,
    N: Send + 'static,
{
    Box::new(move |executor, handle| executor.notified(handle, notification))
}
