//! The tasks that wait with the placer for their places.

use mesos_placement::{DiskType, Needs, PersistentNeed, Task as Wanted, VolumeNeed};

use super::run::Wait;
use super::turn::{Draft, Now};
use super::volumes::labels;
use super::{Core, WorkloadState};
use crate::constraints::{fitted, fitted_preference, on_other_hosts};
use crate::spec::UNRESERVED;
use crate::unit::Unit;

/// Returns the id of a slot in the placer.
pub(super) fn placer_id(name: &str, index: usize) -> String {
    format!("{name}/{index}")
}

/// Returns the slot with an id in the placer.
pub(super) fn slot_of(id: &str) -> Option<(&str, usize)> {
    let (name, index) = id.rsplit_once('/')?;
    Some((name, index.parse().ok()?))
}

impl Core {
    /// Gives the placer the tasks that may run now, in the order of priorities: it gives places in
    /// the order in which it gets the tasks.
    pub(super) fn fill_placer(&mut self, now: Now, draft: &mut Draft) {
        if self.is_unordered || self.is_overtaken() || self.is_outdated() {
            self.empty_placer();
        }
        let mut names: Vec<_> = self.workloads.iter().filter(|(_, workload)| workload.wants_more()).collect();
        names.sort_by_key(|(_, workload)| std::cmp::Reverse(workload.record.policy.priority));
        let names: Vec<_> = names.into_iter().map(|(name, _)| name.clone()).collect();
        for name in names {
            if let Some(workload) = self.workloads.get_mut(&name) {
                workload.fitted = workload.size();
            }
            while let Some(index) = self.workloads.get_mut(&name).and_then(WorkloadState::next) {
                self.give_to_placer(now, &name, index, draft);
            }
        }
    }

    /// Returns whether the placer has tasks with a smaller priority than that of one that it does
    /// not have yet.
    fn is_overtaken(&self) -> bool {
        let priority = |workload: &WorkloadState| workload.record.policy.priority;
        let next = self.workloads.values().filter(|workload| workload.wants_more()).map(priority).max();
        let placed = self.workloads.values().filter(|workload| workload.placed > 0).map(priority).min();
        next.zip(placed).is_some_and(|(next, placed)| next > placed)
    }

    /// Returns whether the placer has tasks of a service that had another number of instances when
    /// it got them: some constraints depend on it.
    fn is_outdated(&self) -> bool {
        self.workloads.values().any(|workload| workload.placed > 0 && workload.fitted != workload.size())
    }

    /// Takes all tasks back from the placer. It looks for each from the first one on, so they are
    /// taken back in its own order.
    fn empty_placer(&mut self) {
        self.is_unordered = false;
        for waiting in self.placer.explain() {
            self.placer.withdraw(&waiting.task);
            if let Some((name, index)) = slot_of(&waiting.task)
                && let Some(slot) = self.slot(name, index)
            {
                slot.wait = Wait::Held;
            }
        }
        for workload in self.workloads.values_mut().filter(|workload| workload.placed > 0) {
            (workload.placed, workload.cursor) = (0, 0);
        }
    }

    fn give_to_placer(&mut self, now: Now, name: &str, index: usize, draft: &mut Draft) {
        let Some(task) = self.workloads.get(name).and_then(|workload| workload.task(index)).cloned() else {
            return;
        };
        let (needs, roles) = self.with_volume(name, index, &task);
        let wanted = Wanted::new(placer_id(name, index), needs).group(name).roles(roles);
        let Some(workload) = self.workloads.get_mut(name) else { return };
        let mut wanted = workload.constrained(wanted, &task);
        wanted.version = workload.slots[index].version.to_string();
        workload.slots[index].wait = Wait::Placed;
        workload.placed += 1;
        self.demand.has_new = true;
        if let Err(error) = self.placer.submit(wanted) {
            workload.placed -= 1;
            self.refuse(now, (name, index), String::new(), error.to_string(), draft);
        }
    }

    /// Returns what a task needs, with its volume, and the roles whose resources it may use. A new
    /// volume is reserved from what is not reserved, by one operation for all of it.
    fn with_volume(&self, name: &str, index: usize, task: &Unit) -> (Needs, Vec<String>) {
        let needs = needs(task);
        match (task.volume(), self.volumes.kept(name, index)) {
            (None, _) => (needs, self.roles.clone()),
            (Some(volume), None) => {
                let volume = VolumeNeed::new(volume.megabytes, DiskType::Root);
                (needs.volume(volume), vec![UNRESERVED.to_owned()])
            }
            (Some(_), Some((id, _))) => {
                let mut volume = PersistentNeed::id(id);
                volume.labels = Some(labels(id, name, index));
                (needs.persistent(volume), self.roles.clone())
            }
        }
    }

    /// Keeps the reasons why tasks wait.
    pub(super) fn explain(&mut self) {
        self.workloads.values_mut().for_each(|workload| workload.refusals = None);
        if self.placer.waiting() == 0 {
            return;
        }
        for unplaced in self.placer.explain() {
            let Some((name, _)) = slot_of(&unplaced.task) else { continue };
            if let Some(workload) = self.workloads.get_mut(name) {
                workload.refusals.get_or_insert(unplaced.refusals);
            }
        }
    }
}

impl WorkloadState {
    /// Returns what waits for a place, with the constraints and preferences of its task.
    fn constrained(&self, mut wanted: Wanted, task: &Unit) -> Wanted {
        let constraints = task.constraints().iter().cloned();
        wanted.constraints.extend(constraints.map(|one| fitted(one, self.fitted)));
        let preferences = task.preferences().iter().cloned();
        wanted.preferences.extend(preferences.map(|one| fitted_preference(one, self.fitted)));
        wanted.preferences.extend(self.record.policy.is_spread().then(on_other_hosts));
        wanted
    }

    fn wants_more(&self) -> bool {
        let most = self.record.policy.max_concurrent();
        !self.record.is_stopping
            && self.cursor < self.slots.len()
            && self.progress.running + self.placed < most
    }

    /// Returns the next slot that waits for a place.
    fn next(&mut self) -> Option<usize> {
        if !self.wants_more() {
            return None;
        }
        let waits = |index: &usize| {
            let slot = &self.slots[*index];
            slot.wait == Wait::Held && slot.not_before.is_none()
        };
        let next = (self.cursor..self.slots.len()).find(waits);
        self.cursor = next.map_or(self.slots.len(), |index| index + 1);
        next
    }
}

fn needs(task: &Unit) -> Needs {
    let needs = Needs::default().dynamic_ports(task.ports().count());
    task.needs().into_iter().fold(needs, |needs, (name, amount)| needs.scalar(name, amount.as_f64()))
}
