//! How often something is tried, and after which time again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How often a task that failed is tried again, and after which time.
///
/// Failures of the program and failures of the platform, such as a lost agent, have separate
/// limits. A failure of the caller, such as an invalid task, is final.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Retry {
    pub(crate) attempts: u32,
    pub(crate) platform_attempts: u32,
    pub(crate) backoff: Backoff,
}

impl Default for Retry {
    fn default() -> Self {
        Self::attempts(3)
    }
}

impl Retry {
    /// Creates a limit on how often the program may run until it succeeds, at least 1. The default
    /// is 3.
    pub fn attempts(attempts: u32) -> Self {
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(60));
        Self { attempts, platform_attempts: 20, backoff: Backoff::exponential(first, 2.0, longest) }
    }

    /// Sets how often the platform may fail to run it, at least 1. The default is 20.
    pub fn platform_attempts(self, platform_attempts: u32) -> Self {
        Self { platform_attempts, ..self }
    }

    /// Sets how long to wait before the next attempt. The default is 1 s, doubled each time, at
    /// most 1 min.
    pub fn backoff(self, backoff: Backoff) -> Self {
        Self { backoff, ..self }
    }
}

/// By how many percent times are scattered, in each direction.
const SCATTER: u32 = 20;

/// Times between attempts, which grow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Backoff {
    first: Duration,
    factor: f64,
    longest: Duration,
}

impl Backoff {
    /// Creates times that begin with `first` and grow by `factor` up to `longest`.
    pub fn exponential(first: Duration, factor: f64, longest: Duration) -> Self {
        Self { first, factor, longest }
    }

    /// Returns the time after this many failures.
    pub(crate) fn after(&self, failures: u32) -> Duration {
        let steps = i32::try_from(failures.saturating_sub(1)).unwrap_or(i32::MAX);
        // Not infinite, which times zero would be no number.
        let seconds = self.first.as_secs_f64() * self.factor.powi(steps).min(f64::MAX);
        Duration::try_from_secs_f64(seconds).unwrap_or(self.longest).min(self.longest)
    }

    /// Returns the time after this many failures, scattered by up to a fifth. The same text always
    /// gives the same time.
    pub(crate) fn scattered(&self, failures: u32, text: &str) -> Duration {
        let percent = 100 - SCATTER + crc32fast::hash(text.as_bytes()) % (2 * SCATTER + 1);
        self.after(failures).saturating_mul(percent) / 100
    }

    pub(crate) fn longest(&self) -> Duration {
        self.longest
    }

    pub(crate) fn longest_scattered(&self) -> Duration {
        self.longest.saturating_mul(100 + SCATTER) / 100
    }

    pub(crate) fn is_valid(&self) -> bool {
        self.factor.is_finite() && self.factor >= 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_grow_up_to_the_longest() {
        let longest = Duration::from_secs(60);
        let backoff = Backoff::exponential(Duration::from_secs(1), 2.0, longest);
        let times = [0, 1, 2, 6, 7, 2000, u32::MAX].map(|failures| backoff.after(failures).as_secs());
        assert_eq!(times, [1, 1, 2, 32, 60, 60, 60]);
        let none = Backoff::exponential(Duration::ZERO, 2.0, longest);
        assert_eq!([1, 2000, u32::MAX].map(|failures| none.after(failures)), [Duration::ZERO; 3]);
    }

    #[test]
    fn times_are_scattered_by_a_fifth() {
        let backoff = Backoff::exponential(Duration::from_secs(1), 2.0, Duration::from_secs(4));
        let times: Vec<_> = (0..500).map(|n| backoff.scattered(9, &format!("{n}"))).collect();
        let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
        assert_eq!((*first, *last), (Duration::from_millis(3200), backoff.longest_scattered()));
        assert_eq!(backoff.scattered(1, "a"), backoff.scattered(1, "a"));
    }
}
