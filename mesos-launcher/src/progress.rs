//! The progress of batches, and the standing of services.

use std::sync::Arc;

use mesos_placement::Refusals;

use crate::rollout::Rollout;

/// The standing of a workload.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    /// Of a batch; of a service, only `tasks` and `running` are meaningful.
    pub(crate) progress: Progress,
    /// The desired number of instances of a service; `None` for a batch.
    pub(crate) desired: Option<usize>,
    /// The rollout of a service; `None` for a batch.
    pub(crate) rollout: Option<Rollout>,
    /// Whether all its slots have ended, and none will start again.
    pub(crate) has_ended: bool,
    /// Why its tasks wait.
    pub(crate) refusals: Option<Arc<Refusals>>,
}

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
