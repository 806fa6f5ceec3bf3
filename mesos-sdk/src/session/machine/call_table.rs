//! The calls without a response.

use std::collections::BTreeMap;
use std::time::Duration;

use super::waiting::WaitingCalls;
use crate::session::input::Action;
use crate::session::role::CallId;
use crate::session::{Api, Settings};
use crate::{Error, ErrorKind};

/// The bit that marks the ids of the session's own calls.
const OWN_CALL: CallId = 1 << 63;

/// The calls without a response: sent, or waiting for a subscription.
pub(super) struct CallTable<R: Api> {
    /// The calls that were sent, in the order of sending.
    pending: BTreeMap<CallId, Unanswered<R>>,
    waiting: WaitingCalls<R>,
    /// Kept calls that were made after the SUBSCRIBE that is in flight; at most as many as the role
    /// keeps.
    to_resend: Vec<(R::Call, R::ResendKey)>,
    last_own: CallId,
}

impl<R: Api> CallTable<R> {
    pub(super) fn new() -> Self {
        Self {
            pending: BTreeMap::new(),
            waiting: WaitingCalls::new(),
            to_resend: Vec::new(),
            last_own: OWN_CALL,
        }
    }

    /// Returns whether a further call may be sent.
    pub(super) fn has_room(&self, settings: &Settings) -> bool {
        self.pending.len() < settings.max_unanswered
    }

    /// Returns the number of calls that were sent and have no response.
    pub(super) fn unanswered(&self) -> usize {
        self.pending.len()
    }

    /// Returns the number of calls that wait for a subscription.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Records that a call is sent.
    pub(super) fn sent(&mut self, id: CallId, call: R::Call, origin: Origin<R>) {
        self.pending.insert(id, Unanswered { call, origin });
    }

    /// Returns a call that was sent and has no response.
    pub(super) fn get(&self, id: CallId) -> Option<&R::Call> {
        self.pending.get(&id).map(|unanswered| &unanswered.call)
    }

    /// Returns a new id for a call of the session itself.
    pub(super) fn own_id(&mut self) -> CallId {
        self.last_own += 1;
        self.last_own
    }

    /// Removes a call that has its response, and returns it if it is still pending.
    pub(super) fn answered(&mut self, id: CallId) -> Option<Unanswered<R>> {
        self.pending.remove(&id)
    }

    /// Makes a call wait for the subscription. Returns it with an error if too many wait.
    pub(super) fn wait(
        &mut self,
        (id, call): (CallId, R::Call),
        until: Duration,
        settings: &Settings,
    ) -> Result<(), (R::Call, Error)> {
        let most = settings.max_waiting;
        if self.waiting.len() < most {
            self.waiting.insert(id, call, until);
            return Ok(());
        }
        let text = format!("{most} calls wait for a subscription: await some of them before making more");
        Err((call, Error::new(ErrorKind::Overloaded, text)))
    }

    /// Returns when the first waiting call gives up.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.waiting.deadline()
    }

    /// Takes a call that has waited for too long.
    pub(super) fn take_late(&mut self, now: Duration) -> Option<(CallId, R::Call)> {
        self.waiting.take_late(now)
    }

    /// Takes all calls that wait for the subscription.
    pub(super) fn take_waiting(&mut self) -> impl Iterator<Item = (CallId, R::Call)> + use<R> {
        self.waiting.take_all()
    }

    /// Remembers a call that the SUBSCRIBE in flight does not contain, and that must be sent after
    /// it.
    pub(super) fn resend_after_subscribe(&mut self, call: R::Call, key: R::ResendKey) {
        self.to_resend.push((call, key));
    }

    /// Takes the calls that must be sent after SUBSCRIBE.
    pub(super) fn take_to_resend(&mut self) -> Vec<(R::Call, R::ResendKey)> {
        std::mem::take(&mut self.to_resend)
    }

    /// Records that SUBSCRIBE is about to be sent with everything that is kept.
    pub(super) fn subscribes(&mut self) {
        self.to_resend.clear();
    }

    /// Forgets the pending calls because the subscription is lost, and returns what their callers
    /// get.
    pub(super) fn lose(&mut self, cause: &Error) -> impl Iterator<Item = Action<R>> {
        let lost = std::mem::take(&mut self.pending).into_iter();
        lost.filter_map(move |(id, unanswered)| match unanswered.origin {
            Origin::User(None) => Some(lost_with(id, unanswered.call, cause)),
            // Kept calls are resent with the next SUBSCRIBE.
            Origin::User(Some(_)) => Some(Action::Complete { id, call: unanswered.call, result: Ok(()) }),
            _ => None,
        })
    }

    /// Forgets the pending calls because the session ends, and returns those of the user.
    pub(super) fn end(&mut self) -> impl Iterator<Item = (CallId, R::Call)> + use<R> {
        let users = std::mem::take(&mut self.pending).into_iter();
        let users = users.filter(|(_, unanswered)| matches!(unanswered.origin, Origin::User(_)));
        users.map(|(id, unanswered)| (id, unanswered.call))
    }
}

/// Returns whether this is the id of a call of the session itself.
#[cfg(feature = "metrics")]
pub(super) fn is_own(id: CallId) -> bool {
    id & OWN_CALL != 0
}

/// A call that was sent.
pub(super) struct Unanswered<R: Api> {
    pub(super) call: R::Call,
    pub(super) origin: Origin<R>,
}

impl<R: Api> Unanswered<R> {
    pub(super) fn is_kept(&self) -> bool {
        matches!(self.origin, Origin::User(Some(_)) | Origin::Resent(_))
    }
}

/// Who made a call.
pub(super) enum Origin<R: Api> {
    /// The user. From here on the role is responsible for a kept call.
    User(Option<R::ResendKey>),
    /// The user, who already has the result. The call is kept, and was made too late for the
    /// SUBSCRIBE in flight.
    Resent(R::ResendKey),
    /// The role, which repeats this call of the user.
    Repeated(CallId),
    /// The session itself: nobody awaits the result.
    Session,
    /// The session, to end it.
    Teardown,
}

fn lost_with<R: Api>(id: CallId, call: R::Call, cause: &Error) -> Action<R> {
    let text = format!("the subscription was lost before the response arrived ({cause}): reconcile");
    let written = Error::new(ErrorKind::Disconnected, text);
    let text = format!(
        "the call was not sent, because the subscription was lost ({cause}); send it again after `subscribed`"
    );
    let unwritten = Error::new(ErrorKind::NotSubscribed, text);
    Action::Lost { id, call, written, unwritten }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::{ExecutorRole, update};
    use crate::proto::v1::TaskStatus;

    type Calls = CallTable<ExecutorRole>;

    fn call() -> crate::proto::v1::executor::Call {
        update(TaskStatus::default())
    }

    fn lost() -> Error {
        Error::new(ErrorKind::Disconnected, "cut")
    }

    #[test]
    fn pending_calls_are_limited() {
        let settings = Settings { max_unanswered: 1, max_waiting: 1, ..Settings::default() };
        let mut calls = Calls::new();
        assert!(calls.has_room(&settings));
        calls.sent(1, call(), Origin::User(None));
        assert!(!calls.has_room(&settings));
        assert!(calls.answered(1).is_some() && calls.has_room(&settings));
        assert!(calls.answered(1).is_none(), "once");
        assert!(calls.wait((2, call()), Duration::MAX, &settings).is_ok());
        let (_, error) = calls.wait((3, call()), Duration::MAX, &settings).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overloaded);
    }

    #[test]
    fn lost_subscription_drops_unkept_calls() {
        let mut calls = Calls::new();
        calls.sent(1, call(), Origin::User(None));
        calls.sent(2, call(), Origin::User(Some("kept".into())));
        let own = calls.own_id();
        calls.sent(own, call(), Origin::Session);
        let lost: Vec<_> = calls.lose(&lost()).collect();
        assert!(
            matches!(lost[..], [Action::Lost { id: 1, .. }, Action::Complete { id: 2, result: Ok(()), .. }]),
            "{}",
            lost.len()
        );
        assert_eq!(calls.unanswered(), 0);
    }

    #[test]
    fn only_the_user_is_notified_at_the_end() {
        let mut calls = Calls::new();
        calls.sent(1, call(), Origin::User(None));
        let own = calls.own_id();
        calls.sent(own, call(), Origin::Session);
        assert_eq!(calls.end().map(|(id, _)| id).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn calls_after_subscribe_are_the_later_ones() {
        let mut calls = Calls::new();
        calls.resend_after_subscribe(call(), "early".into());
        calls.subscribes();
        calls.resend_after_subscribe(call(), "late".into());
        assert_eq!(calls.take_to_resend().len(), 1);
        assert!(calls.take_to_resend().is_empty());
    }
}
