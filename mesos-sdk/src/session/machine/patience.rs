//! How long to try for a subscription.

use std::time::Duration;

use crate::silence::Silence;

/// How long there is no subscription, if there is none.
#[derive(Debug)]
pub(super) struct Patience {
    down: Option<Silence>,
    was_subscribed: bool,
}

impl Patience {
    /// There is no subscription yet, and there must be one within `most`; `None`: no matter when.
    pub(super) fn new(now: Duration, most: Option<Duration>) -> Self {
        Self { down: Some(Self::begins(now, most)), was_subscribed: false }
    }

    fn begins(now: Duration, most: Option<Duration>) -> Silence {
        Silence::new(now, most.unwrap_or(Duration::MAX))
    }

    /// The subscription stands.
    pub(super) fn subscribed(&mut self) {
        (self.down, self.was_subscribed) = (None, true);
    }

    /// The subscription is lost, and there must be another one within `most`.
    pub(super) fn lost(&mut self, now: Duration, most: Option<Duration>) {
        self.down = Some(Self::begins(now, most));
    }

    /// Whether there ever was a subscription.
    pub(super) fn was_subscribed(&self) -> bool {
        self.was_subscribed
    }

    /// When it ends, if it does.
    pub(super) fn end(&self) -> Option<Duration> {
        self.down.and_then(|down| down.end())
    }

    /// Whether it has ended. After a pause it begins again, once.
    pub(super) fn is_over(&mut self, now: Duration) -> bool {
        self.down.as_mut().is_some_and(|down| down.is_over(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn it_ends_without_a_subscription_and_begins_again_with_each_loss() {
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
