//! What a rollout does next: it follows from the set of instances as they are.

use super::WorkloadState;
use super::run::{Phase, Run, Slot, Trial};
use super::version::Version;
use crate::update::Update;

/// What a rollout does next.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    /// How many instances it adds for as long as it lasts.
    pub(super) surge: usize,
    /// The instances that get the new version.
    pub(super) slots: Vec<usize>,
    /// The instances that it has added, and no longer needs.
    pub(super) retired: Vec<usize>,
}

/// How much an instance of another version is worth to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// It has no run, or one that is to end.
    None,
    Starting,
    Unreachable,
    Running,
}

impl WorkloadState {
    /// Returns what the rollout does next.
    ///
    /// At most `surge` and `missing` instances are on trial at the same time, and no instance that
    /// runs is stopped if fewer than those desired but `missing` would run. What the current master
    /// has not confirmed does not count as running, and is not stopped.
    pub(super) fn next_moves(&self) -> Moves {
        let (update, target) = (self.update(), self.record.rollout.target());
        let others: Vec<_> = self.instances_of(|version| version != target).collect();
        let left = others.iter().filter(|index| !self.slots[**index].is_surge).count();
        let floor = self.wanted().saturating_sub(update.missing);
        let mut spare = self.count_serving(target).saturating_sub(floor);
        let added: Vec<_> = self.instances_of(|_| true).filter(|index| self.slots[*index].is_surge).collect();
        let excess = added.len().saturating_sub(update.surge.min(left));
        let retired = self.may_stop(added.clone(), excess, &mut spare);
        let budget = self.budget(&update, target);
        let surge = self.missing_surge(&update, left, added.len()).min(budget);
        let others = others.into_iter().filter(|index| !retired.contains(index)).collect();
        let slots = self.may_stop(others, budget - surge, &mut spare);
        Moves { surge, slots, retired }
    }

    /// Returns those of these instances that may be stopped, up to a number: first those that do
    /// not run, then as many that run as can be spared.
    fn may_stop(&self, mut instances: Vec<usize>, mut most: usize, spare: &mut usize) -> Vec<usize> {
        instances.retain(|index| worth(&self.slots[*index]).is_some());
        instances.sort_by_key(|index| (worth(&self.slots[*index]), *index));
        let may_stop = |index: &usize| {
            let is_free = worth(&self.slots[*index]) != Some(Worth::Running);
            let stops = most > 0 && (is_free || *spare > 0);
            most -= usize::from(stops);
            *spare -= usize::from(stops && !is_free);
            stops
        };
        instances.into_iter().filter(may_stop).collect()
    }

    /// Returns how many more instances may be on trial.
    fn budget(&self, update: &Update, target: Version) -> usize {
        let on_trial = self.instances_of(|version| version == target).filter(|index| !self.is_well(*index));
        let most = update.surge.saturating_add(update.missing);
        let budget = most.saturating_sub(on_trial.count());
        match self.canaries() {
            Some(canaries) => {
                budget.min(canaries.saturating_sub(self.instances_of(|version| version == target).count()))
            }
            None => budget,
        }
    }

    /// Returns how many instances are to be added while so many are left that have another version.
    fn missing_surge(&self, update: &Update, left: usize, added: usize) -> usize {
        let used = self.slots.iter().filter(|slot| !slot.is_retired || slot.run.is_some()).count();
        let room = self.wanted().saturating_add(update.surge).saturating_sub(used);
        update.surge.min(left).saturating_sub(added).min(room)
    }

    /// Returns the canaries after which a rollout waits for promotion, unless it was promoted.
    fn canaries(&self) -> Option<usize> {
        let rollout = &self.record.rollout;
        let canaries = self.update().canaries;
        let waits = rollout.target() != rollout.stable && !rollout.is_promoted && canaries > 0;
        waits.then_some(canaries)
    }

    /// Returns whether the canaries run well, and nothing more happens before they are promoted.
    pub(super) fn awaits_promotion(&self) -> bool {
        let (target, Some(canaries)) = (self.record.rollout.target(), self.canaries()) else { return false };
        let new: Vec<_> = self.instances_of(|version| version == target).collect();
        let is_last = self.instances_of(|version| version != target).next().is_none();
        (new.len() >= canaries || is_last) && new.into_iter().all(|index| self.is_well(index))
    }

    /// Returns whether all instances have the version that they are to have, and run well.
    pub(super) fn is_rolled_out(&self) -> bool {
        let target = self.record.rollout.target();
        let mut wanted = (0..self.slots.len()).filter(|index| self.slots[*index].is_wanted());
        let is_done = wanted.all(|index| self.slots[index].version == target && self.is_well(index));
        is_done && (self.canaries().is_none() || self.wanted() == 0)
    }

    /// Returns how many instances are wanted, without those that a rollout adds.
    pub(super) fn wanted(&self) -> usize {
        self.slots.iter().filter(|slot| slot.is_wanted()).count()
    }

    /// Returns the instances, including those that a rollout adds, whose version is as wanted.
    fn instances_of(&self, is_so: impl Fn(Version) -> bool) -> impl Iterator<Item = usize> {
        let slots = self.slots.iter().enumerate();
        slots.filter(move |(_, slot)| !slot.is_retired && is_so(slot.version)).map(|(index, _)| index)
    }

    /// Returns how many instances run. One of the new version has to run for long enough.
    fn count_serving(&self, target: Version) -> usize {
        let serves = |index: &usize| {
            let slot = &self.slots[*index];
            slot.run.as_ref().is_some_and(Run::serves) && (slot.version != target || self.is_well(*index))
        };
        self.instances_of(|_| true).filter(serves).count()
    }

    /// Returns whether an instance has run for long enough, and still does.
    fn is_well(&self, index: usize) -> bool {
        self.slots[index].run.as_ref().is_some_and(|run| run.serves() && run.trial == Trial::Passed)
    }
}

/// Returns how much an instance is worth, unless it is not known what its run does.
fn worth(slot: &Slot) -> Option<Worth> {
    Some(match &slot.run {
        None => Worth::None,
        Some(run) if run.is_ending() => Worth::None,
        Some(run) if !run.is_confirmed => return None,
        Some(run) if run.serves() => Worth::Running,
        Some(Run { phase: Phase::Unreachable(_), .. }) => Worth::Unreachable,
        Some(_) => Worth::Starting,
    })
}
