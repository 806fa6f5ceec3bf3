//! How a session ends.

use std::time::Duration;

use super::{CLOSE_TIMEOUT, Machine, State, nobody_hears, stopped};
use crate::session::Role;
use crate::session::input::{Action, Input, Outcome, Stop};
use crate::session::pending::Origin;
use crate::{Error, ErrorKind};

impl<R: Role> Machine<R> {
    pub(super) fn on_stop(&mut self, now: Duration, stop: Stop) {
        if self.stop.is_some() && stop != Stop::Abort {
            return;
        }
        self.stop = Some((stop, now.saturating_add(self.settings.stop_timeout)));
        self.start_waits_over(now);
        match (stop, &self.state) {
            (Stop::Teardown, State::Subscribed(_)) => self.tear_down(now),
            // No SUBSCRIBE has been answered or is on its way: there is nothing to tear down.
            (Stop::Teardown, State::Detecting | State::Waiting { .. } | State::Renewing)
                if self.role.teardown().is_none() =>
            {
                self.finish(Ok(()))
            }
            (Stop::Abort, _) => self.finish(Ok(())),
            (Stop::Leave, _) => self.actions.push_back(Action::PassOver),
            // As soon as what was called before has been answered.
            (Stop::Teardown | Stop::Drain, _) => {}
        }
    }

    /// Makes the waits short again, also the present one: what is still to be sent has only the stop's timeout.
    fn start_waits_over(&mut self, now: Duration) {
        self.backoff.reset();
        if let State::Waiting { until, .. } = &mut self.state {
            *until = now.saturating_add(self.backoff.next_wait()).min(*until);
        }
    }

    pub(super) fn tear_down(&mut self, now: Duration) {
        let (Some(call), Some(peer)) = (self.role.teardown(), self.peer()) else {
            return self.finish(Ok(()));
        };
        self.send(call, Origin::Teardown);
        if defect!(UnconfirmedTeardown) {
            return self.finish(Ok(()));
        }
        let until = now.saturating_add(CLOSE_TIMEOUT);
        self.state = State::TornDown { peer, until, answered: false, stream_ended: false };
    }

    pub(super) fn on_teardown_answer(&mut self, now: Duration, error: Option<Error>) {
        let Some(error) = error else {
            return match &mut self.state {
                State::TornDown { answered, stream_ended: false, .. } => *answered = true,
                _ => self.finish(Ok(())),
            };
        };
        match error.kind() {
            ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::Rejected => self.finish(Err(error)),
            // Said again after the next SUBSCRIBED, unless the framework turns out to be gone.
            _ => self.wait(now, error, None),
        }
    }

    pub(super) fn teardown_unanswered(&mut self, now: Duration) {
        let text = format!("{} did not answer TEARDOWN within {} s", R::PEER, CLOSE_TIMEOUT.as_secs());
        self.wait(now, Error::new(ErrorKind::Timeout, text), None);
    }

    /// The peer has ended the session for good: after a stop, that may be just what was wanted.
    pub(super) fn on_last_error(&mut self, error: Error) {
        let wanted = match self.stop {
            Some((Stop::Teardown, _)) => error.kind() == ErrorKind::FrameworkRemoved,
            // The other instance need not wait until this one has left.
            Some((Stop::Leave, _)) => error.kind() == ErrorKind::FailedOver,
            _ => false,
        };
        if wanted {
            return self.finish(Ok(()));
        }
        let farewell = self.role.farewell();
        self.end(Err(error), farewell);
    }

    /// Whether the user has ended the framework, or left it: no event is for the handler any more.
    pub(super) fn is_leaving(&self) -> bool {
        matches!(self.stop, Some((Stop::Teardown | Stop::Leave | Stop::Abort, _)))
    }

    /// Ends what was to end by now.
    pub(super) fn keep_promises(&mut self, now: Duration) {
        match self.stop {
            Some((Stop::Drain, until))
                if now >= until
                    || (self.role.is_drained() && self.pending.len() == 0)
                    || defect!(EndWithUpdates) =>
            {
                self.finish(Ok(()));
            }
            Some((Stop::Leave, until)) if now >= until || self.is_settled() => self.finish(Ok(())),
            Some((Stop::Teardown, until)) if now >= until && self.is_torn_down() => self.finish(Ok(())),
            Some((Stop::Teardown, until)) if now >= until => {
                let text = "the driver was stopped, but no master has confirmed the TEARDOWN: the framework's tasks run \
                            on until its failover timeout";
                let error = self.because(Error::new(ErrorKind::Timeout, text));
                self.finish(Err(error));
            }
            _ => {}
        }
        if self.patience_ends().is_some() && self.down.as_mut().is_some_and(|down| down.is_over(now)) {
            self.give_up();
        }
    }

    /// How long a handler that is still at work after the end may take.
    pub(crate) fn handler_may_until(&self, now: Duration) -> Duration {
        self.stop.map_or_else(|| now.saturating_add(self.settings.stop_timeout), |(_, until)| until)
    }

    /// Whether the peer has confirmed the end of the session. How long it leaves the stream open is up to it.
    fn is_torn_down(&self) -> bool {
        matches!(self.state, State::TornDown { answered: true, .. })
    }

    /// Whether every call has its answer, and no handler is at work on what it may want to acknowledge.
    fn is_settled(&self) -> bool {
        let may_acknowledge = matches!(self.state, State::Subscribed(_)) && !self.undelivered.is_empty();
        self.pending.len() == 0 && !may_acknowledge
    }

    pub(super) fn give_up(&mut self) {
        if let Some((Stop::Drain, _)) = self.stop {
            // It was about to leave anyway, and the peer is gone.
            return self.finish(Ok(()));
        }
        let patience =
            if self.was_subscribed { self.settings.patience_again } else { self.settings.patience };
        let text = format!("no subscription within {} s", patience.unwrap_or_default().as_secs_f64());
        if let (None, Some(peer)) = (&self.last_error, self.peer()) {
            let text = format!("{} {peer} does not answer SUBSCRIBE", R::PEER);
            self.last_error = Some(Error::new(ErrorKind::Timeout, text));
        }
        let kind = self.last_error.as_ref().map_or(ErrorKind::Timeout, Error::kind);
        let error = self.because(Error::new(kind, text));
        let farewell = self.role.farewell();
        self.end(Err(error), farewell);
    }

    /// Adds the last failure as the cause.
    pub(super) fn because(&mut self, error: Error) -> Error {
        match self.last_error.take() {
            Some(cause) => error.with_source(cause),
            None => error,
        }
    }

    /// A SUBSCRIBED that is left unread may have come.
    pub(super) fn patience_ends(&self) -> Option<Duration> {
        let stands = match self.state {
            State::Ended | State::TornDown { .. } => true,
            State::Subscribing { .. } => !self.may_read(),
            _ => false,
        };
        self.down.filter(|_| !stands).and_then(|down| down.end())
    }

    pub(super) fn finish(&mut self, result: Result<(), Error>) {
        self.end(result, None);
    }

    pub(super) fn end(&mut self, result: Result<(), Error>, farewell: Option<R::Delivery>) {
        if matches!(self.state, State::Ended) {
            return;
        }
        for (id, unanswered) in self.pending.take_all() {
            if let Origin::User(_) = unanswered.origin {
                self.actions.push_back(Action::Reply { id, call: unanswered.call, result: Err(stopped()) });
            }
        }
        self.stop_what_waits();
        let outcome = match self.stop {
            Some((Stop::Teardown, _)) => Outcome::TornDown,
            _ if self.is_torn_down() => Outcome::TornDown,
            _ => Outcome::Left,
        };
        self.state = State::Ended;
        self.actions.push_back(Action::Disconnect);
        self.actions.push_back(Action::Finish { result: result.map(|()| outcome), farewell });
    }

    pub(super) fn after_the_end(&mut self, input: Input<R>) {
        match input {
            Input::Call(id, call) | Input::PatientCall(id, call, _) | Input::RepeatedCall(id, call) => {
                self.actions.push_back(Action::Reply { id, call, result: Err(stopped()) });
            }
            Input::Unheard(_, error) => nobody_hears(&error),
            _ => {}
        }
    }
}
