//! Measures tasks: their states, and how long they take to start and to be acknowledged.

use std::collections::HashMap;
use std::time::Duration;

use super::acknowledgement::wanted;
use super::ages::Ages;
use crate::proto::v1::{TaskId, TaskState, TaskStatus};
use crate::session::measures::{self, Labels};

/// How many offers, tasks and unacknowledged updates are measured at a time. Further ones are not
/// counted.
pub(super) const MAX_REMEMBERED: usize = 100_000;

/// Measures tasks.
pub(super) struct TaskMeter {
    labels: Labels,
    /// The tasks that have not ended, at most [`MAX_REMEMBERED`]: their state, and when they were
    /// launched if they have not run since.
    tasks: HashMap<String, (TaskState, Option<Duration>)>,
    unacknowledged: Ages,
}

impl TaskMeter {
    pub(super) fn new(labels: Labels) -> Self {
        Self { labels, tasks: HashMap::new(), unacknowledged: Ages::new(MAX_REMEMBERED) }
    }

    /// Records that a task is launched.
    pub(super) fn launched(&mut self, now: Duration, task: &TaskId) {
        self.set(task, TaskState::Staging, Some(now));
    }

    /// Records an update.
    pub(super) fn updated(&mut self, now: Duration, status: &TaskStatus) {
        let (task, state) = (&status.task_id, status.state());
        measures::TASK_UPDATES.add(self.labels.with([("state", state.as_str_name())]), 1);
        match wanted(status) {
            Some(_) => self.unacknowledged.insert(&task.value, now),
            None => drop(self.unacknowledged.remove(&task.value)),
        }
        let launched = self.tasks.get(&task.value).and_then(|(_, launched)| *launched);
        if let (TaskState::Running, Some(launched)) = (state, launched) {
            let labels = self.labels.with([]);
            measures::TASK_START_DURATION.observe(labels, now.saturating_sub(launched));
        }
        match state.is_terminal() {
            true => self.remove(task),
            false => self.set(task, state, launched.filter(|_| state != TaskState::Running)),
        }
    }

    /// Records that the last update of a task is acknowledged.
    pub(super) fn acknowledged(&mut self, task: &TaskId) {
        self.unacknowledged.remove(&task.value);
    }

    /// Returns since when updates are not acknowledged, by task.
    pub(super) fn unacknowledged(&self) -> &Ages {
        &self.unacknowledged
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.unacknowledged.clear();
        for (state, _) in std::mem::take(&mut self.tasks).into_values() {
            self.count(state, -1.0);
        }
    }

    fn set(&mut self, task: &TaskId, state: TaskState, launched: Option<Duration>) {
        self.remove(task);
        if self.tasks.len() < MAX_REMEMBERED {
            self.tasks.insert(task.value.clone(), (state, launched));
            self.count(state, 1.0);
        }
    }

    fn remove(&mut self, task: &TaskId) {
        if let Some((state, _)) = self.tasks.remove(&task.value) {
            self.count(state, -1.0);
        }
    }

    fn count(&self, state: TaskState, change: f64) {
        let labels = self.labels.with([("state", state.as_str_name())]);
        measures::TASKS.gauge(labels).increment(change);
    }
}
