//! What is known of executors.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;

/// How long an executor's end may take, and how long it looks for its agent.
pub(super) const GRACE: Duration = Duration::from_secs(5);
pub(super) const RECOVERY: Duration = Duration::from_secs(15 * 60);

/// A task, and a state of it.
pub(super) type Said = (String, i32);

/// What is known of one executor.
#[derive(Debug, Default)]
pub(crate) struct ExecutorWatch {
    /// Tasks that its handler was given.
    pub(crate) launched: BTreeSet<String>,
    /// Updates that the driver has promised to keep, and since when.
    pub(super) promised: BTreeMap<Said, Duration>,
    /// Those of them that it had promised when it opened the connection for its next SUBSCRIBE.
    pub(super) promised_before: BTreeSet<Said>,
    /// Updates on the wire, by uuid.
    pub(super) sent: BTreeMap<Bytes, Said>,
    /// Updates and tasks whose acknowledgement the driver could read.
    pub(super) acknowledged: BTreeSet<Said>,
    pub(super) known: BTreeSet<String>,
    /// When it was subscribed for the first time.
    pub(super) subscribed: Option<Duration>,
    /// Its agent has refused something.
    pub(super) refused: bool,
    /// The connection that carries its subscription.
    pub(super) stream: Option<u32>,
    /// Since when it can read SUBSCRIBED on it.
    pub(super) stands: Option<Duration>,
    /// It opens a connection for a call, or awaits the answer on this one.
    pub(super) calling: Option<Calling>,
    /// It has no checkpoint to come back with, and has lost its agent.
    pub(super) abandoned: bool,
    /// When its agent has forgotten it, and the updates of both.
    pub(crate) forgotten: Option<Duration>,
    /// Since when it wants to end.
    pub(crate) stopping: Option<Duration>,
    /// When it ended.
    pub(super) ended: Option<Duration>,
}

/// What a call waits for.
#[derive(Debug, PartialEq)]
pub(super) enum Calling {
    Connection,
    Answer(u32),
}

impl ExecutorWatch {
    /// An update that the driver keeps, and that nobody has been told of.
    pub(super) fn unsent(&self) -> impl Iterator<Item = (&Said, Duration)> {
        let is_sent =
            |said: &Said| self.acknowledged.contains(said) || self.sent.values().any(|sent| sent == said);
        self.promised.iter().filter(move |(said, _)| !is_sent(said)).map(|(said, since)| (said, *since))
    }

    /// One that was promised before this one, which is being sent.
    pub(super) fn skipped(&self, said: &Said) -> Option<Said> {
        let promised = self.promised.get(said);
        let is_older = |since: Duration| promised.is_none_or(|promised| since < *promised);
        self.unsent().find(|(_, since)| is_older(*since)).map(|(said, _)| said.clone())
    }

    /// One that has had all the time that it takes to send it.
    pub(super) fn forgotten_update(&self, now: Duration) -> Option<Said> {
        let stands = self.stands.filter(|_| self.calling.is_none())?;
        let (said, _) = self.unsent().find(|(_, since)| now >= stands.max(*since) + GRACE)?;
        Some(said.clone())
    }
}
