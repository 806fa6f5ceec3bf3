//! How long to wait before the next attempt.

use std::time::Duration;

use super::Settings;

/// Waits that double up to a limit, each drawn evenly from zero to that.
#[derive(Debug)]
pub(crate) struct Backoff {
    ceiling: Duration,
    first: Duration,
    longest: Duration,
    random: fastrand::Rng,
}

impl Backoff {
    pub(crate) fn new(settings: &Settings, seed: u64) -> Self {
        Self::between(settings.first_wait, settings.longest_wait, seed)
    }

    pub(crate) fn between(first: Duration, longest: Duration, seed: u64) -> Self {
        Self { ceiling: first, first, longest, random: fastrand::Rng::with_seed(seed) }
    }

    pub(crate) fn next_wait(&mut self) -> Duration {
        let share = self.random.f64();
        self.next_ceiling().mul_f64(share)
    }

    /// For what must not be repeated too soon.
    pub(crate) fn next_wait_of_half_at_least(&mut self) -> Duration {
        let share = 0.5 + self.random.f64() / 2.0;
        self.next_ceiling().mul_f64(share)
    }

    fn next_ceiling(&mut self) -> Duration {
        let doubled = if defect!(NoBackoff) { self.ceiling } else { self.longest.min(self.ceiling * 2) };
        std::mem::replace(&mut self.ceiling, doubled)
    }

    pub(crate) fn reset(&mut self) {
        self.ceiling = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v0back_v1delay_doubles_to_the_limit_with_jitter() {
        let settings = Settings::default();
        let mut backoff = Backoff::new(&settings, 7);
        let waits: Vec<_> = (0..50).map(|_| backoff.next_wait()).collect();
        assert!(waits[0] <= settings.first_wait && settings.first_wait == Duration::from_millis(500));
        assert!(waits.iter().all(|wait| *wait <= settings.longest_wait));
        assert!(waits[10..].iter().any(|wait| *wait > settings.longest_wait / 2));
        assert!(waits[10..].iter().any(|wait| *wait < settings.longest_wait / 4));
        backoff.reset();
        assert!(backoff.next_wait() <= settings.first_wait);
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
