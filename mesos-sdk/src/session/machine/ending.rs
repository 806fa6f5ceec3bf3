//! How a session ends.

use std::time::Duration;

use super::shutdown::{Progress, Verdict};
use super::{Machine, Origin, State};
use crate::session::errors::{ended, log_dropped_failure, too_late};
use crate::session::input::{Action, Input, Outcome, Stop};
use crate::session::{ApiCall as _, Role};
use crate::{Error, ErrorKind};

/// How long the peer may take to respond to TEARDOWN and to close the stream after it.
pub(super) const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

impl<R: Role> Machine<R> {
    pub(super) fn on_stop(&mut self, now: Duration, stop: Stop) {
        if !self.shutdown.ask(stop, now.saturating_add(self.settings.stop_timeout)) {
            return;
        }
        tracing::info!(?stop, "the driver was stopped");
        self.reset_backoff(now);
        match (stop, &self.state) {
            (Stop::Teardown, State::Subscribed(_)) => self.tear_down(now),
            // Without a framework id, and with no SUBSCRIBE in flight, there is nothing to tear
            // down.
            (Stop::Teardown, State::Detecting | State::Waiting { .. } | State::Renewing)
                if self.role.teardown().is_none() =>
            {
                self.finish(Ok(()))
            }
            (Stop::Abort, _) => self.finish(Ok(())),
            (Stop::Leave, _) => self.actions.push_back(Action::PassOver),
            // These wait until earlier calls have their responses.
            (Stop::Teardown | Stop::Drain, _) => {}
        }
    }

    /// Shortens the waits, including the current one, because the stop timeout limits what can
    /// still be sent.
    fn reset_backoff(&mut self, now: Duration) {
        self.backoff.reset();
        if let State::Waiting { until, .. } = &mut self.state {
            *until = now.saturating_add(self.backoff.next_wait()).min(*until);
        }
    }

    pub(super) fn tear_down(&mut self, now: Duration) {
        let (Some(call), Some(peer)) = (self.role.teardown(), self.state.peer().cloned()) else {
            return self.finish(Ok(()));
        };
        self.send(call, Origin::Teardown);
        let until = now.saturating_add(CLOSE_TIMEOUT);
        self.state = State::TornDown { peer, until, answered: false, stream_ended: false };
    }

    pub(super) fn on_teardown_response(&mut self, now: Duration, error: Option<Error>) {
        let Some(error) = error else {
            return match &mut self.state {
                State::TornDown { answered, stream_ended: false, .. } => *answered = true,
                _ => self.finish(Ok(())),
            };
        };
        match error.kind() {
            ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::Rejected => self.finish(Err(error)),
            // TEARDOWN is resent after the next SUBSCRIBED, unless the framework turns out to be
            // gone.
            _ => self.wait(now, error, None),
        }
    }

    pub(super) fn teardown_unanswered(&mut self, now: Duration) {
        let text = format!("{} did not respond to TEARDOWN within {} s", R::PEER, CLOSE_TIMEOUT.as_secs());
        self.wait(now, Error::new(ErrorKind::Timeout, text), None);
    }

    /// Handles the end of the session by the peer. After a stop, that may be what the user wanted.
    pub(super) fn on_last_error(&mut self, error: Error) {
        if self.shutdown.wants(&error) {
            return self.finish(Ok(()));
        }
        let farewell = self.role.farewell();
        self.end(Err(error), farewell);
    }

    /// Ends the session if it is due.
    pub(super) fn end_if_due(&mut self, now: Duration) {
        match self.shutdown.verdict(now, self.progress()) {
            Some(Verdict::Done) => self.finish(Ok(())),
            Some(Verdict::Unconfirmed) => {
                let text = "the driver was stopped, but no master has confirmed the TEARDOWN: the framework's tasks run \
                            on until its failover timeout";
                let error = self.because(Error::new(ErrorKind::Timeout, text));
                self.finish(Err(error));
            }
            None => {}
        }
        if self.patience_ends().is_some() && self.patience.is_over(now) {
            self.give_up();
        }
    }

    fn progress(&self) -> Progress {
        let is_answered = self.calls.unanswered() == 0;
        let may_acknowledge = self.state.is_subscribed() && !self.backlog.is_empty();
        Progress {
            is_drained: is_answered && self.role.is_drained(),
            is_settled: is_answered && !may_acknowledge,
            is_torn_down: self.state.is_torn_down(),
        }
    }

    fn give_up(&mut self) {
        if let Some(Stop::Drain) = self.shutdown.stop() {
            // The driver was leaving, and the peer is gone.
            return self.finish(Ok(()));
        }
        let patience = if self.patience.was_subscribed() {
            self.settings.patience_again
        } else {
            self.settings.patience
        };
        let text = format!("no subscription within {} s", patience.unwrap_or_default().as_secs_f64());
        if let (None, Some(peer)) = (&self.last_error, self.state.peer()) {
            let text = format!("{} {peer} does not respond to SUBSCRIBE", R::PEER);
            self.last_error = Some(Error::new(ErrorKind::Timeout, text));
        }
        let kind = self.last_error.as_ref().map_or(ErrorKind::Timeout, Error::kind);
        let error = self.because(Error::new(kind, text));
        let farewell = self.role.farewell();
        self.end(Err(error), farewell);
    }

    /// Adds the last failure as the source.
    fn because(&mut self, error: Error) -> Error {
        match self.last_error.take() {
            Some(cause) => error.with_source(cause),
            None => error,
        }
    }

    /// Returns when the time to subscribe is over. While the stream is left unread, SUBSCRIBED may
    /// be waiting in it.
    pub(super) fn patience_ends(&self) -> Option<Duration> {
        let stands = match self.state {
            State::Ended | State::TornDown { .. } => true,
            State::Subscribing { .. } => !self.may_read(),
            _ => false,
        };
        self.patience.end().filter(|_| !stands)
    }

    pub(super) fn finish(&mut self, result: Result<(), Error>) {
        self.end(result, None);
    }

    pub(super) fn end(&mut self, result: Result<(), Error>, farewell: Option<R::Delivery>) {
        if matches!(self.state, State::Ended) {
            return;
        }
        for (id, call) in self.calls.end() {
            self.actions.push_back(Action::Complete { id, call, result: Err(ended()) });
        }
        self.stop_what_waits();
        let outcome = self.shutdown.outcome(self.state.is_torn_down());
        self.state = State::Ended;
        self.actions.push_back(Action::Disconnect);
        // The handler no longer gets these; the failures among them are logged.
        let held = self.backlog.take_held();
        self.actions.extend(held.into_iter().map(Action::Deliver));
        let result = match self.store_failure.take() {
            Some(failure) if result.is_err() || outcome != Outcome::TornDown => Err(failure),
            _ => result.map(|()| outcome),
        };
        self.actions.push_back(Action::Finish { result, farewell });
    }

    pub(super) fn after_the_end(&mut self, input: Input<R>) {
        match input {
            Input::Call(id, call, _) => {
                self.actions.push_back(Action::Complete { id, call, result: Err(too_late()) });
            }
            Input::DroppedFailure(call, error) => log_dropped_failure(call.name(), &error),
            _ => {}
        }
    }
}
