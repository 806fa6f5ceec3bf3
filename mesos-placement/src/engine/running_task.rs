//! Tasks that run.

use std::sync::Arc;

use super::counter::Profile;

/// Whether a task waits, and its number if it runs. One that waits may replace a running one with
/// the same id.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) waits: bool,
    pub(crate) runs: Option<u64>,
}

/// A task that runs.
#[derive(Debug)]
pub(crate) struct RunningTask {
    pub(crate) id: Arc<str>,
    pub(crate) place: usize,
    pub(crate) footprint: Arc<Footprint>,
}

/// What a running task means to others. Tasks of one shape share it.
#[derive(Clone, Debug)]
pub(crate) struct Footprint {
    pub(crate) profile: Profile,
    /// What it uses, by the resource's name, in thousandths; of ports how many.
    pub(crate) uses: Vec<(String, i64)>,
    /// What it must stay away from, in [`Cluster::repelled`](super::Cluster::repelled).
    pub(crate) repels: Vec<usize>,
    /// Whether it wants its agent for itself.
    pub(crate) is_exclusive: bool,
    /// The id of its executor.
    pub(crate) executor: Option<String>,
}
