//! The timers that are set.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A timer. When it fires, it may be out of date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The back-off of a slot is over.
    Retry(String, usize),
    /// A task is killed, once more.
    Kill(String),
    /// A run has been out of sight for too long.
    Replace(String),
    /// A run has been well for long enough.
    Proven(String),
    /// A run has had the time to become healthy.
    Late(String),
    /// An abandoned run is forgotten.
    Forget(String),
}

/// Timers by the monotonic clock, which never goes back; one of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    order: BTreeSet<(Duration, Timer)>,
    times: BTreeMap<Timer, Duration>,
}

impl Timers {
    /// Sets a timer, also if it is set to another time.
    pub(super) fn set(&mut self, at: Duration, timer: Timer) {
        if let Some(before) = self.times.insert(timer.clone(), at) {
            self.order.remove(&(before, timer.clone()));
        }
        self.order.insert((at, timer));
    }

    pub(super) fn cancel(&mut self, timer: Timer) {
        if let Some(at) = self.times.remove(&timer) {
            self.order.remove(&(at, timer));
        }
    }

    /// Returns when the next one fires.
    pub(super) fn due(&self) -> Option<Duration> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Removes one whose time has come.
    pub(super) fn pop(&mut self, now: Duration) -> Option<Timer> {
        self.order.first().filter(|(at, _)| *at <= now)?;
        let (_, timer) = self.order.pop_first()?;
        self.times.remove(&timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_timer_fires_once_at_its_last_time() {
        let (mut timers, second) = (Timers::default(), Duration::from_secs);
        let kill = |task: &str| Timer::Kill(task.to_owned());
        timers.set(second(1), kill("a"));
        timers.set(second(3), kill("a"));
        timers.set(second(2), kill("b"));
        timers.set(second(1), kill("c"));
        timers.cancel(kill("c"));
        assert_eq!((timers.due(), timers.pop(second(1))), (Some(second(2)), None));
        assert_eq!([timers.pop(second(3)), timers.pop(second(3))], [Some(kill("b")), Some(kill("a"))]);
        assert_eq!((timers.due(), timers.pop(second(9))), (None, None));
    }
}
