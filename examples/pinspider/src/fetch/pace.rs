//! The distance in time between two requests to the same host.

use std::time::Duration;

/// Reserves times for requests, which are at least a gap apart. Times are counted from any fixed
/// moment.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    next: Duration,
}

impl Pace {
    /// Reserves the next time, and returns how long to wait for it from `now`. The time after that
    /// is at least `gap` later.
    pub fn reserve(&mut self, now: Duration, gap: Duration) -> Duration {
        let wait = self.wait(now);
        self.next = now.saturating_add(wait).saturating_add(gap);
        wait
    }

    /// Returns how long the next request has to wait.
    pub fn wait(&self, now: Duration) -> Duration {
        self.next.saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn requests_are_a_gap_apart() {
        let mut pace = Pace::default();
        assert_eq!(pace.reserve(ms(100), ms(500)), ms(0));
        assert_eq!(pace.reserve(ms(100), ms(500)), ms(500));
        assert_eq!(pace.reserve(ms(300), ms(500)), ms(800));
        assert_eq!(pace.reserve(ms(5000), ms(500)), ms(0));
        assert_eq!(pace.reserve(ms(5100), ms(0)), ms(400));
    }
}
