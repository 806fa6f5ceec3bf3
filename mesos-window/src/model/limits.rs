//! How much of a cluster is kept.

/// How many tasks that have ended are kept; then the oldest goes.
pub(super) const MAX_ENDED_TASKS: usize = 20_000;
/// How many frameworks that have ended are kept.
pub(super) const MAX_ENDED_FRAMEWORKS: usize = 200;
/// How many states of one task are kept: its first one, and the last ones.
pub(super) const MAX_HISTORY: usize = 32;
/// How many entries the event log has.
pub(super) const MAX_LOG: usize = 2_000;
/// How many rows one request gets at most.
pub(super) const MAX_ROWS: usize = 500;
