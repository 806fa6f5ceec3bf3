//! Counts of ended tasks.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::TaskState;

/// How many tasks have ended, by the state that their updates reported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ended(BTreeMap<TaskState, u64>);

impl Ended {
    /// Counts a task that has ended, in this state as far as is known.
    pub(crate) fn count(&mut self, state: TaskState) {
        *self.0.entry(state).or_default() += 1;
    }

    /// Returns how many tasks have ended in this state.
    pub(crate) fn of(&self, state: TaskState) -> u64 {
        self.0.get(&state).copied().unwrap_or(0)
    }
}
