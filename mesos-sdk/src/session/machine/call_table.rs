//! The calls that are not answered yet.

use std::collections::BTreeMap;
use std::time::Duration;

use super::waiting::WaitingCalls;
use crate::session::input::Action;
use crate::session::role::CallId;
use crate::session::{Api, Settings};
use crate::{Error, ErrorKind};

/// Marks the ids of calls that the session makes itself.
const OWN_CALL: CallId = 1 << 63;

/// The calls that are not answered yet: sent, or waiting for a subscription.
pub(super) struct CallTable<R: Api> {
    /// Those that were sent, in the order of sending.
    pending: BTreeMap<CallId, Unanswered<R>>,
    waiting: WaitingCalls<R>,
    /// What is kept, and was made after the SUBSCRIBE that is on its way: at most as much as the role keeps.
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

    /// Whether a further call may be without a response.
    pub(super) fn has_room(&self, settings: &Settings) -> bool {
        self.pending.len() < settings.max_unanswered
    }

    /// How many calls were sent and have no response.
    pub(super) fn unanswered(&self) -> usize {
        self.pending.len()
    }

    /// How many calls wait for a subscription.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// A call is sent.
    pub(super) fn sent(&mut self, id: CallId, call: R::Call, origin: Origin<R>) {
        self.pending.insert(id, Unanswered { call, origin });
    }

    /// The id of a call that the session makes itself.
    pub(super) fn own_id(&mut self) -> CallId {
        self.last_own += 1;
        self.last_own
    }

    /// A call has its response. `None` if nobody waits for it any more.
    pub(super) fn answered(&mut self, id: CallId) -> Option<Unanswered<R>> {
        self.pending.remove(&id)
    }

    /// A call waits for the subscription. Gives it back, with the error, if there are too many.
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

    /// When the first of those that wait gives up.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.waiting.deadline()
    }

    /// One that has waited long enough for the subscription.
    pub(super) fn take_late(&mut self, now: Duration) -> Option<(CallId, R::Call)> {
        self.waiting.take_late(now)
    }

    /// All that wait for the subscription.
    pub(super) fn take_waiting(&mut self) -> impl Iterator<Item = (CallId, R::Call)> + use<R> {
        self.waiting.take_all()
    }

    /// The SUBSCRIBE that is on its way does not carry this call, so it has to follow that.
    pub(super) fn resend_after_subscribe(&mut self, call: R::Call, key: R::ResendKey) {
        self.to_resend.push((call, key));
    }

    /// What has to follow SUBSCRIBE.
    pub(super) fn take_to_resend(&mut self) -> Vec<(R::Call, R::ResendKey)> {
        std::mem::take(&mut self.to_resend)
    }

    /// SUBSCRIBE is about to be sent, with all that is kept.
    pub(super) fn subscribes(&mut self) {
        self.to_resend.clear();
    }

    /// The subscription is lost: what the callers get.
    pub(super) fn lose(&mut self, cause: &Error) -> impl Iterator<Item = Action<R>> {
        let lost = std::mem::take(&mut self.pending).into_iter();
        lost.filter_map(move |(id, unanswered)| match unanswered.origin {
            Origin::User(None) => Some(lost_with(id, unanswered.call, cause)),
            // What is kept is sent again with the next SUBSCRIBE.
            Origin::User(Some(_)) => Some(Action::Reply { id, call: unanswered.call, result: Ok(()) }),
            _ => None,
        })
    }

    /// The session ends: the calls of the user that have no response.
    pub(super) fn end(&mut self) -> impl Iterator<Item = (CallId, R::Call)> + use<R> {
        let users = std::mem::take(&mut self.pending).into_iter();
        let users = users.filter(|(_, unanswered)| matches!(unanswered.origin, Origin::User(_)));
        users.map(|(id, unanswered)| (id, unanswered.call))
    }
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
    /// The user; a kept call is the role's care from here on.
    User(Option<R::ResendKey>),
    /// The user, who has had a response: the call is kept, and was made too late for the SUBSCRIBE on its way.
    Resent(R::ResendKey),
    /// The user, long ago: it is this call, which the role repeats.
    Repeated(CallId),
    /// The session itself; nobody awaits the result.
    Session,
    /// The session: the call that ends it.
    Teardown,
}

fn lost_with<R: Api>(id: CallId, call: R::Call, cause: &Error) -> Action<R> {
    let text = format!("the subscription was lost before the response came ({cause}): reconcile");
    let written = Error::new(ErrorKind::Disconnected, text);
    let text = format!(
        "the call was not sent: the subscription was lost before ({cause}); send it again after `subscribed`"
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
    fn only_so_many_calls_are_without_an_answer_or_wait() {
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
    fn with_the_subscription_goes_what_the_role_does_not_keep() {
        let mut calls = Calls::new();
        calls.sent(1, call(), Origin::User(None));
        calls.sent(2, call(), Origin::User(Some("kept".into())));
        let own = calls.own_id();
        calls.sent(own, call(), Origin::Session);
        let lost: Vec<_> = calls.lose(&lost()).collect();
        assert!(
            matches!(lost[..], [Action::Lost { id: 1, .. }, Action::Reply { id: 2, result: Ok(()), .. }]),
            "{}",
            lost.len()
        );
        assert_eq!(calls.unanswered(), 0);
    }

    #[test]
    fn at_the_end_the_user_is_answered_alone() {
        let mut calls = Calls::new();
        calls.sent(1, call(), Origin::User(None));
        let own = calls.own_id();
        calls.sent(own, call(), Origin::Session);
        assert_eq!(calls.end().map(|(id, _)| id).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn what_follows_subscribe_is_what_was_made_after_it() {
        let mut calls = Calls::new();
        calls.resend_after_subscribe(call(), "early".into());
        calls.subscribes();
        calls.resend_after_subscribe(call(), "late".into());
        assert_eq!(calls.take_to_resend().len(), 1);
        assert!(calls.take_to_resend().is_empty());
    }
}
