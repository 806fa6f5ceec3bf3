//! What a master's ERROR event means, and what to do when the framework is gone.

use crate::ErrorKind;

/// What a driver does when the master says that the framework has been removed: it was torn down, by an operator for
/// example, or nobody was subscribed for longer than its `failover_timeout`. Its tasks are gone, and its id can't be
/// used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemovedPolicy {
    /// [`run`](crate::SchedulerDriver::run) returns [`ErrorKind::FrameworkRemoved`]; the id stays in the store, so
    /// that starting again leads to the same error until somebody has decided what to do.
    #[default]
    Fail,
    /// The id is taken out of the store, and the driver subscribes as a new framework.
    /// [`Subscription::replaced`](super::Subscription::replaced) tells which one it replaces.
    RegisterNew,
}

/// The texts of ERROR events after which this framework's id is of no use to this instance.
const FAILED_OVER: &str = "Framework failed over";
const REMOVED: &str = "Framework has been removed";

/// What an ERROR event means for the driver, and what to do, for people.
pub(crate) fn meaning(text: &str, is_subscribed: bool) -> (ErrorKind, &'static str) {
    match text {
        REMOVED => (
            ErrorKind::FrameworkRemoved,
            "it was torn down or its failover timeout has passed; start it without its id",
        ),
        FAILED_OVER => {
            (ErrorKind::FailedOver, "another instance has subscribed with its id; leave it to that one")
        }
        // The master does not accept what SUBSCRIBE says; it will not the next time.
        _ if !is_subscribed => (ErrorKind::Rejected, "correct the framework's info"),
        _ => (ErrorKind::Unavailable, "subscribing again"),
    }
}
