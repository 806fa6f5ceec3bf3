//! Deadlines, each of which can be moved or taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;

/// Something that is due at a time; containers by id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// Try again to register with the master.
    Registration,
    /// Recovered executors have come back by now, or never will.
    RecoveryEnd,
    /// The executor has subscribed by now, or never will.
    ExecutorRegistration(String),
    /// The executor has obeyed SHUTDOWN by now, or never will.
    ShutdownGrace(String),
    Heartbeat(String),
    /// The executor of a command, which the agent plays, has something to do.
    Command(String),
    /// Send the oldest update of this framework's task again.
    Resend(String, String),
    /// Report again on the operation with this uuid.
    ReportOperation(Bytes),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    due: BTreeSet<(Duration, Timer)>,
    at: BTreeMap<Timer, Duration>,
}

impl Timers {
    pub(super) fn set(&mut self, timer: Timer, at: Duration) {
        self.cancel(&timer);
        self.due.insert((at, timer.clone()));
        self.at.insert(timer, at);
    }

    pub(super) fn cancel(&mut self, timer: &Timer) {
        if let Some(at) = self.at.remove(timer) {
            self.due.remove(&(at, timer.clone()));
        }
    }

    /// Takes back all timers of a container that is gone.
    pub(super) fn cancel_container(&mut self, container: &str) {
        for timer in [Timer::ExecutorRegistration, Timer::ShutdownGrace, Timer::Heartbeat, Timer::Command] {
            self.cancel(&timer(container.to_owned()));
        }
    }

    pub(super) fn next(&self) -> Option<Duration> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Removes and returns the earliest timer that is due at `now`.
    pub(super) fn pop(&mut self, now: Duration) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        let (_, timer) = self.due.pop_first()?;
        self.at.remove(&timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn moved_timers_fire_once_and_in_order() {
        let mut timers = Timers::default();
        timers.set(Timer::Registration, secs(1));
        timers.set(Timer::RecoveryEnd, secs(2));
        timers.set(Timer::Registration, secs(3));
        assert_eq!(timers.next(), Some(secs(2)));
        assert_eq!(timers.pop(secs(1)), None);
        assert_eq!(timers.pop(secs(3)), Some(Timer::RecoveryEnd));
        assert_eq!(timers.pop(secs(3)), Some(Timer::Registration));
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn a_gone_container_leaves_no_timer() {
        let mut timers = Timers::default();
        timers.set(Timer::Heartbeat("c".into()), secs(1));
        timers.set(Timer::ShutdownGrace("d".into()), secs(2));
        timers.cancel_container("c");
        assert_eq!(timers.next(), Some(secs(2)));
    }
}
