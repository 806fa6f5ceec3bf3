//! How long to try to subscribe.

use std::time::Duration;

use crate::silence::Silence;

/// Measures for how long there has been no subscription.
#[derive(Debug)]
pub(super) struct Patience {
    down: Option<Silence>,
    was_subscribed: bool,
}

impl Patience {
    /// Starts without a subscription. There must be one within `most`, or at any time if `None`.
    pub(super) fn new(now: Duration, most: Option<Duration>) -> Self {
        Self { down: Some(Self::begins(now, most)), was_subscribed: false }
    }

    fn begins(now: Duration, most: Option<Duration>) -> Silence {
        Silence::new(now, most.unwrap_or(Duration::MAX))
    }

    /// Records that the driver is subscribed.
    pub(super) fn subscribed(&mut self) {
        (self.down, self.was_subscribed) = (None, true);
    }

    /// Records that the subscription is lost. There must be another one within `most`.
    pub(super) fn lost(&mut self, now: Duration, most: Option<Duration>) {
        self.down = Some(Self::begins(now, most));
    }

    /// Returns whether there has been a subscription.
    pub(super) fn was_subscribed(&self) -> bool {
        self.was_subscribed
    }

    /// Returns when the time is over.
    pub(super) fn end(&self) -> Option<Duration> {
        self.down.and_then(|down| down.end())
    }

    /// Returns whether the time is over. After a pause of the process it starts once more.
    pub(super) fn is_over(&mut self, now: Duration) -> bool {
        self.down.as_mut().is_some_and(|down| down.is_over(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn patience_restarts_with_each_loss() {
        let mut patience = Patience::new(Duration::ZERO, Some(MINUTE));
        assert_eq!((patience.end(), patience.was_subscribed()), (Some(MINUTE), false));
        assert!(!patience.is_over(MINUTE / 2) && patience.is_over(MINUTE));
        patience.subscribed();
        assert_eq!((patience.end(), patience.was_subscribed()), (None, true));
        assert!(!patience.is_over(MINUTE * 100));
        patience.lost(MINUTE * 100, Some(MINUTE));
        assert_eq!(patience.end(), Some(MINUTE * 101));
    }

    #[test]
    fn without_a_limit_it_never_ends() {
        let mut patience = Patience::new(Duration::ZERO, None);
        assert_eq!(patience.end(), None);
        assert!(!patience.is_over(Duration::MAX));
    }
}
