//! What a master's ERROR event means, and what to do when the framework is gone.

use crate::ErrorKind;

/// What a driver does when the master reports that the framework has been removed: it was torn
/// down, for example by an operator, or no scheduler was subscribed for longer than its
/// `failover_timeout`. Its tasks are gone, and its id can never be used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemovedPolicy {
    /// [`run`](crate::SchedulerDriver::run) returns [`ErrorKind::FrameworkRemoved`]. The id stays
    /// in the store, so that starting again leads to the same error until somebody has decided what
    /// to do.
    #[default]
    Fail,
    /// The id is removed from the store, and the driver subscribes as a new framework.
    /// [`Subscription::replaced`](super::Subscription::replaced) is the id of the framework that it
    /// replaces.
    RegisterNew,
}

/// The texts of ERROR events after which this instance can no longer use the framework id.
const FAILED_OVER: &str = "Framework failed over";
const REMOVED: &str = "Framework has been removed";

/// Returns what an ERROR event means for the driver, and advice for people.
pub(crate) fn meaning(text: &str, is_subscribed: bool) -> (ErrorKind, &'static str) {
    match text {
        REMOVED => (
            ErrorKind::FrameworkRemoved,
            "it was torn down or its failover timeout has passed; start it without its id",
        ),
        FAILED_OVER => {
            (ErrorKind::FailedOver, "another instance has subscribed with its id; leave it to that one")
        }
        // The master rejects the content of SUBSCRIBE, and would do so again.
        _ if !is_subscribed => (ErrorKind::Rejected, "correct the framework's info"),
        _ => (ErrorKind::Unavailable, "subscribing again"),
    }
}
