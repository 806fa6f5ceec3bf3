//! What is known of executors.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;

/// How long an executor may take to end, and how long it waits for its agent to return.
pub(super) const GRACE: Duration = Duration::from_secs(5);
pub(super) const RECOVERY: Duration = Duration::from_secs(15 * 60);

/// A task, and a state that was reported for it.
pub(super) type Reported = (String, i32);

/// What is known of one executor.
#[derive(Debug, Default)]
pub(crate) struct ExecutorWatch {
    /// Tasks that its handler was given.
    pub(crate) launched: BTreeSet<String>,
    /// Updates that the driver has promised to deliver, and since when.
    pub(super) promised: BTreeMap<Reported, Duration>,
    /// The updates that it had promised when it opened the connection for its next SUBSCRIBE.
    pub(super) promised_before: BTreeSet<Reported>,
    /// Updates seen on the wire, by uuid.
    pub(super) sent: BTreeMap<Bytes, Reported>,
    /// Updates whose acknowledgement has reached the driver.
    pub(super) acknowledged: BTreeSet<Reported>,
    pub(super) acknowledged_tasks: BTreeSet<String>,
    /// When it was subscribed for the first time.
    pub(super) subscribed: Option<Duration>,
    /// Whether its agent has rejected a request.
    pub(super) refused: bool,
    /// The connection that carries its subscription.
    pub(super) stream: Option<u32>,
    /// When SUBSCRIBED arrived on that connection.
    pub(super) stands: Option<Duration>,
    /// What a call of the executor waits for.
    pub(super) calling: Option<Calling>,
    /// Whether it has lost its agent without a checkpoint to come back with.
    pub(super) abandoned: bool,
    /// When its agent forgot it, and the updates of both.
    pub(crate) forgotten: Option<Duration>,
    /// When it began to end.
    pub(crate) stopping: Option<Duration>,
    /// When it ended.
    pub(super) ended: Option<Duration>,
}

/// What a call waits for.
#[derive(Debug, PartialEq)]
pub(super) enum Calling {
    Connection,
    Response(u32),
}

impl ExecutorWatch {
    /// Returns the updates that the driver has promised but that were not seen on the wire.
    pub(super) fn unsent(&self) -> impl Iterator<Item = (&Reported, Duration)> {
        let is_sent = |reported: &Reported| {
            self.acknowledged.contains(reported) || self.sent.values().any(|sent| sent == reported)
        };
        self.promised
            .iter()
            .filter(move |(reported, _)| !is_sent(reported))
            .map(|(reported, since)| (reported, *since))
    }

    /// Returns an update that was promised before `reported`, which overtakes it.
    pub(super) fn skipped(&self, reported: &Reported) -> Option<Reported> {
        let promised = self.promised.get(reported);
        let is_older = |since: Duration| promised.is_none_or(|promised| since < *promised);
        self.unsent().find(|(_, since)| is_older(*since)).map(|(reported, _)| reported.clone())
    }

    /// Returns an update that should have been sent by now.
    pub(super) fn forgotten_update(&self, now: Duration) -> Option<Reported> {
        let stands = self.stands.filter(|_| self.calling.is_none())?;
        let (reported, _) = self.unsent().find(|(_, since)| now >= stands.max(*since) + GRACE)?;
        Some(reported.clone())
    }
}
