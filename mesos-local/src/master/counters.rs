//! What has happened since the master began.

use crate::ended::Ended;

/// How often it has happened.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) ended_tasks: Ended,
    pub(super) agent_registrations: u64,
    pub(super) agent_reregistrations: u64,
    pub(super) agent_removals: u64,
}
