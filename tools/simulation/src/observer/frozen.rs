//! A scheduler whose process is stopped: it reads nothing, and learns at once of all that has come when it goes on.

use std::time::Duration;

use super::requests::CONNECT_TIMEOUT;
use crate::world::Inner;

impl Inner {
    /// The process is stopped.
    pub(crate) fn frozen(&mut self, life: u32) {
        let now = self.now();
        self.note(format_args!("S{life} is frozen"));
        self.life(life).frozen.get_or_insert(now);
    }

    /// It goes on. What was to happen within a time had no time for it until now.
    pub(crate) fn thawed(&mut self, life: u32) {
        let now = self.now();
        self.note(format_args!("S{life} is thawed"));
        let known = self.life(life);
        let Some(frozen) = known.frozen.take() else { return };
        (known.thawed, known.troubled, known.gave_up, known.answered) = (now, now, now, now);
        (known.unopened, known.hangs_until) = (now, known.hangs_until.max(now + CONNECT_TIMEOUT));
        if known.lost.is_some_and(|(at, _)| at >= frozen) {
            // Whether it stood for long was not seen by the driver.
            known.lost = None;
        }
        known.told.values_mut().filter(|at| **at >= frozen).for_each(|at| *at = now);
        if let Some(subscription) = known.subscription.as_mut().filter(|known| known.since >= frozen) {
            subscription.since = now;
        }
    }
}

impl super::Life {
    /// When what comes now is read, as far as the order of things goes: while the process is stopped, all at once.
    pub(super) fn reads_at(&self, now: Duration) -> Duration {
        self.frozen.unwrap_or(now)
    }
}
