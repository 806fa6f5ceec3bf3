//! Implements [`Executor`] for a boxed executor.

use async_trait::async_trait;
use bytes::Bytes;

use super::{Executor, ExecutorHandle, FailedCall, Subscription};
use crate::proto::v1::{KillPolicy, TaskId, TaskInfo};
use crate::{HandlerResult, Undecodable};

/// Forwards everything, so that a `Box<dyn Executor>` can be run.
#[async_trait]
#[warn(clippy::missing_trait_methods)]
impl<E: Executor + ?Sized> Executor for Box<E> {
    async fn subscribed(&mut self, handle: &ExecutorHandle, subscription: Subscription) -> HandlerResult {
        (**self).subscribed(handle, subscription).await
    }

    async fn disconnected(&mut self, handle: &ExecutorHandle) -> HandlerResult {
        (**self).disconnected(handle).await
    }

    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        (**self).launch(handle, task).await
    }

    async fn launch_group(&mut self, handle: &ExecutorHandle, tasks: Vec<TaskInfo>) -> HandlerResult {
        (**self).launch_group(handle, tasks).await
    }

    async fn kill(
        &mut self,
        handle: &ExecutorHandle,
        task: TaskId,
        policy: Option<KillPolicy>,
    ) -> HandlerResult {
        (**self).kill(handle, task, policy).await
    }

    async fn message(&mut self, handle: &ExecutorHandle, data: Bytes) -> HandlerResult {
        (**self).message(handle, data).await
    }

    async fn acknowledged(&mut self, handle: &ExecutorHandle, task: TaskId, uuid: Bytes) -> HandlerResult {
        (**self).acknowledged(handle, task, uuid).await
    }

    async fn shutdown(&mut self, handle: &ExecutorHandle) -> HandlerResult {
        (**self).shutdown(handle).await
    }

    async fn call_failed(&mut self, handle: &ExecutorHandle, failed: FailedCall) -> HandlerResult {
        (**self).call_failed(handle, failed).await
    }

    async fn undecodable_event(&mut self, handle: &ExecutorHandle, event: Undecodable) -> HandlerResult {
        (**self).undecodable_event(handle, event).await
    }
}
