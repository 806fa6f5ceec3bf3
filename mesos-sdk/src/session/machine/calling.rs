//! Calls: which may go out, and what their answers mean.

use std::time::Duration;

use super::{Machine, State, nobody_hears, stopped};
use crate::http::CallAnswer;
use crate::session::input::{Action, CallId, Stop};
use crate::session::pending::Origin;
use crate::session::{Handled, Role};
use crate::{Error, ErrorKind, HandlerResult};

impl<R: Role> Machine<R> {
    pub(super) fn on_call(&mut self, id: CallId, mut call: R::Call) {
        let (peer, stream_id) = match &self.state {
            State::Subscribed(subscribed) => (Some(subscribed.peer.clone()), subscribed.stream_id.clone()),
            _ => (None, None),
        };
        let result = self.admit(&mut call, peer.is_some());
        match (peer, result) {
            (Some(peer), Ok(kept)) => {
                let body = self.settings.endpoint.encoding.encode(&call);
                if defect!(OkBeforeAnswer) {
                    self.actions.push_back(Action::Reply { id, call: call.clone(), result: Ok(()) });
                }
                let may_overtake = R::may_overtake(&call);
                self.pending.insert(id, call, Origin::User(kept));
                self.actions.push_back(Action::Send { id, peer, stream_id, body, may_overtake });
            }
            (None, Ok(kept)) => {
                self.keep(call.clone(), kept);
                self.actions.push_back(Action::Reply { id, call, result: Ok(()) });
            }
            (None, Err(_)) if defect!(DropCallWhenDisconnected) => {}
            (_, Err(error)) => self.actions.push_back(Action::Reply { id, call, result: Err(error) }),
        }
    }

    /// The next SUBSCRIBE carries it. One that is on its way does not any more, so it has to follow that.
    fn keep(&mut self, call: R::Call, kept: Option<R::Kept>) {
        if matches!(self.state, State::Connecting { .. } | State::Subscribing { .. })
            && !defect!(ForgetUnsaid)
        {
            self.unsaid.extend(kept.map(|kept| (call, kept)));
        }
    }

    pub(super) fn say_what_is_unsaid(&mut self) {
        for (call, kept) in std::mem::take(&mut self.unsaid) {
            self.send(call, Origin::Kept(kept));
        }
    }

    pub(super) fn on_patient_call(&mut self, now: Duration, id: CallId, call: R::Call, time: Duration) {
        if self.is_leaving() || matches!(self.state, State::Subscribed(_)) {
            return self.on_call(id, call);
        }
        let most = self.settings.max_waiting;
        if self.waiting.len() < most {
            return self.waiting.insert(id, call, now.saturating_add(time));
        }
        let text = format!("{most} calls wait for a subscription: await some of them before making more");
        let result = Err(Error::new(ErrorKind::Overloaded, text));
        self.actions.push_back(Action::Reply { id, call, result });
    }

    pub(super) fn on_repeated_call(&mut self, id: CallId, call: R::Call) {
        let taken = if self.is_leaving() { Err(stopped()) } else { self.role.repeat(id, &call) };
        if let Err(error) = taken {
            self.actions.push_back(Action::Reply { id, call, result: Err(error) });
        }
    }

    /// Sends the calls that wait for the subscription, or gives them up when they have waited long enough.
    pub(super) fn send_what_waits(&mut self, now: Duration) {
        if self.is_leaving() {
            self.stop_what_waits();
        } else if matches!(self.state, State::Subscribed(_)) {
            for (id, call) in self.waiting.take_all().filter(|_| !defect!(ForgetWaitingCalls)) {
                self.on_call(id, call);
            }
        }
        while let Some((id, call)) = self.waiting.take_late(now) {
            let result = Err(self.not_subscribed());
            self.actions.push_back(Action::Reply { id, call, result });
        }
    }

    /// Answers the calls that can't be sent any more.
    pub(super) fn stop_what_waits(&mut self) {
        for (id, call) in self.waiting.take_all().chain(self.role.take_repeated()) {
            self.actions.push_back(Action::Reply { id, call, result: Err(stopped()) });
        }
    }

    /// Whether a call of the user may go out, or is kept until it may.
    pub(super) fn admit(&mut self, call: &mut R::Call, subscribed: bool) -> Result<Option<R::Kept>, Error> {
        if self.is_leaving() {
            return Err(stopped());
        }
        if !self.has_room() {
            let text = format!(
                "{} calls have no answer yet: await some of them before making more",
                self.pending.len()
            );
            return Err(Error::new(ErrorKind::Overloaded, text));
        }
        let kept = self.role.outgoing(call)?;
        match subscribed || kept.is_some() {
            true => Ok(kept),
            false => Err(self.not_subscribed()),
        }
    }

    pub(super) fn on_call_answer(&mut self, now: Duration, id: CallId, answer: CallAnswer) {
        let Some(unanswered) = self.pending.remove(id) else { return };
        let (error, lost) = match answer {
            CallAnswer::Refused(_)
                if defect!(RetryRefused) && matches!(unanswered.origin, Origin::User(_)) =>
            {
                return self.on_call(id, unanswered.call);
            }
            CallAnswer::Refused(_) if defect!(OkWhenRefused) => (None, None),
            CallAnswer::Taken => (None, None),
            // Only SUBSCRIBE says again what is kept, such as an update to an agent that recovers.
            CallAnswer::Failed(error) if unanswered.is_kept() && error.is_retryable() => {
                (Some(error), Some(None))
            }
            CallAnswer::Failed(error) | CallAnswer::Refused(error) => (Some(error), None),
            CallAnswer::Unsubscribed(leader, error) => (Some(error), Some(leader)),
        };
        let text = error.as_ref().map(Error::to_line).unwrap_or_default();
        match unanswered.origin {
            Origin::User(_) if error.is_none() => {
                self.role.taken(&unanswered.call);
                self.actions.push_back(Action::Reply { id, call: unanswered.call, result: Ok(()) });
            }
            Origin::User(kept) => self.reply(id, unanswered.call, kept, error),
            Origin::Kept(kept) => {
                if let Some(error) = error.filter(|error| !error.is_retryable()) {
                    self.role.refused(kept);
                    self.on_unheard(unanswered.call, error);
                }
            }
            Origin::Repeated(user) => {
                if let Some(error) = error.filter(|error| !error.is_retryable()) {
                    self.role.refused_repeated(user);
                    self.actions.push_back(Action::Reply {
                        id: user,
                        call: unanswered.call,
                        result: Err(error),
                    });
                }
            }
            Origin::Teardown => return self.on_teardown_answer(now, error),
            Origin::Session if error.is_some() => tracing::debug!(text, "a call of the driver failed"),
            Origin::Session => {}
        }
        if let Some(leader) = lost {
            self.lose(now, Error::new(ErrorKind::NotSubscribed, text), leader);
        }
    }

    pub(super) fn reply(&mut self, id: CallId, call: R::Call, kept: Option<R::Kept>, error: Option<Error>) {
        let result = match (error, kept) {
            (Some(error), Some(kept)) if !error.is_retryable() => {
                self.role.refused(kept);
                Err(error)
            }
            (Some(error), None) => Err(error),
            // What is kept is said again with the next SUBSCRIBE.
            (None, _) | (Some(_), Some(_)) => Ok(()),
        };
        self.actions.push_back(Action::Reply { id, call, result });
    }

    /// A call has failed, and nobody awaits its result.
    pub(super) fn on_unheard(&mut self, call: R::Call, error: Error) {
        match self.is_leaving() {
            true => nobody_hears(&error),
            false => self.deliver(self.role.call_failed(call, error)),
        }
    }

    pub(super) fn on_handled(&mut self, now: Duration, receipt: R::Receipt, result: &HandlerResult) {
        self.undelivered.handled();
        let what_follows = self.role.handled(receipt, result);
        self.follow(now, what_follows);
    }

    pub(super) fn follow(&mut self, now: Duration, what_follows: Handled<R>) {
        match what_follows {
            Handled::Done => {}
            Handled::Call(call) => self.send_own(call),
            Handled::Drain => self.on_stop(now, Stop::Drain),
            Handled::Renew => self.renew(now),
            // After a stop, a handler that still makes calls gets errors for them, and may well return those.
            Handled::Fail(error) if self.is_leaving() => {
                tracing::debug!(error = error.to_line(), "after the stop")
            }
            Handled::Fail(error) => self.finish(Err(error)),
        }
    }

    pub(super) fn send_own(&mut self, call: R::Call) {
        self.send(call, Origin::Session);
    }

    /// Sends a call of the session's own; without a subscription it does not apply any more.
    pub(super) fn send(&mut self, call: R::Call, origin: Origin<R>) {
        let State::Subscribed(subscribed) = &self.state else { return };
        let (peer, stream_id) = (subscribed.peer.clone(), subscribed.stream_id.clone());
        self.own_calls += 1;
        let (id, body) = (self.own_calls, self.settings.endpoint.encoding.encode(&call));
        let may_overtake = R::may_overtake(&call);
        self.pending.insert(id, call, origin);
        self.actions.push_back(Action::Send { id, peer, stream_id, body, may_overtake });
    }

    pub(super) fn fail_pending(&mut self, cause: &Error) {
        for (id, unanswered) in self.pending.take_all() {
            if defect!(DropUnansweredCalls) {
                continue;
            }
            match unanswered.origin {
                Origin::User(None) => {
                    let text =
                        format!("the subscription was lost before the answer came ({cause}): reconcile");
                    let written = Error::new(ErrorKind::Disconnected, text);
                    let text = format!(
                        "the call was not sent: the subscription was lost before ({cause}); send it again after \
                         `subscribed`"
                    );
                    let unwritten = Error::new(ErrorKind::NotSubscribed, text);
                    let call = unanswered.call;
                    self.actions.push_back(Action::Lost { id, call, written, unwritten });
                }
                // What is kept is said again with the next SUBSCRIBE.
                Origin::User(Some(_)) => {
                    self.actions.push_back(Action::Reply { id, call: unanswered.call, result: Ok(()) });
                }
                _ => {}
            }
        }
    }

    pub(super) fn not_subscribed(&self) -> Error {
        let why = self.last_error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
        let text = format!(
            "the call was not sent: the driver is not subscribed now{why}; send it again after `subscribed`"
        );
        Error::new(ErrorKind::NotSubscribed, text)
    }
}
