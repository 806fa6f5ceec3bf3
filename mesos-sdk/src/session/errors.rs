//! The errors of calls that get no answer.

use crate::{Error, ErrorKind};

/// The error of a call that came too late.
pub(super) fn ended() -> Error {
    Error::new(ErrorKind::Stopped, "the call was not sent or not answered: the driver has ended")
}

/// The error of a call for which the driver would have to run.
pub(super) fn does_not_run() -> Error {
    let text = "the call was not sent: the driver does not run yet; send it after `subscribed`";
    Error::new(ErrorKind::NotSubscribed, text)
}

/// Logs the failure of a call that nobody awaits: the handler gets nothing any more.
pub(crate) fn log_dropped_failure(error: &Error) {
    tracing::error!(error = error.to_line(), "a call failed after the stop, and nobody awaits its result");
}
