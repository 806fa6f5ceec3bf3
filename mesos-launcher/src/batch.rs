//! Tasks that each run to their end.

use crate::retry::Retry;
use crate::task::Task;
use crate::terms::{BatchTerms, Kind, REPLACE_AFTER, Spec, Terms};

/// Tasks that each run to their end.
///
/// Each task runs **at least once**: one whose agent is lost is started again, although it may have
/// done its work. See [`at_most_once`](Self::at_most_once).
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Batch {
    pub(crate) name: String,
    pub(crate) tasks: Vec<Task>,
    pub(crate) terms: BatchTerms,
    pub(crate) priority: i32,
}

impl Batch {
    /// Creates a batch. Its name has 1 to 100 of the characters `a` to `z`, `0` to `9`, `-` and
    /// `.`; a framework has one batch or service of a name.
    pub fn new(name: impl Into<String>, tasks: impl IntoIterator<Item = Task>) -> Self {
        let tasks = tasks.into_iter().collect();
        Self { name: name.into(), tasks, terms: BatchTerms::default(), priority: 0 }
    }

    /// Sets how often tasks that fail are tried again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.terms.retry = retry;
        self
    }

    /// Sets how many tasks may run at the same time. The default is all.
    pub fn at_once(mut self, most: usize) -> Self {
        self.terms.at_once = Some(most);
        self
    }

    /// Sets which share of the tasks may fail, from 0 to 1. When more have failed, the others are
    /// stopped. By default, they continue.
    pub fn may_fail(mut self, share: f64) -> Self {
        self.terms.may_fail = Some(share);
        self
    }

    /// Starts no task again that may have run: one whose agent was lost ends as failed, although it
    /// may have done its work.
    pub fn at_most_once(mut self) -> Self {
        self.terms.at_most_once = true;
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
        let Batch { name, tasks, terms, priority } = batch;
        let terms = Terms { kind: Kind::Batch(terms), priority, replace_after: REPLACE_AFTER };
        Self { name, slots: tasks.len(), tasks, terms }
    }
}
