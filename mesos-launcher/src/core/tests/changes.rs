//! What a turn may change.

use std::time::Duration;

use super::super::run::{Phase, Slot};
use super::super::{Now, Turn};
use super::checks::slot_of;
use crate::store::{Change, Records};

/// For how long nothing is replaced while very many are unreachable.
pub(super) const HOLD: Duration = Duration::from_secs(1800);

/// Returns whether a run that is unreachable since this time is one of very many.
pub(super) fn is_storm(since: Duration, times: impl Iterator<Item = Duration>, all: usize) -> bool {
    let minute = Duration::from_secs(60);
    let (mut before, mut after) = (0, 0);
    for time in times {
        before += usize::from(time <= since && time + minute >= since);
        after += usize::from(time >= since && time <= since + minute);
    }
    before.max(after) >= 10 && before.max(after) * 10 > all * 3
}

/// The slots before and after a turn with at most one input.
pub(super) struct Changes {
    before: Vec<Slot>,
    after: Vec<Slot>,
}

impl Changes {
    pub(super) fn new(turn: &Turn, store: &Records) -> Self {
        let mut changed = store.clone();
        Change::apply_all(turn.changes.clone(), &mut changed);
        let slots = |store: &Records| {
            (0..12).map(|number| slot_of(number, store).unwrap_or_default()).collect::<Vec<_>>()
        };
        Self { before: slots(store), after: slots(&changed) }
    }

    pub(super) fn check(&self, now: Now, is_timer: bool) {
        for (before, after) in self.before.iter().zip(&self.after) {
            Self::failures_are_forgotten(before, after, now);
            if !before.is_retired && after.is_retired && !before.is_surge {
                self.others_run_too(before);
            }
            // A rollout does not wait for what it has added, and no longer needs.
            let is_left = before.is_surge && (after.is_retired || !after.is_surge);
            if is_timer && !is_left {
                self.is_replaced_late(before, after, now);
            }
        }
    }

    /// An instance that was well for a minute begins with the first back-off again.
    fn failures_are_forgotten(before: &Slot, after: &Slot, now: Now) {
        let Some(run) = before.run.as_ref().filter(|run| run.well.is_some() && after.last_end.is_some())
        else {
            return;
        };
        let is_long = run.well.is_some_and(|well| now.wall >= well + Duration::from_secs(60));
        let failures = after.program_failures + after.platform_failures;
        if is_long && after.run.is_none() {
            assert!(failures < 2, "{run:?} was well, and {failures} failures count");
        }
    }

    /// A running instance is not wanted any more only if those that are wanted run as well.
    fn others_run_too(&self, retired: &Slot) {
        let runs =
            |slot: &Slot| slot.run.as_ref().is_some_and(|run| run.phase == Phase::Running && !run.is_to_end);
        for (before, after) in self.before.iter().zip(&self.after) {
            let is_kept = !after.is_retired && before.run.is_some();
            assert!(!runs(retired) || !is_kept || runs(before), "{retired:?} ends, and {before:?} stays");
        }
    }

    fn is_replaced_late(&self, before: &Slot, after: &Slot, now: Now) {
        let Some(run) = before.run.as_ref().filter(|_| after.run.is_none()) else { return };
        let Phase::Unreachable(since) = run.phase else { return };
        let runs: Vec<_> = self.before.iter().filter_map(|slot| slot.run.as_ref()).collect();
        let times = runs.iter().filter_map(|run| match run.phase {
            Phase::Unreachable(since) => Some(since),
            _ => None,
        });
        let after = if is_storm(since, times, runs.len()) { HOLD } else { Duration::from_secs(300) };
        assert!(now.wall >= since + after, "{run:?} is replaced too early");
    }
}
