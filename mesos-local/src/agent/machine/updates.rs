//! The status update manager: each update of a task waits until the one before it is acknowledged.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::proto::v1::TaskStatus;

use super::timers::{Timer, Timers};

/// The delay before an unacknowledged update is sent again. It doubles with each attempt …
pub(super) const RETRY_INTERVAL_MIN: Duration = Duration::from_secs(10);
/// … up to this limit.
pub(super) const RETRY_INTERVAL_MAX: Duration = Duration::from_secs(600);
/// The limit on pending updates of one task. An executor that sends more must resubscribe; a real
/// agent would write them to its disk until that is full.
pub(super) const MAX_PENDING_PER_TASK: usize = 100_000;

/// The result of an acknowledgement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Acknowledged {
    /// It did not match a pending update.
    Ignored,
    /// More updates may come.
    Continues,
    /// The terminal update is acknowledged.
    Completed,
}

/// All unacknowledged updates of the agent.
#[derive(Clone, Debug, Default)]
pub(super) struct Updates {
    streams: BTreeMap<(String, String), Stream>,
    /// True while no master takes updates.
    paused: bool,
}

#[derive(Clone, Debug, Default)]
struct Stream {
    pending: VecDeque<TaskStatus>,
    seen: BTreeSet<Bytes>,
    interval: Duration,
}

impl Updates {
    /// Adds an update, and returns it if it is to be sent now. A duplicate is dropped.
    pub(super) fn add(
        &mut self,
        framework: &str,
        status: TaskStatus,
        now: Duration,
        timers: &mut Timers,
    ) -> Option<TaskStatus> {
        let task = status.task_id.value.clone();
        let stream = self.streams.entry((framework.to_owned(), task.clone())).or_default();
        let fresh = stream.seen.insert(status.uuid.clone().unwrap_or_default());
        if !fresh {
            return None;
        }
        stream.pending.push_back(status);
        (!self.paused && stream.pending.len() == 1)
            .then(|| stream.send(framework, &task, RETRY_INTERVAL_MIN, now, timers))?
    }

    /// Handles an acknowledgement, and returns the next update of the task if there is one.
    pub(super) fn acknowledge(
        &mut self,
        framework: &str,
        task: &str,
        uuid: &Bytes,
        now: Duration,
        timers: &mut Timers,
    ) -> (Acknowledged, Option<TaskStatus>) {
        let key = (framework.to_owned(), task.to_owned());
        let Some(stream) = self.streams.get_mut(&key) else { return (Acknowledged::Ignored, None) };
        if stream.pending.front().and_then(|status| status.uuid.as_ref()) != Some(uuid) {
            return (Acknowledged::Ignored, None);
        }
        let acknowledged = stream.pending.pop_front();
        timers.cancel(&Timer::Resend(key.0.clone(), key.1.clone()));
        if acknowledged.is_some_and(|status| status.state().is_terminal()) {
            self.streams.remove(&key);
            return (Acknowledged::Completed, None);
        }
        let next =
            (!self.paused).then(|| stream.send(framework, task, RETRY_INTERVAL_MIN, now, timers)).flatten();
        (Acknowledged::Continues, next)
    }

    /// Returns the update whose retry is due.
    pub(super) fn resend(
        &mut self,
        framework: &str,
        task: &str,
        now: Duration,
        timers: &mut Timers,
    ) -> Option<TaskStatus> {
        let stream = self.streams.get_mut(&(framework.to_owned(), task.to_owned()))?;
        let interval = (stream.interval * 2).min(RETRY_INTERVAL_MAX);
        (!self.paused).then(|| stream.send(framework, task, interval, now, timers))?
    }

    /// Stops sending until [`Self::resume`], because no master is connected.
    pub(super) fn pause(&mut self, timers: &mut Timers) {
        self.paused = true;
        for (framework, task) in self.streams.keys() {
            timers.cancel(&Timer::Resend(framework.clone(), task.clone()));
        }
    }

    /// Resumes sending with a new master. Returns the oldest update of each task, with its
    /// framework.
    pub(super) fn resume(&mut self, now: Duration, timers: &mut Timers) -> Vec<(String, TaskStatus)> {
        self.paused = false;
        let send = |((framework, task), stream): (&(String, String), &mut Stream)| {
            let status = stream.send(framework, task, RETRY_INTERVAL_MIN, now, timers)?;
            Some((framework.clone(), status))
        };
        self.streams.iter_mut().filter_map(send).collect()
    }

    #[cfg(test)]
    pub(super) fn front(&self, framework: &str, task: &str) -> Option<TaskStatus> {
        self.streams.get(&(framework.to_owned(), task.to_owned()))?.pending.front().cloned()
    }

    /// Returns whether the task has reached its limit of pending updates.
    pub(super) fn is_full(&self, framework: &str, task: &str) -> bool {
        let stream = self.streams.get(&(framework.to_owned(), task.to_owned()));
        stream.is_some_and(|stream| stream.pending.len() >= MAX_PENDING_PER_TASK)
    }

    /// Forgets the updates of all frameworks that `keep` does not name.
    pub(super) fn retain(&mut self, timers: &mut Timers, mut keep: impl FnMut(&str) -> bool) {
        self.streams.retain(|(framework, task), _| {
            let kept = keep(framework);
            if !kept {
                timers.cancel(&Timer::Resend(framework.clone(), task.clone()));
            }
            kept
        });
    }
}

impl Stream {
    /// Returns the oldest update, and schedules its retry.
    fn send(
        &mut self,
        framework: &str,
        task: &str,
        interval: Duration,
        now: Duration,
        timers: &mut Timers,
    ) -> Option<TaskStatus> {
        let status = self.pending.front()?;
        self.interval = interval;
        timers.set(Timer::Resend(framework.to_owned(), task.to_owned()), now.saturating_add(interval));
        Some(status.clone())
    }
}
