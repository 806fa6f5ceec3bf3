//! A scheduler whose process is stopped: it reads nothing, and learns of everything at once when it
//! resumes.

use std::time::Duration;

use super::requests::CONNECT_TIMEOUT;
use crate::world::Inner;

impl Inner {
    /// Records that the process is stopped.
    pub(crate) fn frozen(&mut self, life: u32) {
        let now = self.now();
        self.note(format_args!("S{life} is frozen"));
        self.life(life).frozen.get_or_insert(now);
    }

    /// Records that the process resumes. Whatever was due in the meantime is due only from now on.
    pub(crate) fn thawed(&mut self, life: u32) {
        let now = self.now();
        self.note(format_args!("S{life} is thawed"));
        let known = self.life(life);
        let Some(frozen) = known.frozen.take() else { return };
        (known.thawed, known.troubled, known.gave_up, known.responded) = (now, now, now, now);
        (known.unopened, known.hangs_until) = (now, known.hangs_until.max(now + CONNECT_TIMEOUT));
        if known.lost.is_some_and(|(at, _)| at >= frozen) {
            // The driver does not know how long the subscription stood.
            known.lost = None;
        }
        known.last_status.values_mut().filter(|at| **at >= frozen).for_each(|at| *at = now);
        if let Some(subscription) = known.subscription.as_mut().filter(|known| known.since >= frozen) {
            subscription.since = now;
        }
    }
}

impl super::Life {
    /// Returns when the driver reads what arrives now. Everything that arrives while the process is
    /// stopped is read at once.
    pub(super) fn reads_at(&self, now: Duration) -> Duration {
        self.frozen.unwrap_or(now)
    }
}
