//! The calls that were sent and have no answer yet.

use std::collections::BTreeMap;

use crate::session::Api;
use crate::session::role::CallId;

/// In the order of sending.
pub(super) struct PendingCalls<R: Api> {
    calls: BTreeMap<CallId, Unanswered<R>>,
}

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
    /// The user, who has had an answer: the call is kept, and was made too late for the SUBSCRIBE on its way.
    Resent(R::ResendKey),
    /// The user, long ago: it is this call, which the role repeats.
    Repeated(CallId),
    /// The session itself; nobody awaits the result.
    Session,
    /// The session: the call that ends it.
    Teardown,
}

impl<R: Api> PendingCalls<R> {
    pub(super) fn new() -> Self {
        Self { calls: BTreeMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    pub(super) fn insert(&mut self, id: CallId, call: R::Call, origin: Origin<R>) {
        self.calls.insert(id, Unanswered { call, origin });
    }

    pub(super) fn remove(&mut self, id: CallId) -> Option<Unanswered<R>> {
        self.calls.remove(&id)
    }

    pub(super) fn take_all(&mut self) -> impl Iterator<Item = (CallId, Unanswered<R>)> + use<R> {
        std::mem::take(&mut self.calls).into_iter()
    }
}
