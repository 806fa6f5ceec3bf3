//! The errors of calls that get no response.

use crate::{Error, ErrorKind, Sent};

/// The error of a call that came too late to be sent.
pub(super) fn too_late() -> Error {
    ended().sent(Sent::No)
}

/// The error of a call that may have been sent and gets no response any more.
pub(super) fn ended() -> Error {
    Error::new(ErrorKind::Stopped, "the call was not sent or not answered: the driver has ended")
}

/// The error of a call for which the driver would have to run.
pub(super) fn does_not_run() -> Error {
    let text = "the call was not sent: the driver does not run yet; send it after `subscribed`";
    Error::new(ErrorKind::NotSubscribed, text)
}

/// Logs the failure of a call whose result nobody awaits and that the handler can't get, because the
/// driver was stopped: that is what the user wanted.
pub(crate) fn log_dropped_failure(call: &str, error: &Error) {
    tracing::debug!(call, ?error, "a call failed after the stop, and nobody awaits its result");
}
