//! The distance in time between two requests to the same host.

use std::time::Duration;

/// Gives out turns that are at least a gap apart. Times are counted from any fixed moment.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    next: Duration,
}

impl Pace {
    /// Takes the next turn, the one after it being no sooner than `gap` later; how long to wait for
    /// it from `now`.
    pub fn turn(&mut self, now: Duration, gap: Duration) -> Duration {
        let wait = self.ahead(now);
        self.next = now.saturating_add(wait).saturating_add(gap);
        wait
    }

    /// Returns how far the next turn is ahead.
    pub fn ahead(&self, now: Duration) -> Duration {
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
    fn turns_are_a_gap_apart() {
        let mut pace = Pace::default();
        assert_eq!(pace.turn(ms(100), ms(500)), ms(0));
        assert_eq!(pace.turn(ms(100), ms(500)), ms(500));
        assert_eq!(pace.turn(ms(300), ms(500)), ms(800));
        assert_eq!(pace.turn(ms(5000), ms(500)), ms(0));
        assert_eq!(pace.turn(ms(5100), ms(0)), ms(400));
    }
}
