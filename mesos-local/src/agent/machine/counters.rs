//! What has happened since this run of the agent began, for its metrics.

use mesos_sdk::proto::v1::TaskState;

use crate::tally::Tally;

/// How often it has happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Counters {
    pub(super) ended_tasks: Tally<TaskState>,
    pub(super) terminated_executors: u64,
    pub(super) launch_errors: u64,
    pub(super) updates: Validity,
    pub(super) messages: Validity,
}

/// How many were valid, and how many were not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Validity {
    pub(super) valid: u64,
    pub(super) invalid: u64,
}

impl Validity {
    pub(super) fn count(&mut self, is_valid: bool) {
        *(if is_valid { &mut self.valid } else { &mut self.invalid }) += 1;
    }
}
