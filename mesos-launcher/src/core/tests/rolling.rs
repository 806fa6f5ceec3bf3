//! What must hold of rollouts, by what is stored before and after a turn.

use std::collections::BTreeSet;

use mesos_sdk::proto::v1::{TaskInfo, TaskState};

use super::super::records::{WorkloadRecord, read, task};
use super::super::rollout::{Rollout, Stage};
use super::super::run::{Phase, Run, Slot};
use super::super::{Input, Now};
use super::checks::slot_of;
use crate::store::Records;
use crate::task::Command;
use crate::unit::Unit;
use crate::update::Update;

/// A service as it is stored.
struct Stored {
    record: WorkloadRecord,
    update: Update,
    slots: Vec<Slot>,
}

impl Stored {
    fn of(store: &Records) -> Option<Self> {
        let record: WorkloadRecord = read(store, "workload/b").unwrap()?;
        let update = record.policy.service()?.update.clone();
        let slots = (0..record.slots).map(|number| slot_of(number, store).unwrap_or_default()).collect();
        Some(Self { record, update, slots })
    }

    fn rollout(&self) -> &Rollout {
        &self.record.rollout
    }

    /// The instances that are wanted, and those that a rollout has added.
    fn kept(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| !slot.is_retired)
    }

    fn wanted(&self) -> usize {
        self.kept().filter(|slot| !slot.is_surge).count()
    }

    fn stays(&self, slot: &Slot) -> bool {
        !self.record.is_stopping && slot.run.as_ref().is_some_and(|run| !run.is_to_end)
    }
}

/// Returns the rollout of the service, if there is one.
pub(super) fn rollout_of(store: &Records) -> Option<Rollout> {
    Stored::of(store).filter(|service| !service.record.is_stopping).map(|service| service.record.rollout)
}

/// Returns whether all instances have the version that they are to have.
pub(super) fn has_settled(store: &Records) -> bool {
    let Some(service) = Stored::of(store).filter(|service| !service.record.is_stopping) else { return true };
    let stable = service.rollout().stable;
    let is_stable = |slot: &Slot| {
        let run = slot.run.as_ref().is_none_or(|run| run.version == stable);
        run && slot.version == stable && !slot.is_surge
    };
    !service.rollout().is_open() && service.kept().all(is_stable)
}

/// A rollout adds no more instances than its surge, and none is left of it.
pub(super) fn check_surge(store: &Records) {
    let Some(service) = Stored::of(store) else { return };
    let surge = service.kept().filter(|slot| slot.is_surge).count();
    assert!(surge <= service.update.surge, "{surge} instances were added");
    assert!(surge == 0 || service.rollout().is_open(), "{surge} instances are left of a rollout");
}

/// A task is of the version that is recorded.
pub(super) fn check_version(launched: &TaskInfo, run: &Run, store: &Records) {
    if Stored::of(store).is_none() {
        return;
    }
    let recorded: Unit =
        read(store, &task("b", run.version.record())).unwrap().expect("its version is stored");
    let line = launched.command.as_ref().unwrap().value();
    let wanted = Command::Shell(line.to_owned());
    assert!(recorded.tasks().any(|task| task.command == wanted), "{}", run.task_id);
}

/// A turn with at most one input.
pub(super) struct RolloutTurn<'t> {
    before: Stored,
    after: Stored,
    now: Now,
    /// The tasks that the current master has confirmed.
    confirmed: &'t BTreeSet<String>,
}

impl<'t> RolloutTurn<'t> {
    pub(super) fn new(
        before: &Records,
        after: &Records,
        now: Now,
        confirmed: &'t BTreeSet<String>,
    ) -> Option<Self> {
        let (before, after) = (Stored::of(before)?, Stored::of(after)?);
        Some(Self { before, after, now, confirmed })
    }

    pub(super) fn check(&self, input: Option<&Input>) {
        if !input.is_some_and(Input::is_command) {
            self.check_stages();
            self.check_failures(input);
        }
        let keeps_some = self.before.slots.iter().any(|slot| self.before.stays(slot));
        let (moved, added) = (self.moved(), self.added());
        if keeps_some {
            self.check_needed(&self.retired());
        }
        if keeps_some && (!moved.is_empty() || added > 0) {
            assert!(!self.after.rollout().is_paused, "a paused rollout moves on");
            // Somebody may start again what is not confirmed.
            if !matches!(input, Some(Input::Restart(..))) {
                self.check_moved(&moved);
            }
            self.check_trials();
            self.check_canaries();
        }
        let used = self.after.slots.iter().filter(|slot| !slot.is_retired || slot.run.is_some()).count();
        let most = self.after.wanted() + self.after.update.surge;
        assert!(added == 0 || used <= most, "{used} instances may run, and {most} are allowed");
    }

    /// By itself, a rollout goes forward, then back, and no further.
    fn check_stages(&self) {
        let (before, after) = (self.before.rollout(), self.after.rollout());
        let is_allowed = match (before.stage, after.stage) {
            (Stage::Rolling, Stage::RollingBack | Stage::RolledBack) => after.reason.is_some(),
            (Stage::Rolling, Stage::Done) | (Stage::RollingBack, Stage::RolledBack) => !before.is_paused,
            (before, after) => before == after,
        };
        assert!(is_allowed, "{before:?} becomes {after:?}");
    }

    /// Only failures of the program count, and of the version that instances are to have.
    fn check_failures(&self, input: Option<&Input>) {
        let (before, after) = (self.before.rollout(), self.after.rollout());
        let Some(Input::Update(status, _)) = input.filter(|_| before.is_active()) else { return };
        let is_known = |slot: &Slot| {
            let run = slot.run.as_ref().filter(|run| run.task_id == status.task_id.value);
            run.is_some_and(|run| run.version == before.target() && !run.is_to_end)
        };
        let is_failure = matches!(status.state(), TaskState::Failed | TaskState::Finished)
            && self.before.slots.iter().any(is_known);
        let is_counted = after.stage != before.stage || after.is_paused || after.failures > before.failures;
        assert!(!is_failure || is_counted || !self.before.stays_open(), "{status:?} is not counted");
        let is_back =
            before.stage == Stage::Rolling && matches!(after.stage, Stage::RollingBack | Stage::RolledBack);
        let is_blamed = is_back || after.failures > before.failures;
        assert!(!is_blamed || is_failure, "{status:?} is counted");
    }

    /// Returns the instances, before and after, whose runs do not end in this turn.
    fn pairs(&self) -> impl Iterator<Item = (&Slot, &Slot)> {
        let pairs = self.before.slots.iter().zip(&self.after.slots);
        let task = |slot: &Slot| slot.run.as_ref().map(|run| run.task_id.clone());
        pairs.filter(move |(before, after)| before.run.is_none() || task(before) == task(after))
    }

    /// Returns the instances that get another version: as they were before.
    fn moved(&self) -> Vec<&Slot> {
        let pairs = self.pairs();
        let moved = pairs.filter(|(before, after)| {
            !before.is_retired && !after.is_retired && before.version != after.version
        });
        moved.map(|(before, _)| before).collect()
    }

    /// Returns the instances that the rollout had added, and stops.
    fn retired(&self) -> Vec<&Slot> {
        let pairs = self.before.slots.iter().zip(&self.after.slots);
        let retired =
            pairs.filter(|(before, after)| before.is_surge && !before.is_retired && after.is_retired);
        retired.map(|(before, _)| before).collect()
    }

    /// Returns how many instances the rollout adds.
    fn added(&self) -> usize {
        let is_new = |(number, slot): &(usize, &Slot)| {
            let before = self.before.slots.get(*number);
            slot.is_surge && !slot.is_retired && before.is_none_or(|before| before.is_retired)
        };
        self.after.slots.iter().enumerate().filter(is_new).count()
    }

    fn serves(&self, slot: &Slot) -> bool {
        slot.run.as_ref().is_some_and(|run| {
            let is_known = self.confirmed.contains(&run.task_id);
            is_known && run.phase == Phase::Running && run.well.is_some() && !run.is_to_end
        })
    }

    fn is_well(&self, slot: &Slot) -> bool {
        let well = slot.run.as_ref().and_then(|run| run.well);
        self.serves(slot) && well.is_some_and(|well| self.now.wall >= well + self.after.update.healthy_for)
    }

    /// Nothing is stopped of which it is not known whether it is needed.
    fn check_moved(&self, moved: &[&Slot]) {
        for slot in moved.iter().filter(|slot| self.before.stays(slot)) {
            let run = slot.run.as_ref().unwrap();
            assert!(self.confirmed.contains(&run.task_id), "{run:?} is stopped, and not confirmed");
        }
        self.check_needed(moved);
    }

    /// Nothing is stopped that is needed.
    fn check_needed(&self, stopped: &[&Slot]) {
        let target = self.after.rollout().target();
        let serves = |slot: &&Slot| self.serves(slot) && (slot.version != target || self.is_well(slot));
        let serving = self.after.kept().filter(serves).count();
        let floor = self.after.wanted().saturating_sub(self.after.update.missing);
        for slot in stopped.iter().filter(|slot| self.before.stays(slot) && self.serves(slot)) {
            assert!(serving >= floor, "{slot:?} is stopped, and {serving} run");
        }
    }

    fn check_trials(&self) {
        let target = self.after.rollout().target();
        let trials = self.after.kept().filter(|slot| slot.version == target && !self.is_well(slot)).count();
        let most = self.after.update.surge + self.after.update.missing;
        assert!(trials <= most, "{trials} instances are on trial, and {most} may be");
    }

    fn check_canaries(&self) {
        let (rollout, canaries) = (self.after.rollout(), self.after.update.canaries);
        if rollout.target() == rollout.stable || rollout.is_promoted || canaries == 0 {
            return;
        }
        let new = self.after.kept().filter(|slot| slot.version == rollout.target()).count();
        assert!(new <= canaries, "{new} canaries");
    }
}

impl Stored {
    fn stays_open(&self) -> bool {
        self.rollout().is_active() && !self.record.is_stopping
    }
}
