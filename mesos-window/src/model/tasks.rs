//! The tasks of a cluster, with the states that they had.

use std::collections::{BTreeMap, HashMap, VecDeque};

use mesos_sdk::proto::v1::master::event::TaskUpdated;
use mesos_sdk::proto::v1::{Task, TaskState, TaskStatus};

use super::limits::{MAX_ENDED_TASKS, MAX_HISTORY};

/// The ids of a task's framework and of the task.
pub(super) type Key = (String, String);

/// Tasks in the order in which they became known.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    by_number: BTreeMap<u64, Box<Task>>,
    numbers: HashMap<Key, u64>,
    /// Those that have ended, the oldest first. Some may have been replaced since.
    ended: VecDeque<u64>,
    counts: BTreeMap<&'static str, usize>,
    last: u64,
}

impl Tasks {
    /// Adds a task. One with the same ids is replaced.
    pub(super) fn add(&mut self, mut task: Box<Task>) {
        // A status may carry megabytes that nobody can read.
        task.statuses.iter_mut().for_each(|status| status.data = None);
        if task.statuses.len() > MAX_HISTORY {
            let more = task.statuses.len() - MAX_HISTORY;
            task.statuses.drain(1..=more);
        }
        let key = (task.framework_id.value.clone(), task.task_id.value.clone());
        if let Some(number) = self.numbers.get(&key).copied() {
            self.forget(number);
        }
        self.last += 1;
        *self.counts.entry(task.state().as_str_name()).or_default() += 1;
        let is_over = task.state().is_terminal();
        self.numbers.insert(key, self.last);
        self.by_number.insert(self.last, task);
        if is_over {
            self.end(self.last);
        }
    }

    /// Returns whether an update is like the one before it, as after a check with the same result.
    pub(super) fn is_repeated(&self, update: &TaskUpdated) -> bool {
        let contents = |status: &TaskStatus| {
            (status.state, status.healthy, status.message.clone(), status.check_status.clone())
        };
        let task = self.get(&update.framework_id.value, &update.status.task_id.value);
        task.filter(|task| task.state == update.state)
            .and_then(|task| task.statuses.last())
            .is_some_and(|last| contents(last) == contents(&update.status))
    }

    /// Gives a task its new state. Returns the task, if it is known.
    pub(super) fn update(
        &mut self,
        framework: &str,
        mut status: TaskStatus,
        state: TaskState,
    ) -> Option<&Task> {
        status.data = None;
        let key = (framework.to_owned(), status.task_id.value.clone());
        let number = *self.numbers.get(&key)?;
        let task = self.by_number.get_mut(&number)?;
        let was_over = task.state().is_terminal();
        uncount(&mut self.counts, task.state());
        *self.counts.entry(state.as_str_name()).or_default() += 1;
        task.state = state.into();
        // An update that is sent again is the same state.
        let is_new = status.uuid.is_none() || task.statuses.iter().all(|known| known.uuid != status.uuid);
        if is_new {
            task.statuses.push(status);
        }
        if task.statuses.len() > MAX_HISTORY {
            task.statuses.remove(1);
        }
        if state.is_terminal() && !was_over {
            self.end(number);
        }
        self.by_number.get(&number).map(|task| &**task)
    }

    /// Returns a task by its framework's id and its own.
    pub(super) fn get(&self, framework: &str, task: &str) -> Option<&Task> {
        let number = self.numbers.get(&(framework.to_owned(), task.to_owned()))?;
        self.by_number.get(number).map(|task| &**task)
    }

    /// Returns the tasks, newest first.
    pub(super) fn newest(&self) -> impl Iterator<Item = &Task> {
        self.by_number.values().rev().map(|task| &**task)
    }

    /// Returns how many tasks are in each state.
    pub(super) fn counts(&self) -> &BTreeMap<&'static str, usize> {
        &self.counts
    }

    pub(super) fn len(&self) -> usize {
        self.by_number.len()
    }

    fn end(&mut self, number: u64) {
        self.ended.push_back(number);
        if self.ended.len() > MAX_ENDED_TASKS
            && let Some(oldest) = self.ended.pop_front()
            && self.by_number.get(&oldest).is_some_and(|task| task.state().is_terminal())
        {
            self.forget(oldest);
        }
    }

    fn forget(&mut self, number: u64) {
        if let Some(task) = self.by_number.remove(&number) {
            uncount(&mut self.counts, task.state());
            self.numbers.remove(&(task.framework_id.value, task.task_id.value));
        }
    }
}

fn uncount(counts: &mut BTreeMap<&'static str, usize>, state: TaskState) {
    if let Some(count) = counts.get_mut(state.as_str_name()) {
        *count -= 1;
        if *count == 0 {
            counts.remove(state.as_str_name());
        }
    }
}
