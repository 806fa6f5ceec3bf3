//! How far batches are.

/// How far a batch is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many tasks it has.
    pub tasks: usize,
    /// How many of them are launched, and have not ended.
    pub running: usize,
    /// How many have succeeded.
    pub finished: usize,
    /// How many have failed, and are not tried again.
    pub failed: usize,
    /// How many were stopped.
    pub stopped: usize,
}

impl Progress {
    /// Returns whether all tasks have ended.
    pub fn has_ended(&self) -> bool {
        self.finished + self.failed + self.stopped == self.tasks
    }
}
