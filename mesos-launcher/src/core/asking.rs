//! When the master is asked for offers, and when for none.

use std::time::Duration;

use super::Core;
use super::timers::Timer;
use super::turn::{Draft, Effect, Now};

/// How often the master is asked for offers at most.
const REVIVE_EVERY: Duration = Duration::from_secs(5);
/// How often it is asked while tasks wait.
const REVIVE_WHILE_WAITING: Duration = Duration::from_secs(300);

/// What the master was asked for.
#[derive(Debug, Default)]
pub(super) struct Asking {
    /// Whether it was asked for no offers. The driver asks the next master as well.
    is_suppressed: bool,
    /// Whether tasks began to wait since it was asked for offers: its filters may hold back what
    /// fits them.
    pub(super) has_new: bool,
    /// When it may be asked again.
    next: Duration,
}

impl Core {
    /// Returns whether offers will be needed, now or when other tasks have ended.
    pub(super) fn has_more(&self) -> bool {
        self.batches.values().any(|batch| {
            !batch.record.is_stopping && batch.ends.len() + batch.progress.running < batch.slots.len()
        })
    }

    /// Asks for offers when tasks begin to wait, and for none when nothing is left to launch.
    pub(super) fn ask_for_offers(&mut self, now: Now, draft: &mut Draft) {
        let (has_more, waits, asking) = (self.has_more(), self.placer.waiting() > 0, &mut self.asking);
        if !self.is_subscribed || (!has_more && asking.is_suppressed) {
            return;
        }
        if !has_more {
            (asking.is_suppressed, asking.has_new) = (true, false);
            draft.at_once.push(Effect::Suppress);
        } else if waits && (asking.has_new || asking.is_suppressed) && now.monotonic >= asking.next {
            let next = now.monotonic.saturating_add(REVIVE_EVERY);
            *asking = Asking { is_suppressed: false, has_new: false, next };
            draft.at_once.push(Effect::Revive);
            self.set_timer(now, REVIVE_EVERY, Timer::MayRevive);
            self.set_timer(now, REVIVE_WHILE_WAITING, Timer::Revive);
        }
    }
}
