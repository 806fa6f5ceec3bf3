//! Tasks that each run to their end.

use crate::retry::Retry;
use crate::spec::{BatchPolicy, Kind, Policy, REPLACE_AFTER, Spec};
use crate::task::Task;
use crate::unit::Unit;

/// Tasks that each run to their end.
///
/// Each task runs **at least once**: one whose agent is lost is started again, although it may have
/// done its work. See [`at_most_once`](Self::at_most_once).
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Batch {
    pub(crate) name: String,
    pub(crate) tasks: Vec<Task>,
    pub(crate) policy: BatchPolicy,
    pub(crate) priority: i32,
}

impl Batch {
    /// Creates a batch. Its name has 1 to 100 of the characters `a` to `z`, `0` to `9`, `-` and
    /// `.`; a framework has one batch or service of a name.
    pub fn new(name: impl Into<String>, tasks: impl IntoIterator<Item = Task>) -> Self {
        let tasks = tasks.into_iter().collect();
        Self { name: name.into(), tasks, policy: BatchPolicy::default(), priority: 0 }
    }

    /// Sets how often tasks that fail are tried again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.policy.retry = retry;
        self
    }

    /// Sets how many tasks may run at the same time. The default is all.
    pub fn max_concurrent(mut self, tasks: usize) -> Self {
        self.policy.max_concurrent = Some(tasks);
        self
    }

    /// Sets which share of the tasks may fail, from 0 to 1. When more have failed, the others are
    /// stopped. By default, they continue.
    pub fn max_failure_ratio(mut self, ratio: f64) -> Self {
        self.policy.max_failure_ratio = Some(ratio);
        self
    }

    /// Starts no task again that may have run: one whose agent was lost ends as failed, although it
    /// may have done its work.
    pub fn at_most_once(mut self) -> Self {
        self.policy.at_most_once = true;
        self
    }

    /// Sets the priority. Of two tasks that fit an offer, the one whose batch or service has the
    /// greater priority gets it; those of the same priority have no order. Tasks that run are not
    /// stopped for others. The default is 0.
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }
}

impl From<Batch> for Spec {
    fn from(batch: Batch) -> Self {
        let Batch { name, tasks, policy, priority } = batch;
        let policy =
            Policy { kind: Kind::Batch(policy), priority, replace_after: REPLACE_AFTER, is_packed: false };
        let tasks: Vec<_> = tasks.into_iter().map(Unit::from).collect();
        Self { name, slots: tasks.len(), tasks, policy }
    }
}
