//! Tasks that wait, start and end.

use std::sync::Arc;

use super::cluster::Cluster;
use super::running_task::RunningTask;
use super::usage::Usage;

impl Cluster {
    /// Returns the number of a running task.
    pub(crate) fn number_of(&self, id: &str) -> Option<u64> {
        self.known.get(id)?.runs
    }

    /// Notes that a task waits. Returns whether that is new.
    pub(crate) fn add_waiting(&mut self, id: Arc<str>) -> bool {
        !std::mem::replace(&mut self.known.entry(id).or_default().waits, true)
    }

    /// Notes that a task has stopped waiting. Returns whether it was waiting.
    pub(crate) fn remove_waiting(&mut self, id: &str) -> bool {
        let Some(known) = self.known.get_mut(id) else { return false };
        let did_wait = std::mem::take(&mut known.waits);
        if known.runs.is_none() {
            self.known.remove(id);
        }
        did_wait
    }

    /// Adds a task that waited and has its place now.
    pub(crate) fn add_placed(&mut self, task: RunningTask) {
        self.add(task, false);
    }

    /// Adds a task that runs, or replaces the one with the same id.
    pub(crate) fn add_running(&mut self, task: RunningTask) {
        self.add(task, true);
    }

    fn add(&mut self, task: RunningTask, may_wait: bool) {
        let number = self.next_number;
        self.next_number += 1;
        let known = self.known.entry(Arc::clone(&task.id)).or_default();
        known.waits &= may_wait;
        if let Some(earlier) = known.runs.replace(number) {
            self.end(earlier);
        }
        let state = &mut self.agents[task.place];
        // Numbers only grow.
        state.tasks.push(number);
        task.footprint.executor.iter().for_each(|executor| state.executors.add_task(executor));
        state.used.add(&task.footprint.uses);
        Usage::add_to(&mut self.groups, &task.footprint.profile.group, &task.footprint.uses);
        self.note_change(task.place);
        self.running.insert(number, task);
        self.count(number, true);
    }

    pub(crate) fn remove_running(&mut self, id: &str) -> bool {
        let Some(known) = self.known.get_mut(id) else { return false };
        let Some(number) = known.runs.take() else { return false };
        if !known.waits {
            self.known.remove(id);
        }
        self.end(number);
        true
    }

    /// Forgets a task that has ended.
    fn end(&mut self, number: u64) {
        self.count(number, false);
        let Some(task) = self.running.remove(&number) else { return };
        let state = &mut self.agents[task.place];
        state.tasks.retain(|task| *task != number);
        state.used.subtract(&task.footprint.uses);
        if let Some(executor) = &task.footprint.executor {
            state.used.subtract(&state.executors.remove_task(executor));
        }
        Usage::subtract_from(&mut self.groups, &task.footprint.profile.group, &task.footprint.uses);
        self.releases += 1;
        self.note_change(task.place);
        self.free_if_unused(task.place);
    }

    /// Adds a running task to the counts, or removes it from them.
    pub(crate) fn count(&mut self, number: u64, counts: bool) {
        let Some(task) = self.running.get(&number) else { return };
        let (place, footprint) = (task.place, &task.footprint);
        for counter in self.counters.that_may_take(&footprint.profile) {
            let counted = &self.counters.get(counter).counted;
            if counted.takes(&footprint.profile) && self.is_within(counted, place) {
                let value = self.keys[counted.key].of(place);
                self.counters.set(counter, number, value, counts);
            }
        }
        for repelled in &footprint.repels {
            let value = self.keys[self.repelled.get(*repelled).counted.key].of(place);
            self.repelled.set(*repelled, number, value, counts);
        }
        let (one, state) = (if counts { 1 } else { -1 }, &mut self.agents[place]);
        state.counted_tasks = state.counted_tasks.saturating_add_signed(one);
        state.exclusive_tasks =
            state.exclusive_tasks.saturating_add_signed(if footprint.is_exclusive { one } else { 0 });
    }
}
