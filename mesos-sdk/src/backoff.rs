//! Waits between attempts.

use std::time::Duration;

use crate::duration::share_of;

/// The limit on the first wait after a failure. Each further limit is at most twice the last one …
pub(crate) const FIRST_WAIT: Duration = Duration::from_millis(500);
/// … up to this.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// How long a connection must have lasted for the waits to start over.
pub(crate) const HEALTHY_AFTER: Duration = Duration::from_secs(15);

/// The smallest limit on a first wait. Without waits, attempts would follow each other endlessly.
const SHORTEST: Duration = Duration::from_millis(100);

/// Waits with a limit that doubles, each drawn evenly between zero and the limit.
#[derive(Debug)]
pub(crate) struct Backoff {
    ceiling: Duration,
    first: Duration,
    longest: Duration,
    random: fastrand::Rng,
}

impl Backoff {
    /// Creates waits from [`FIRST_WAIT`] up to [`LONGEST_WAIT`].
    pub(crate) fn new(seed: u64) -> Self {
        Self::between(FIRST_WAIT, LONGEST_WAIT, seed)
    }

    pub(crate) fn between(first: Duration, longest: Duration, seed: u64) -> Self {
        let first = first.max(SHORTEST);
        Self { ceiling: first, first, longest: longest.max(first), random: fastrand::Rng::with_seed(seed) }
    }

    pub(crate) fn next_wait(&mut self) -> Duration {
        let share = self.random.f64();
        share_of(self.next_ceiling(), share)
    }

    /// Returns a wait for what must not be repeated too soon.
    pub(crate) fn next_wait_of_half_at_least(&mut self) -> Duration {
        let share = 0.5 + self.random.f64() / 2.0;
        share_of(self.next_ceiling(), share)
    }

    fn next_ceiling(&mut self) -> Duration {
        let doubled = self.longest.min(self.ceiling.saturating_mul(2));
        std::mem::replace(&mut self.ceiling, doubled)
    }

    pub(crate) fn reset(&mut self) {
        self.ceiling = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[statement::proves(v0back, v1delay)]
    #[test]
    fn delay_doubles_to_the_limit_with_jitter() {
        let mut backoff = Backoff::new(7);
        let waits: Vec<_> = (0..50).map(|_| backoff.next_wait()).collect();
        assert!(waits[0] <= FIRST_WAIT && FIRST_WAIT == Duration::from_millis(500));
        assert!(waits.iter().all(|wait| *wait <= LONGEST_WAIT));
        assert!(waits[10..].iter().any(|wait| *wait > LONGEST_WAIT / 2));
        assert!(waits[10..].iter().any(|wait| *wait < LONGEST_WAIT / 4));
        backoff.reset();
        assert!(backoff.next_wait() <= FIRST_WAIT);
    }

    #[test]
    fn longest_possible_delay_is_valid() {
        let mut backoff = Backoff::between(Duration::MAX, Duration::MAX, 7);
        for _ in 0..1000 {
            assert!(backoff.next_wait_of_half_at_least() >= Duration::MAX / 2);
        }
    }

    #[test]
    fn zero_delays_are_replaced() {
        let mut backoff = Backoff::between(Duration::ZERO, Duration::ZERO, 7);
        let total: Duration = (0..1000).map(|_| backoff.next_wait()).sum();
        assert!(total > 400 * SHORTEST, "{total:?}");
    }

    #[test]
    fn waits_of_half_at_least() {
        let mut backoff = Backoff::between(Duration::from_secs(8), Duration::from_secs(30), 7);
        for ceiling in [8, 16, 30, 30] {
            let (wait, ceiling) = (backoff.next_wait_of_half_at_least(), Duration::from_secs(ceiling));
            assert!(ceiling / 2 <= wait && wait <= ceiling, "{wait:?} of {ceiling:?}");
        }
    }
}
