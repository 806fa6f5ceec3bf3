//! A call in flight, and the way back of its result.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::oneshot;

use super::early::{Patience, Wait, wait};
use super::errors::{does_not_run, ended, log_dropped_failure, too_late};
use crate::{Error, ErrorKind};

/// The future of a call's result.
///
/// The call is already queued, behind those made before; the future only returns the result. `Ok`
/// means that the peer has accepted the call (202), not that it is done. If the future is
/// [detached](Self::detach) or dropped before it has returned the result, a failure goes to the
/// handler's `call_failed` instead.
///
/// There are two exceptions, which are logged with the name of the call if nobody awaits them: a
/// call that was refused at once, for instance because 65,536 calls are queued already (logged as
/// an error), and a call that failed because the driver was stopped (at debug level).
#[must_use = "await it for the result, or detach it to have a failure reported to `call_failed`"]
#[derive(Debug)]
pub struct CallFuture(State);

#[derive(Debug)]
enum State {
    OnItsWay(oneshot::Receiver<Result<(), Failed>>),
    /// Made before the driver runs.
    Early(oneshot::Receiver<Result<(), Failed>>, Patience),
    /// Not queued, or without a result to wait for. `None` once the result was returned.
    Settled(&'static str, Option<Result<(), Error>>),
}

impl CallFuture {
    /// Leaves the call to the driver: if it fails, `call_failed` is called with it.
    pub fn detach(self) {}

    /// Creates the future of a call with this name that was refused before it was queued.
    pub(crate) fn refused(name: &'static str, error: Error) -> Self {
        Self(State::Settled(name, Some(Err(error))))
    }

    /// Creates the future of a call that has no result to wait for, because the driver keeps it or
    /// there is nothing to send.
    pub(crate) fn ready() -> Self {
        Self(State::Settled("", Some(Ok(()))))
    }
}

/// Logs an error that cannot go to `call_failed`, because the call was never queued.
impl Drop for CallFuture {
    fn drop(&mut self) {
        match &self.0 {
            State::Settled(call, Some(Err(error))) if error.kind() == ErrorKind::Stopped => {
                log_dropped_failure(call, error)
            }
            State::Settled(call, Some(Err(error))) => {
                tracing::error!(call, ?error, "a call was refused, and nobody awaits its result");
            }
            _ => {}
        }
    }
}

impl Future for CallFuture {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::OnItsWay(result) => poll_result(result, context),
            State::Early(result, patience) => match poll_result(result, context) {
                Poll::Pending => patience.poll_end(context).map(|()| Err(does_not_run())),
                ready @ Poll::Ready(_) => ready,
            },
            State::Settled(_, result) => Poll::Ready(result.take().unwrap_or_else(|| Err(ended()))),
        }
    }
}

fn poll_result(
    result: &mut oneshot::Receiver<Result<(), Failed>>,
    context: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    Pin::new(result).poll(context).map(|result| match result {
        Ok(result) => result.map_err(Failed::received),
        Err(_) => Err(ended()),
    })
}

/// Sends the result of a call to its [`CallFuture`]. If dropped without one, it reports that the
/// driver has ended.
pub(crate) struct Completer {
    /// The name of the call.
    name: &'static str,
    sender: Option<oneshot::Sender<Result<(), Failed>>>,
    /// How long the call may wait, if it was made before the driver runs.
    wait: Option<Wait>,
}

impl Completer {
    /// Creates a completer, and the future of its result.
    pub(super) fn new(name: &'static str) -> (Self, CallFuture) {
        let (sender, result) = oneshot::channel();
        (Self { name, sender: Some(sender), wait: None }, CallFuture(State::OnItsWay(result)))
    }

    /// Creates the completer of a call that waits for at most this long, even if the driver does
    /// not run.
    pub(super) fn early(name: &'static str, at_most: Duration, runs: &Arc<AtomicBool>) -> (Self, CallFuture) {
        let (sender, result) = oneshot::channel();
        let (wait, patience) = wait(at_most, runs);
        (Self { name, sender: Some(sender), wait: Some(wait) }, CallFuture(State::Early(result, patience)))
    }

    /// Reports that the driver ended before it took the call.
    pub(super) fn fail_too_late(self) {
        let name = self.name;
        self.complete(Err(too_late()), move |error| log_dropped_failure(name, &error));
    }

    pub(super) fn wait(&self) -> Option<&Wait> {
        self.wait.as_ref()
    }

    /// Sends the result. An error that was not received when the `CallFuture` is dropped goes to
    /// `on_dropped`.
    pub(super) fn complete(
        mut self,
        result: Result<(), Error>,
        on_dropped: impl FnOnce(Error) + Send + 'static,
    ) {
        let result = result.map_err(|error| Failed { error: Some((error, Box::new(on_dropped))) });
        // If there is no receiver, dropping the result calls `on_dropped`.
        drop(self.sender.take().map(|sender| sender.send(result)));
    }
}

impl Drop for Completer {
    fn drop(&mut self) {
        if let Some(sender) = self.sender.take() {
            let name = self.name;
            let completer = Self { name, sender: Some(sender), wait: None };
            completer.complete(Err(ended()), |error| log_dropped_failure(name, &error));
        }
    }
}

/// A failure that is sent to its caller. It may be sent but never received: if it is dropped
/// before, it goes to `DroppedFailure`.
struct Failed {
    error: Option<(Error, DroppedFailure)>,
}

/// Takes a failure that the caller has not received.
type DroppedFailure = Box<dyn FnOnce(Error) + Send>;

impl Failed {
    fn received(mut self) -> Error {
        self.error.take().map_or_else(ended, |(error, _)| error)
    }
}

impl Drop for Failed {
    fn drop(&mut self) {
        if let Some((error, on_dropped)) = self.error.take() {
            on_dropped(error);
        }
    }
}

impl fmt::Debug for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Failed").field(&self.error.as_ref().map(|(error, _)| error)).finish()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use tracing::Level;

    use super::*;
    use crate::Sent;
    use crate::session::tests::logged;

    #[test]
    fn unawaited_failure_without_engine_is_logged() {
        let refused = |kind| CallFuture::refused("REVIVE", Error::new(kind, "it failed"));
        let overloaded = || refused(ErrorKind::Overloaded);
        assert_eq!(logged(Level::ERROR, || overloaded().detach()), 1);
        assert_eq!(
            logged(Level::ERROR, || assert!(overloaded().now_or_never().unwrap().is_err())),
            0,
            "awaited"
        );
        assert_eq!(logged(Level::ERROR, || CallFuture::ready().detach()), 0, "it has not failed");
    }

    #[test]
    fn failure_after_stop_is_logged_at_debug_level() {
        for level in [Level::ERROR, Level::DEBUG] {
            let times = usize::from(level == Level::DEBUG);
            assert_eq!(logged(level, || CallFuture::refused("REVIVE", ended()).detach()), times);
            let (completer, sending) = Completer::new("REVIVE");
            sending.detach();
            assert_eq!(logged(level, || drop(completer)), times, "the engine has ended before it answered");
        }
    }

    #[test]
    fn late_call_was_not_sent() {
        let (completer, sending) = Completer::new("REVIVE");
        completer.fail_too_late();
        assert_eq!(sending.now_or_never().unwrap().unwrap_err().was_sent(), Sent::No);
        let (completer, sending) = Completer::new("REVIVE");
        drop(completer);
        assert_eq!(sending.now_or_never().unwrap().unwrap_err().was_sent(), Sent::Maybe);
    }

    #[test]
    fn call_without_response_was_made_too_late() {
        let (completer, sending) = Completer::new("REVIVE");
        drop(completer);
        let result = sending.now_or_never().unwrap();
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Stopped);
    }
}
