//! When a check is carried out: after a delay, then again so long after each end.

use std::time::Duration;

use mesos_sdk::duration::from_secs;

/// The shortest time between checks: without one, checks that end at once would take a whole core.
const MIN_INTERVAL: Duration = Duration::from_millis(10);

#[derive(Clone, Copy, Debug)]
enum State {
    Waiting {
        until: Duration,
    },
    /// `until` is `None` where the time is not limited.
    Probing {
        until: Option<Duration>,
    },
    Paused,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Begin; it has so long.
    Begin(Option<Duration>),
    /// What was begun has taken too long.
    TimedOut(Duration),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    interval: Duration,
    timeout: Option<Duration>,
    state: State,
}

impl Schedule {
    /// Creates a schedule. A timeout of 0 means no limit.
    pub(super) fn new(now: Duration, delay: f64, interval: f64, timeout: f64) -> Self {
        let timeout = Some(from_secs(timeout)).filter(|timeout| !timeout.is_zero());
        Self {
            interval: from_secs(interval).max(MIN_INTERVAL),
            timeout,
            state: State::Waiting { until: now.saturating_add(from_secs(delay)) },
        }
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Waiting { until } => Some(until),
            State::Probing { until } => until,
            State::Paused => None,
        }
    }

    pub(super) fn tick(&mut self, now: Duration) -> Option<Due> {
        match self.state {
            State::Waiting { until } if now >= until => {
                self.state =
                    State::Probing { until: self.timeout.map(|timeout| now.saturating_add(timeout)) };
                Some(Due::Begin(self.timeout))
            }
            State::Probing { until } if until.is_some_and(|until| now >= until) => {
                self.state = State::Waiting { until: now.saturating_add(self.interval) };
                Some(Due::TimedOut(self.timeout.unwrap_or_default()))
            }
            _ => None,
        }
    }

    /// Returns whether something was under way: an outcome that comes too late does not count.
    pub(super) fn ended(&mut self, now: Duration) -> bool {
        let under_way = matches!(self.state, State::Probing { .. });
        if under_way {
            self.state = State::Waiting { until: now.saturating_add(self.interval) };
        }
        under_way
    }

    pub(super) fn pause(&mut self) -> bool {
        let under_way = matches!(self.state, State::Probing { .. });
        self.state = State::Paused;
        under_way
    }

    /// Begins at once, if it was paused.
    pub(super) fn resume(&mut self, now: Duration) {
        if matches!(self.state, State::Paused) {
            self.state = State::Waiting { until: now };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_without_an_interval_pause() {
        for interval in [0.0, -1.0, 1e-12] {
            let mut schedule = Schedule::new(Duration::ZERO, 0.0, interval, 1.0);
            assert_eq!(schedule.tick(Duration::ZERO), Some(Due::Begin(Some(Duration::from_secs(1)))));
            assert!(schedule.ended(Duration::ZERO));
            assert_eq!(schedule.deadline(), Some(MIN_INTERVAL), "{interval}");
        }
    }
}
