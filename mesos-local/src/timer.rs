//! A timer that knows of pauses.

use std::future::pending;
use std::time::Duration;

use mesos_sdk::duration::after;
use tokio::time::{Instant, sleep_until};

/// A deadline that is looked at so much too late is looked at after a pause of this process.
const LATE: Duration = Duration::from_secs(1);
/// How long what has come in a pause has then to get here from the sockets, before the deadline
/// counts.
const GRACE: Duration = Duration::from_millis(200);

/// Waits for deadlines.
#[derive(Debug)]
pub(crate) struct Timer {
    /// Until when deadlines that have passed in a pause are put off.
    grace: Instant,
}

impl Timer {
    pub(crate) fn new() -> Self {
        Self { grace: Instant::now() }
    }

    /// Returns when the deadline has passed, if there is one. May be dropped and called again
    /// without loss.
    pub(crate) async fn passes(&mut self, deadline: Option<Instant>) {
        let Some(deadline) = deadline else { return pending().await };
        sleep_until(deadline).await;
        let now = Instant::now();
        if now.saturating_duration_since(deadline) > LATE && self.grace < deadline {
            self.grace = after(now, GRACE);
        }
        sleep_until(self.grace).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, sleep, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn input_of_a_pause_precedes_its_deadline() {
        let mut timer = Timer::new();
        let start = Instant::now();
        timer.passes(Some(start + Duration::from_secs(10))).await;
        assert_eq!(start.elapsed().as_secs(), 10, "on time without a pause");
        let deadline = Instant::now() + Duration::from_secs(10);
        advance(Duration::from_secs(60)).await;
        // However often something else comes, the deadline is not put off for longer.
        for _ in 0..3 {
            assert!(timeout(GRACE / 4, timer.passes(Some(deadline))).await.is_err());
        }
        sleep(GRACE / 4).await;
        assert!(timeout(Duration::from_millis(1), timer.passes(Some(deadline))).await.is_ok());
    }
}
