//! Executors that several tasks share.

use crate::Needs;

/// An executor: all tasks on an agent that name its id share it, and its resources are taken by the
/// first of them.
///
/// ```
/// use mesos_placement::{Executor, Needs, Task};
///
/// let worker = Executor::new("worker", Needs::new(0.1, 64.0));
/// let task = Task::new("work.1", Needs::new(1.0, 256.0)).executor(worker);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Executor {
    /// The executor's id.
    pub id: String,
    /// What it needs by itself, beside its tasks.
    pub needs: Needs,
}

impl Executor {
    /// Creates an executor with these needs.
    pub fn new(id: impl Into<String>, needs: Needs) -> Self {
        Self { id: id.into(), needs }
    }
}
