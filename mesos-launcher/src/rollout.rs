//! The state of rollouts.

use std::fmt;

/// How far the rollout of a service is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rollout {
    /// What it does.
    pub state: RolloutState,
    /// The number of the version that was submitted last, from 1.
    pub version: usize,
    /// The version that all instances had last, to which a rollout rolls back.
    pub previous: usize,
    /// How many failures of the instances that it has started count.
    pub failures: u32,
    /// Why it was rolled back or paused.
    pub reason: Option<String>,
}

/// What a rollout does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RolloutState {
    /// All instances have the version that was submitted last.
    #[default]
    Done,
    /// It gives instances the version that was submitted last.
    Rolling,
    /// Its canaries run, and it waits for
    /// [`promote`](crate::ServiceHandle::promote).
    AwaitingPromotion,
    /// It waits for [`resume`](crate::ServiceHandle::resume), because it was paused by
    /// request, or because it has failed.
    Paused,
    /// It gives instances the version that they had before.
    RollingBack,
    /// All instances have the version that they had before, because the new one has failed, or
    /// by request.
    RolledBack,
}

impl RolloutState {
    /// Returns whether the rollout has ended or is paused: it makes no progress by itself.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::RolledBack | Self::Paused)
    }
}

impl fmt::Display for RolloutState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Done => "done",
            Self::Rolling => "rolling",
            Self::AwaitingPromotion => "awaiting promotion",
            Self::Paused => "paused",
            Self::RollingBack => "rolling back",
            Self::RolledBack => "rolled back",
        })
    }
}

/// Writes one line: `version 2 rolled back: web.0 exited with status 1`.
impl fmt::Display for Rollout {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "version {} {}", self.version, self.state)?;
        self.reason.as_ref().map_or(Ok(()), |reason| write!(formatter, ": {reason}"))
    }
}
