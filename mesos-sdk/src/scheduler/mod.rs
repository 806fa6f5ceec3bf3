//! Schedulers: the half of a framework that decides what runs where.
//!
//! Implement [`Scheduler`], give it to a [`SchedulerDriver`], and make calls through its
//! [`SchedulerHandle`]. The driver follows Mesos' [scheduler HTTP API].
//!
//! [scheduler HTTP API]: https://mesos.apache.org/documentation/latest/scheduler-http-api/

mod acknowledgement;
mod ages;
mod boxed;
mod call;
mod dispatch;
mod driver;
mod event;
mod framework_id_store;
mod handle;
mod handler_error;
mod held;
mod identity;
mod kills;
mod launches;
#[cfg(feature = "metrics")]
mod meter;
mod notification;
mod outlook;
mod reconciliation;
mod removal;
mod role;
mod sandbox;
#[cfg(feature = "metrics")]
mod task_meter;

pub use driver::SchedulerDriver;
pub use event::{ExecutorMessage, FailedCall, Failure, Subscription};
pub use handle::SchedulerHandle;
pub use held::HeldUpdate;
pub use notification::NotificationHandler;
pub use reconciliation::{KnownOperation, KnownTask, Reconciliation};
pub use removal::RemovedPolicy;

use async_trait::async_trait;

use crate::proto::v1::{InverseOffer, Offer, OfferId, OperationStatus, TaskStatus};
use crate::{HandlerResult, Undecodable};

/// What a framework does when something happens. The driver calls one method at a time, in the
/// order of the events.
///
/// A method may await for as long as it likes: heartbeats are read and calls are sent in the
/// meantime. It may make calls through `handle` and await their results. While too many events wait
/// (see [`SchedulerDriver::max_queued_events`]), the driver leaves further ones with the master.
///
/// Do not block the thread in a method: the driver runs in the same task, and would read and send
/// nothing. Await [`tokio::task::spawn_blocking`] for what has to block, such as a database without
/// an async client or a long computation. A method that keeps its thread for more than a second is
/// logged as a warning. The subscription survives it, because heartbeats that have arrived are read
/// before they are considered missing.
///
/// An `Err` from [`update`](Self::update) or [`operation_update`](Self::operation_update) leaves
/// that update unacknowledged. An `Err` from any other method ends the driver as
/// [`SchedulerHandle::abort`] would, and [`SchedulerDriver::run`] returns it, with two exceptions,
/// which are only logged:
///
/// * The error of a call that may succeed later (see
///   [`Error::is_retryable`](crate::Error::is_retryable)). So `handle.decline(…).await?` is safe to
///   write: it does not end the framework while there is no master for a moment.
/// * A [`ValidationError`](crate::validation::ValidationError), or an error of kind
///   [`Invalid`](crate::ErrorKind::Invalid), so that a bad task does not end the framework. It is
///   logged as an error with the task, the field and the framework.
///
/// Whatever the handler would have done afterwards is not done: offers, for example, stay with the
/// framework until it declines them.
///
/// # Signatures
///
/// Below, rustdoc shows what [`async_trait`](macro@crate::async_trait) makes of the methods. This
/// is how they are written; all but `offers` and `update` have a default. Without the attribute the
/// compiler reports error E0195.
///
/// ```
/// # use mesos_sdk::proto::v1::{InverseOffer, Offer, OfferId, OperationStatus, TaskStatus};
/// # use mesos_sdk::scheduler::{ExecutorMessage, FailedCall, Failure, KnownOperation, KnownTask, Subscription};
/// # use mesos_sdk::{HandlerResult, Scheduler, SchedulerHandle, Undecodable, async_trait};
/// # struct MyFramework;
/// #[async_trait]
/// impl Scheduler for MyFramework {
///     async fn subscribed(&mut self, handle: &SchedulerHandle, subscription: Subscription) -> HandlerResult { Ok(()) }
///     async fn disconnected(&mut self, handle: &SchedulerHandle) -> HandlerResult { Ok(()) }
///     async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult { Ok(()) }
///     async fn rescinded(&mut self, handle: &SchedulerHandle, offer: OfferId) -> HandlerResult { Ok(()) }
///     async fn inverse_offers(&mut self, handle: &SchedulerHandle, offers: Vec<InverseOffer>) -> HandlerResult { Ok(()) }
///     async fn inverse_offer_rescinded(&mut self, handle: &SchedulerHandle, offer: OfferId) -> HandlerResult { Ok(()) }
///     async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult { Ok(()) }
///     async fn operation_update(&mut self, handle: &SchedulerHandle, status: OperationStatus) -> HandlerResult { Ok(()) }
///     async fn message(&mut self, handle: &SchedulerHandle, message: ExecutorMessage) -> HandlerResult { Ok(()) }
///     async fn failure(&mut self, handle: &SchedulerHandle, failure: Failure) -> HandlerResult { Ok(()) }
///     async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> { None }
///     async fn known_operations(&mut self) -> Option<Vec<KnownOperation>> { None }
///     async fn reconciled(&mut self, handle: &SchedulerHandle) -> HandlerResult { Ok(()) }
///     async fn call_failed(&mut self, handle: &SchedulerHandle, failed: FailedCall) -> HandlerResult { Ok(()) }
///     async fn undecodable_event(&mut self, handle: &SchedulerHandle, event: Undecodable) -> HandlerResult { Ok(()) }
/// }
/// ```
#[async_trait]
#[diagnostic::on_unimplemented(note = "implement `offers` and `update`, under `#[mesos_sdk::async_trait]`")]
pub trait Scheduler: Send {
    /// Called when the framework is subscribed: for the first time, or again after
    /// [`disconnected`](Self::disconnected). Offers from before are void. Reconcile the tasks that
    /// you know.
    async fn subscribed(&mut self, handle: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        let _ = (handle, subscription);
        Ok(())
    }

    /// Called when the subscription is lost. The driver is already trying to subscribe again. Calls
    /// fail until [`subscribed`](Self::subscribed).
    async fn disconnected(&mut self, handle: &SchedulerHandle) -> HandlerResult {
        let _ = handle;
        Ok(())
    }

    /// Called with offers of resources to use or decline. Each offer is from one agent for one
    /// role, and can be used once.
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult;

    /// Called when an offer is void: its agent is gone, or the master needs the resources
    /// elsewhere.
    async fn rescinded(&mut self, handle: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        let _ = (handle, offer);
        Ok(())
    }

    /// Called when the master requests resources back, for maintenance.
    async fn inverse_offers(&mut self, handle: &SchedulerHandle, offers: Vec<InverseOffer>) -> HandlerResult {
        let _ = (handle, offers);
        Ok(())
    }

    /// Called when an inverse offer is void.
    async fn inverse_offer_rescinded(&mut self, handle: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        let _ = (handle, offer);
        Ok(())
    }

    /// Called when a task has a new state. `Ok` acknowledges the update, if that is required; after
    /// an `Err` the agent resends it, 10 s later at the earliest.
    ///
    /// To decide about the acknowledgement later, see [`SchedulerHandle::acknowledge_later`].
    ///
    /// An update that was handled is not handed over again while the driver lives. After a restart
    /// of the scheduler it may be.
    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult;

    /// Called when an offer operation with an id has a new state. It is acknowledged like an
    /// [`update`](Self::update).
    async fn operation_update(&mut self, handle: &SchedulerHandle, status: OperationStatus) -> HandlerResult {
        let _ = (handle, status);
        Ok(())
    }

    /// Called with a message from an executor. Messages are best effort: they may be lost.
    async fn message(&mut self, handle: &SchedulerHandle, message: ExecutorMessage) -> HandlerResult {
        let _ = (handle, message);
        Ok(())
    }

    /// Called when an agent or an executor is gone. The updates of its tasks are sent separately.
    async fn failure(&mut self, handle: &SchedulerHandle, failure: Failure) -> HandlerResult {
        let _ = (handle, failure);
        Ok(())
    }

    /// Returns the tasks that the framework considers alive: launched, and not known to have ended.
    /// If it returns `Some`, the driver reconciles them after each subscription, periodically, and
    /// after [`SchedulerHandle::reconcile_known`]: it requests the state of each from the master
    /// until an update has arrived, and also the tasks that the framework does not know. All
    /// results are calls of [`update`](Self::update). A task that neither master nor agents know is
    /// reported as `TASK_UNKNOWN`, or as `TASK_LOST` to a framework without the capability
    /// `PARTITION_AWARE`.
    ///
    /// `None`, the default, leaves reconciliation to the framework. It is called again after the
    /// next subscription and after [`SchedulerHandle::reconcile_known`].
    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        None
    }

    /// Returns the operations with an id that the framework considers alive. They are reconciled
    /// like [`known_tasks`](Self::known_tasks), with calls of
    /// [`operation_update`](Self::operation_update) as results.
    async fn known_operations(&mut self) -> Option<Vec<KnownOperation>> {
        None
    }

    /// Called when a reconciliation is complete: for each task and operation that
    /// [`known_tasks`](Self::known_tasks) and [`known_operations`](Self::known_operations) last
    /// returned, an update has arrived since and was handled before this call. A framework that
    /// must know its state before it launches anything can begin now.
    ///
    /// It is called once for each reconciliation: after each subscription, periodically, and after
    /// each [`SchedulerHandle::reconcile_known`]. A reconciliation does not complete if the next
    /// one or the loss of the subscription interrupts it, or if it contains a task for which the
    /// master never responds, such as one on an agent that has not reregistered since a failover of
    /// the master. If both methods return `None`, this is never called; if one of them does, only
    /// the other counts.
    ///
    /// This does not cover what the framework did not return. By now the driver has requested
    /// everything that the master knows (see [`Reconciliation::implicit`]), but nothing marks the
    /// end of that: updates of unknown tasks may still arrive.
    async fn reconciled(&mut self, handle: &SchedulerHandle) -> HandlerResult {
        let _ = handle;
        Ok(())
    }

    /// Called when a call failed whose [`CallFuture`](crate::CallFuture) nobody awaits. The default
    /// logs it.
    async fn call_failed(&mut self, handle: &SchedulerHandle, failed: FailedCall) -> HandlerResult {
        let _ = handle;
        tracing::warn!(call = failed.name(), error = ?failed.error, "a call failed");
        Ok(())
    }

    /// Called when an event could not be decoded. The event was logged and skipped; the
    /// subscription stands.
    ///
    /// Its content is lost for now. An update is not acknowledged, so its agent resends it at
    /// growing intervals, and reconciliation requests the state as well. Offers stay with the
    /// framework until it subscribes again. The default does nothing else.
    async fn undecodable_event(&mut self, handle: &SchedulerHandle, event: Undecodable) -> HandlerResult {
        let _ = (handle, event);
        Ok(())
    }
}

#[cfg(test)]
pub(crate) use {
    call::{kill, revive, suppress},
    event::{Delivery, DeliveryToken},
    identity::{IdRecord, Identity},
    role::{HandleEvent, SchedulerRole},
};

#[cfg(fuzzing)]
pub(crate) use {identity::Identity, role::SchedulerRole};
