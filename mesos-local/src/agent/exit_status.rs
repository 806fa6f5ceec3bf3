//! Statuses that waitpid gives.

/// After `exit(1)`.
pub(super) const EXIT_FAILURE: i32 = 1 << 8;
/// After SIGKILL.
pub(super) const KILLED: i32 = 9;
/// After SIGABRT.
pub(super) const ABORTED: i32 = 6;
