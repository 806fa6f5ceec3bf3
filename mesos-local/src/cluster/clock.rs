//! The one clock of a cluster.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mesos_sdk::duration::after;
use tokio::time::Instant;

/// The wall clock as it was at the start, or as it was configured; from then on tokio's clock
/// counts, which tests can pause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    epoch: Duration,
    started: Instant,
}

impl Clock {
    pub(crate) fn start(epoch: Option<Duration>) -> Self {
        let wall = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { epoch: epoch.unwrap_or_else(wall), started: Instant::now() }
    }

    /// Returns the time since the Unix epoch.
    pub(crate) fn now(self) -> Duration {
        self.epoch.saturating_add(self.started.elapsed())
    }

    /// Returns when it will be that much since the Unix epoch.
    pub(crate) fn instant(self, time: Duration) -> Instant {
        after(self.started, time.saturating_sub(self.epoch))
    }
}
