//! Schedulers: the half of a framework that decides what runs where.
//!
//! Implement [`Scheduler`], give it to a [`SchedulerDriver`], and make calls through its [`SchedulerHandle`]. The
//! driver follows Mesos' [scheduler HTTP API].
//!
//! [scheduler HTTP API]: https://mesos.apache.org/documentation/latest/scheduler-http-api/

mod acknowledgement;
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
mod notification;
mod reconciliation;
mod removal;
mod role;

pub use driver::SchedulerDriver;
pub use event::{ExecutorMessage, FailedCall, Failure, Subscription};
pub use handle::SchedulerHandle;
pub use held::HeldUpdate;
pub use notification::NotificationHandler;
pub use reconciliation::{KnownOperation, KnownTask, Reconciliation};
pub use removal::RemovedPolicy;

pub use crate::session::DriverStatus;

use async_trait::async_trait;

use crate::proto::v1::{InverseOffer, Offer, OfferId, OperationStatus, TaskStatus};
use crate::{HandlerResult, Undecodable};

/// What a framework does when something happens. The driver calls one method at a time, in the order of the events.
///
/// A method may await for as long as it likes: heartbeats and the calls of other tasks go on meanwhile. It may make calls
/// through `handle` and await their results. While too many events wait (see [`SchedulerDriver::max_queued_events`]), the
/// driver leaves further ones with the master.
///
/// Do not block the thread in a method: the driver runs in the same task, and reads and sends nothing meanwhile. Await
/// [`tokio::task::spawn_blocking`] for what has to block, such as a database without an async client or a long computation.
/// A method that keeps its thread for more than a second is logged as a warning. The subscription outlives a longer block:
/// the heartbeats that came meanwhile are read before they are missed.
///
/// An `Err` from [`update`](Self::update) or [`operation_update`](Self::operation_update) leaves that update
/// unacknowledged. An `Err` from any other method ends the
/// driver as [`SchedulerHandle::abort`] would, and [`SchedulerDriver::run`] returns it; but the error of a
/// call that may succeed later (see [`Error::is_retryable`](crate::Error::is_retryable)) is logged, and ends nothing.
/// So `handle.decline(…).await?` is safe to write: a master that is gone for a moment does not end the framework. Neither
/// does a bad task: a [`ValidationError`](crate::validation::ValidationError), and an error of kind
/// [`Invalid`](crate::ErrorKind::Invalid), is logged as an error with the task, the field and the framework. What the handler
/// had still to do is left undone: the offers stay with the framework until it declines them.
///
/// # Signatures
///
/// Below, rustdoc shows what [`async_trait`](macro@crate::async_trait) makes of the methods. This is
/// how they are written; all but `offers` and `update` have a default. Without the attribute the
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
    /// The framework is subscribed: for the first time, or again after [`disconnected`](Self::disconnected). Offers
    /// from before are void; reconcile the tasks you know of.
    async fn subscribed(&mut self, handle: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        let _ = (handle, subscription);
        Ok(())
    }

    /// The subscription is lost; the driver is already looking for a new one. Calls fail until
    /// [`subscribed`](Self::subscribed).
    async fn disconnected(&mut self, handle: &SchedulerHandle) -> HandlerResult {
        let _ = handle;
        Ok(())
    }

    /// Resources to use or decline. Each offer is of one agent and one role, and can be used once.
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult;

    /// An offer is void: its agent is gone, or the master needs it elsewhere.
    async fn rescinded(&mut self, handle: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        let _ = (handle, offer);
        Ok(())
    }

    /// The master asks for resources back, for maintenance.
    async fn inverse_offers(&mut self, handle: &SchedulerHandle, offers: Vec<InverseOffer>) -> HandlerResult {
        let _ = (handle, offers);
        Ok(())
    }

    /// An inverse offer is void.
    async fn inverse_offer_rescinded(&mut self, handle: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        let _ = (handle, offer);
        Ok(())
    }

    /// A task has a new state. `Ok` acknowledges the update, if it wants that; after an `Err` the agent sends it
    /// again, 10 s later at the earliest.
    ///
    /// To acknowledge it later than at the return, see [`SchedulerHandle::acknowledge_later`].
    ///
    /// An update that was handled once is not handed over again as long as the driver lives. Across restarts of the
    /// scheduler it may come twice.
    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult;

    /// An offer operation with an id has a new state. Acknowledged as [`update`](Self::update) is.
    async fn operation_update(&mut self, handle: &SchedulerHandle, status: OperationStatus) -> HandlerResult {
        let _ = (handle, status);
        Ok(())
    }

    /// An executor says something. Messages are best effort: one may be lost.
    async fn message(&mut self, handle: &SchedulerHandle, message: ExecutorMessage) -> HandlerResult {
        let _ = (handle, message);
        Ok(())
    }

    /// An agent or an executor is gone. Updates for its tasks come by themselves.
    async fn failure(&mut self, handle: &SchedulerHandle, failure: Failure) -> HandlerResult {
        let _ = (handle, failure);
        Ok(())
    }

    /// The tasks that the framework takes to be alive: launched, and not known to have ended. With `Some` the driver
    /// reconciles them after each subscription, periodically, and when
    /// [`SchedulerHandle::reconcile_known`] says so: it asks the master for the state of each until an update has come of
    /// it, and for the tasks that the framework does not know. All answers are calls of [`update`](Self::update); a task
    /// that neither master nor agents know is reported as `TASK_UNKNOWN`, or as `TASK_LOST` to a framework without the
    /// capability `PARTITION_AWARE`.
    ///
    /// `None`, the default, leaves reconciliation to the framework: it is asked again after the next subscription, or when
    /// [`SchedulerHandle::reconcile_known`] says so.
    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        None
    }

    /// The same for operations with an id; the answers are calls of [`operation_update`](Self::operation_update).
    async fn known_operations(&mut self) -> Option<Vec<KnownOperation>> {
        None
    }

    /// Reconciliation is complete: of each task and operation that
    /// [`known_tasks`](Self::known_tasks) and [`known_operations`](Self::known_operations) last
    /// named, an update has arrived after that and was handled before this. A framework that waits
    /// until it knows where it stands, before it launches anything, can begin now.
    ///
    /// It is called once for each reconciliation: after each subscription, periodically, and after
    /// each [`SchedulerHandle::reconcile_known`]. A reconciliation that the next one or the loss of
    /// the subscription cuts short does not end, and neither does one that names a task for which
    /// the master never responds, such as one on an agent that has not reregistered since a
    /// failover of the master. A framework that returns `None` from both methods takes no part, and
    /// this is never called; one that returns `None` from one of them learns of the other.
    ///
    /// What the framework did not name is not covered. By now the driver has asked for everything
    /// that the master knows (see [`Reconciliation::implicit`]), but nothing marks the end of that
    /// answer: updates of unknown tasks may still arrive.
    async fn reconciled(&mut self, handle: &SchedulerHandle) -> HandlerResult {
        let _ = handle;
        Ok(())
    }

    /// A call failed whose [`CallFuture`](crate::CallFuture) nobody awaits. By default it is logged.
    async fn call_failed(&mut self, handle: &SchedulerHandle, failed: FailedCall) -> HandlerResult {
        let _ = handle;
        tracing::warn!(call = failed.name(), error = ?failed.error, "a call failed");
        Ok(())
    }

    /// An event could not be decoded. It is in the log already, and was passed over; the subscription stands.
    ///
    /// What it said is lost for now. An update is not acknowledged, so that its agent sends it again, with growing waits;
    /// reconciliation asks for the state itself. Offers stay with the framework until it subscribes again. By default
    /// nothing else is done.
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
