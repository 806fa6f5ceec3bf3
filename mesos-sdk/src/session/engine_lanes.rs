//! Two ways for calls: what a call that is never answered holds up does not hold up acknowledgements.

use tokio::time::Instant;

use super::Settings;
use super::engine_calls::{Calls, Outgoing};
use super::role::CallId;
use crate::http::CallResponse;
use crate::transport::Transport;

/// All calls go the same way, in order, as long as that is not held up.
pub(super) struct Lanes {
    calls: Calls,
    /// For those that may overtake, when the others are held up.
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

    /// Forgets every call and closes the connections: their subscription is over.
    pub(super) fn clear(&mut self) {
        self.calls.clear();
        self.overtaking.clear();
    }

    /// Whether some of a call was written, whose response nobody has taken.
    pub(super) fn has_written(&self, id: CallId) -> bool {
        self.calls.has_written(id) || self.overtaking.has_written(id)
    }

    /// When the first call will have waited too long.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.calls.deadline().into_iter().chain(self.overtaking.deadline()).min()
    }

    /// Gives up what has waited too long by `now`, up to when all that has come was read.
    pub(super) fn give_up_late(&mut self, now: Instant) {
        self.calls.give_up_late(now);
        self.overtaking.give_up_late(now);
    }

    /// The next response; may be dropped and called again without loss.
    pub(super) async fn next(&mut self) -> (CallId, CallResponse) {
        tokio::select! {
            biased;
            response = self.calls.next() => response,
            response = self.overtaking.next() => response,
        }
    }

    /// Reads the responses that have come.
    pub(super) fn read(&mut self) {
        self.calls.read();
        self.overtaking.read();
    }

    /// A response that has come already.
    pub(super) fn try_next(&mut self) -> Option<(CallId, CallResponse)> {
        self.calls.try_next().or_else(|| self.overtaking.try_next())
    }
}
