//! What a round has placed.

use mesos_placement::{Assignment, Round};

/// What came of a workload.
#[derive(Clone, Copy, Default)]
pub(crate) struct Outcome {
    pub(crate) placed: usize,
    /// How many of those have GPUs.
    pub(crate) with_gpus: usize,
    pub(crate) agents: usize,
}

impl Outcome {
    pub(crate) fn of(round: &Round) -> Self {
        let has_gpus = |assignment: &&Assignment| assignment.resources.iter().any(|one| one.name == "gpus");
        Self {
            placed: round.assigned.len(),
            with_gpus: round.assigned.iter().filter(has_gpus).count(),
            agents: round.accepts().len(),
        }
    }
}
