//! The demand for offers: when the master is sent REVIVE, and when SUPPRESS.

use std::time::Duration;

use super::Core;
use super::turn::{Draft, Effect, Now};

/// How often the master is asked for offers at most, and how soon after a call that failed.
const REVIVE_EVERY: Duration = Duration::from_secs(5);
/// How often it is asked while tasks wait: its filters may hold back what fits by now.
const REVIVE_WHILE_WAITING: Duration = Duration::from_secs(300);

/// What the master was asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Demand {
    /// Whether it was asked for no offers. The driver asks the next master as well.
    is_suppressed: bool,
    /// Whether tasks began to wait since it was asked for offers: its filters may hold back what
    /// fits them.
    pub(super) has_new: bool,
    /// When it may be asked for offers again.
    next: Duration,
    /// When it may be asked for anything, after a call that failed.
    retry: Duration,
    /// When it is asked for offers again while tasks wait.
    revive_at: Option<Duration>,
    /// When a turn is due because of it.
    pub(super) due: Option<Duration>,
}

impl Core {
    /// Returns whether offers will be needed, now or when other tasks have ended.
    pub(super) fn has_more(&self) -> bool {
        self.volumes.has_destroying()
            || self.workloads.values().any(|workload| {
                !workload.record.is_stopping
                    && workload.ends.len() + workload.idle.len() + workload.progress.running
                        < workload.slots.len()
            })
    }

    /// Asks for offers when tasks begin to wait, and for none when nothing is left to launch.
    pub(super) fn update_demand(&mut self, now: Now, draft: &mut Draft) {
        self.demand.due = None;
        match (
            self.is_subscribed,
            self.has_more(),
            self.placer.waiting() > 0 || self.volumes.has_destroying(),
        ) {
            (true, true, true) => self.demand.revive(now.monotonic, draft),
            (true, false, _) => self.demand.suppress(now.monotonic, draft),
            _ => {}
        }
    }

    /// Notes that a REVIVE or a SUPPRESS failed: it is repeated if it is still needed.
    pub(super) fn demand_failed(&mut self, now: Now) {
        let demand = &mut self.demand;
        (demand.is_suppressed, demand.has_new) = (false, true);
        demand.retry = now.monotonic.saturating_add(REVIVE_EVERY);
    }
}

impl Demand {
    fn revive(&mut self, now: Duration, draft: &mut Draft) {
        let at = match self.has_new || self.is_suppressed {
            true => self.next.max(self.retry),
            false => self.revive_at.unwrap_or(self.next),
        };
        if now < at {
            self.due = Some(at);
            return;
        }
        let revive_at = Some(now.saturating_add(REVIVE_WHILE_WAITING));
        let next = now.saturating_add(REVIVE_EVERY);
        *self = Self { next, revive_at, due: revive_at, ..Self::default() };
        draft.immediate.push(Effect::Revive);
    }

    fn suppress(&mut self, now: Duration, draft: &mut Draft) {
        if self.is_suppressed {
            return;
        }
        if now < self.retry {
            self.due = Some(self.retry);
            return;
        }
        (self.is_suppressed, self.has_new, self.revive_at) = (true, false, None);
        draft.immediate.push(Effect::Suppress);
    }
}
