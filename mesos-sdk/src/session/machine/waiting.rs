//! Calls that wait for a subscription.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::session::Api;
use crate::session::role::CallId;

/// In the order in which they were made.
pub(super) struct WaitingCalls<R: Api> {
    calls: BTreeMap<CallId, R::Call>,
    /// When each of them gives up, soonest first.
    ends: BTreeSet<(Duration, CallId)>,
}

impl<R: Api> WaitingCalls<R> {
    pub(super) fn new() -> Self {
        Self { calls: BTreeMap::new(), ends: BTreeSet::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    pub(super) fn insert(&mut self, id: CallId, call: R::Call, until: Duration) {
        self.calls.insert(id, call);
        self.ends.insert((until, id));
    }

    /// Returns when the first of them gives up.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.ends.first().map(|(until, _)| *until)
    }

    /// Takes a call that has waited long enough.
    pub(super) fn take_late(&mut self, now: Duration) -> Option<(CallId, R::Call)> {
        self.deadline().filter(|until| *until <= now)?;
        let (_, id) = self.ends.pop_first()?;
        self.calls.remove(&id).map(|call| (id, call))
    }

    pub(super) fn take_all(&mut self) -> impl Iterator<Item = (CallId, R::Call)> + use<R> {
        self.ends.clear();
        std::mem::take(&mut self.calls).into_iter()
    }
}
