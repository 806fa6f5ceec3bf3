//! Turns deliveries into calls of the user's methods.

use super::event::{Delivery, DeliveryToken};
use super::role::ExecutorRole;
use super::{Executor, ExecutorHandle};
use crate::HandlerResult;
use crate::session::{Dispatch, Notify, log_dropped_failure};

/// The user's executor, and the handle that its methods get.
pub(crate) struct ToExecutor<'a, E: ?Sized> {
    pub(crate) executor: &'a mut E,
    pub(crate) handle: ExecutorHandle,
}

impl<E: Executor + ?Sized> Dispatch<ExecutorRole> for ToExecutor<'_, E> {
    type Notification = Notify<E, ExecutorHandle>;

    async fn dispatch(&mut self, delivery: Delivery, _: &DeliveryToken) -> HandlerResult {
        let Self { executor, handle } = self;
        match delivery {
            Delivery::Subscribed(subscription) => executor.subscribed(handle, *subscription).await,
            Delivery::Disconnected => executor.disconnected(handle).await,
            Delivery::Launch(task) => executor.launch(handle, *task).await,
            Delivery::LaunchGroup(tasks) => executor.launch_group(handle, tasks).await,
            Delivery::Kill(task, policy) => executor.kill(handle, task, policy).await,
            Delivery::Message(data) => executor.message(handle, data).await,
            Delivery::Acknowledged(task, uuid) => executor.acknowledged(handle, task, uuid).await,
            Delivery::Shutdown => executor.shutdown(handle).await,
            Delivery::CallFailed(failed) => executor.call_failed(handle, failed).await,
            Delivery::Undecodable(event) => executor.undecodable_event(handle, event).await,
        }
    }

    async fn notify(&mut self, notify: Notify<E, ExecutorHandle>) -> HandlerResult {
        notify(self.executor, &self.handle).await
    }

    /// Logs a failed call, at least.
    async fn passed_over(&mut self, delivery: Delivery) {
        if let Delivery::CallFailed(failed) = delivery {
            log_dropped_failure(failed.name(), &failed.error);
        }
    }
}
