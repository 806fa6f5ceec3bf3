//! The errors of calls that get no response.

use crate::{Error, ErrorKind, Sent};

/// Returns the error of a call that was made too late to be sent.
pub(super) fn too_late() -> Error {
    ended().sent(Sent::No)
}

/// Returns the error of a call that may have been sent but will get no response.
pub(super) fn ended() -> Error {
    Error::new(ErrorKind::Stopped, "the call was not sent, or got no response: the driver has ended")
}

/// Returns the error of a call that requires a running driver.
pub(super) fn does_not_run() -> Error {
    let text = "the call was not sent: the driver does not run yet; send it after `subscribed`";
    Error::new(ErrorKind::NotSubscribed, text)
}

/// Logs, at debug level, the failure of a call that nobody awaits and that `call_failed` does not
/// get because the driver was stopped.
pub(crate) fn log_dropped_failure(call: &str, error: &Error) {
    tracing::debug!(call, ?error, "a call failed after the stop, and nobody awaits its result");
}
