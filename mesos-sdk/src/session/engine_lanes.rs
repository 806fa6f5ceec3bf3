//! Two connections for calls, so that acknowledgements need not wait behind a call without a
//! response.

use tokio::time::Instant;

use super::Settings;
use super::engine_calls::{Calls, Outgoing};
use super::role::CallId;
use crate::http::CallResponse;
use crate::transport::Transport;

/// Sends all calls on one connection, in order, until that is held up.
pub(super) struct Lanes {
    calls: Calls,
    /// For calls that may overtake, while the others are held up.
    overtaking: Calls,
}

impl Lanes {
    pub(super) fn new(peer: &'static str, transport: &Transport, settings: &Settings) -> Self {
        let calls = || Calls::new(peer, transport.clone(), settings.clone());
        Self { calls: calls(), overtaking: calls() }
    }

    pub(super) fn push(&mut self, outgoing: Outgoing, may_overtake: bool) {
        match may_overtake && !self.calls.flows() {
            true => self.overtaking.push(outgoing),
            false => self.calls.push(outgoing),
        }
    }

    /// Forgets all calls and closes the connections, because the subscription is over.
    pub(super) fn clear(&mut self) {
        self.calls.clear();
        self.overtaking.clear();
    }

    /// Returns whether part of a call was written and its response was not taken.
    pub(super) fn has_written(&self, id: CallId) -> bool {
        self.calls.has_written(id) || self.overtaking.has_written(id)
    }

    /// Returns when the first call will have waited too long.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.calls.deadline().into_iter().chain(self.overtaking.deadline()).min()
    }

    /// Gives up the calls that have waited too long by `now`, given that everything that arrived by
    /// then was read.
    pub(super) fn give_up_late(&mut self, now: Instant) {
        self.calls.give_up_late(now);
        self.overtaking.give_up_late(now);
    }

    /// Waits for the next response. Cancel safe.
    pub(super) async fn next(&mut self) -> (CallId, CallResponse) {
        tokio::select! {
            biased;
            response = self.calls.next() => response,
            response = self.overtaking.next() => response,
        }
    }

    /// Reads the responses that have arrived.
    pub(super) fn read(&mut self) {
        self.calls.read();
        self.overtaking.read();
    }

    /// Returns the next response if one has arrived.
    pub(super) fn try_next(&mut self) -> Option<(CallId, CallResponse)> {
        self.calls.try_next().or_else(|| self.overtaking.try_next())
    }
}
