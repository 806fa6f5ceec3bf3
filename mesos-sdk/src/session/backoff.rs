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
        let (first, longest) = (settings.first_wait, settings.longest_wait);
        Self { ceiling: first, first, longest, random: fastrand::Rng::with_seed(seed) }
    }

    pub(crate) fn next_wait(&mut self) -> Duration {
        let wait = self.ceiling.mul_f64(self.random.f64());
        self.ceiling = self.longest.min(self.ceiling * 2);
        wait
    }

    pub(crate) fn reset(&mut self) {
        self.ceiling = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v0back_doubles_to_the_limit_with_jitter() {
        let settings = Settings::default();
        let mut backoff = Backoff::new(&settings, 7);
        let waits: Vec<_> = (0..50).map(|_| backoff.next_wait()).collect();
        assert!(waits[0] <= settings.first_wait);
        assert!(waits.iter().all(|wait| *wait <= settings.longest_wait));
        assert!(waits[10..].iter().any(|wait| *wait > settings.longest_wait / 2));
        assert!(waits[10..].iter().any(|wait| *wait < settings.longest_wait / 4));
        backoff.reset();
        assert!(backoff.next_wait() <= settings.first_wait);
    }
}
