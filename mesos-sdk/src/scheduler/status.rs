//! What a handle shows of its driver.

use std::time::Duration;

use crate::Address;
use crate::proto::v1::FrameworkId;
use crate::session::Status;

/// What a driver is doing, from [`SchedulerHandle::status`](super::SchedulerHandle::status).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriverStatus {
    /// Whether the driver is subscribed, so that calls are sent. Not before
    /// [`run`](super::SchedulerDriver::run), not while a lost subscription is renewed, and not
    /// after the end.
    pub is_subscribed: bool,
    /// The framework's id: from the store, from [`FrameworkInfo`](crate::proto::v1::FrameworkInfo),
    /// or from the master with the first subscription. `None` before the driver runs.
    pub framework_id: Option<FrameworkId>,
    /// The master that the driver is subscribed or connecting to, otherwise the leader that the
    /// detector last named. `None` while none is known, and while the driver does not run.
    pub master: Option<Address>,
    /// How long ago the last event came, heartbeats included, in this or an earlier subscription.
    /// `None` before the first.
    pub since_last_event: Option<Duration>,
    /// Calls that were made and not sent: they wait for the driver, or for a subscription (see
    /// [`when_subscribed`](super::SchedulerHandle::when_subscribed)).
    pub queued_calls: usize,
    /// Calls without a response that are on their way to the master, including the driver's own,
    /// such as acknowledgements.
    pub unanswered_calls: usize,
    /// Events, and questions such as [`known_tasks`](super::Scheduler::known_tasks), that the
    /// scheduler's methods have not handled, including the one that a method is handling now.
    pub queued_events: usize,
    /// How many bytes of memory these take, approximately.
    pub queued_bytes: usize,
}

impl From<Status> for DriverStatus {
    fn from(status: Status) -> Self {
        Self {
            is_subscribed: status.is_subscribed,
            framework_id: status.framework_id.map(FrameworkId::from),
            master: status.peer,
            since_last_event: status.since_last_event,
            queued_calls: status.queued_calls,
            unanswered_calls: status.unanswered_calls,
            queued_events: status.deliveries,
            queued_bytes: status.bytes,
        }
    }
}
