//! Statuses that waitpid gives.

/// After `exit(1)`.
pub(super) const EXIT_FAILURE: i32 = 1 << 8;
/// Of a nested container whose program can't be executed: Mesos' launcher notes the status 256
/// twice, without a space in between, and the agent reads it as one number.
pub(super) const NOT_EXECUTED: i32 = 256_256;
/// After SIGKILL.
pub(super) const KILLED: i32 = 9;
/// After SIGABRT.
pub(super) const ABORTED: i32 = 6;
