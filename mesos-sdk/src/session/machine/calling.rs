//! Which calls are sent, and what their responses mean.

use std::time::Duration;

use super::{Machine, Origin};
use crate::http::CallResponse;
use crate::session::errors::{ended, log_dropped_failure, too_late};
use crate::session::input::{Action, CallMode, Stop};
use crate::session::role::CallId;
use crate::session::{ApiCall as _, Deliverable, FollowUp, Role};
use crate::{Error, ErrorKind, Sent};

impl<R: Role> Machine<R> {
    pub(super) fn on_call(&mut self, now: Duration, (id, call): (CallId, R::Call), mode: CallMode) {
        match mode {
            CallMode::Within(time) if !self.shutdown.is_leaving() && !self.state.is_subscribed() => {
                let waits = self.calls.wait((id, call), now.saturating_add(time), &self.settings);
                if let Err((call, error)) = waits {
                    self.complete(id, call, Err(error));
                }
            }
            CallMode::Now | CallMode::Within(_) => self.send_now(id, call),
            CallMode::Repeated => {
                let repeats =
                    if self.shutdown.is_leaving() { Err(too_late()) } else { self.role.repeat(id, &call) };
                if let Err(error) = repeats {
                    self.complete(id, call, Err(error));
                }
            }
        }
    }

    /// Sends a call of the user, or completes it with an error.
    fn send_now(&mut self, id: CallId, mut call: R::Call) {
        let is_subscribed = self.state.is_subscribed();
        match self.admit(&mut call, is_subscribed) {
            Ok(key) if is_subscribed => self.send_as(id, call, Origin::User(key)),
            Ok(key) => {
                // The next SUBSCRIBE contains the call. If one is in flight already, the call must
                // follow it.
                if let Some(key) = key
                    && self.state.is_subscribing()
                {
                    self.calls.resend_after_subscribe(call.clone(), key);
                }
                self.complete(id, call, Ok(()));
            }
            Err(error) => self.complete(id, call, Err(error)),
        }
    }

    pub(super) fn resend_after_subscribe(&mut self) {
        for (call, key) in self.calls.take_to_resend() {
            self.send(call, Origin::Resent(key));
        }
    }

    /// Sends the calls that wait for the subscription, or fails them when they have waited long
    /// enough.
    pub(super) fn send_what_waits(&mut self, now: Duration) {
        if self.shutdown.is_leaving() {
            self.stop_what_waits();
        } else if self.state.is_subscribed() {
            for (id, call) in self.calls.take_waiting() {
                self.send_now(id, call);
            }
        }
        while let Some((id, call)) = self.calls.take_late(now) {
            self.complete(id, call, Err(self.not_subscribed()));
        }
    }

    /// Fails the calls that can no longer be sent.
    pub(super) fn stop_what_waits(&mut self) {
        for (id, call) in self.calls.take_waiting() {
            self.complete(id, call, Err(too_late()));
        }
        for (id, call) in self.role.take_repeated() {
            self.complete(id, call, Err(ended()));
        }
    }

    /// Returns whether a call of the user may be sent, with the key under which it is kept, if it
    /// is.
    fn admit(&mut self, call: &mut R::Call, is_subscribed: bool) -> Result<Option<R::ResendKey>, Error> {
        if self.shutdown.is_leaving() {
            return Err(too_late());
        }
        if !self.has_room() {
            let text = format!(
                "{} calls have no response yet: await some of them before making more",
                self.calls.unanswered()
            );
            return Err(Error::new(ErrorKind::Overloaded, text));
        }
        let key = self.role.prepare(call).map_err(|error| error.sent(Sent::No))?;
        match is_subscribed || key.is_some() {
            true => Ok(key),
            false => Err(self.not_subscribed()),
        }
    }

    pub(super) fn on_call_response(&mut self, now: Duration, id: CallId, response: CallResponse) {
        let Some(unanswered) = self.calls.answered(id) else { return };
        let (error, lost) = match response {
            CallResponse::Accepted => (None, None),
            // Only a new SUBSCRIBE resends what is kept, such as an update that a recovering agent
            // has rejected.
            CallResponse::Failed(error) if unanswered.is_kept() && error.is_retryable() => {
                (Some(error), Some(None))
            }
            CallResponse::Failed(error) | CallResponse::Refused(error) => (Some(error), None),
            CallResponse::Unsubscribed(leader, error) => (Some(error), Some(leader)),
        };
        let call = unanswered.call.name();
        tracing::debug!(call, error = error.as_ref().map(debug), "received the response to a call");
        let text = error.as_ref().map(|error| format!("{error:#}")).unwrap_or_default();
        if let Origin::Teardown = unanswered.origin {
            return self.on_teardown_response(now, error);
        }
        self.settle(id, unanswered.call, unanswered.origin, error);
        if let Some(leader) = lost {
            self.lose(now, Error::new(ErrorKind::NotSubscribed, text), leader);
        }
    }

    /// Replies to whoever made the call, as its response requires.
    fn settle(&mut self, id: CallId, call: R::Call, origin: Origin<R>, error: Option<Error>) {
        match (origin, error) {
            (Origin::User(_), None) => {
                self.role.accepted(&call);
                self.complete(id, call, Ok(()));
            }
            // Kept calls are resent with the next SUBSCRIBE.
            (Origin::User(Some(_)), Some(error)) if error.is_retryable() => self.complete(id, call, Ok(())),
            (Origin::User(key), Some(error)) => {
                if let Some(key) = key {
                    self.role.resend_refused(key);
                }
                self.complete(id, call, Err(error));
            }
            (Origin::Resent(key), Some(error)) if !error.is_retryable() => {
                self.role.resend_refused(key);
                self.on_dropped_failure(call, error);
            }
            (Origin::Repeated(user), Some(error)) if !error.is_retryable() => {
                self.role.repeat_refused(user);
                self.complete(user, call, Err(error));
            }
            (Origin::Resent(_) | Origin::Repeated(_) | Origin::Session | Origin::Teardown, _) => {}
        }
    }

    fn complete(&mut self, id: CallId, call: R::Call, result: Result<(), Error>) {
        self.actions.push_back(Action::Complete { id, call, result });
    }

    /// Handles the failure of a call whose result nobody awaits.
    pub(super) fn on_dropped_failure(&mut self, call: R::Call, error: Error) {
        match self.shutdown.is_leaving() {
            true => log_dropped_failure(call.name(), &error),
            false => self.deliver(Deliverable::call_failed(call, error), 0),
        }
    }

    pub(super) fn follow(&mut self, now: Duration, what_follows: FollowUp<R>) {
        match what_follows {
            FollowUp::Nothing => {}
            FollowUp::Call(call) => self.send(call, Origin::Session),
            FollowUp::Drain => self.on_stop(now, Stop::Drain),
            // After a stop, the calls of a handler fail, and it may well return those errors.
            FollowUp::Fail(error) if self.shutdown.is_leaving() => {
                tracing::debug!(?error, "a handler failed after the driver was stopped")
            }
            FollowUp::Fail(error) => self.finish(Err(error)),
        }
    }

    /// Sends a call of the session itself. Without a subscription the call is obsolete.
    pub(super) fn send(&mut self, call: R::Call, origin: Origin<R>) {
        if self.state.is_subscribed() {
            let id = self.calls.own_id();
            self.send_as(id, call, origin);
        }
    }

    fn send_as(&mut self, id: CallId, call: R::Call, origin: Origin<R>) {
        let Some(subscription) = self.state.subscription() else { return };
        let (peer, stream_id) = (subscription.peer.clone(), subscription.stream_id.clone());
        let (body, may_overtake) = (self.settings.endpoint.encoding.encode(&call), call.may_overtake());
        tracing::debug!(call = call.name(), peer = %peer, bytes = body.len(), "sending a call");
        self.calls.sent(id, call, origin);
        self.actions.push_back(Action::Send { id, peer, stream_id, body, may_overtake });
    }

    fn not_subscribed(&self) -> Error {
        let why = self.last_error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
        let text = format!(
            "the call was not sent: the driver is not subscribed{why}; send it again after `subscribed`"
        );
        Error::new(ErrorKind::NotSubscribed, text)
    }
}
