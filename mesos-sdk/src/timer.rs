//! Deadlines that allow for a pause of this process or of its machine: what has arrived by then
//! counts before the deadline does.

use std::future::{Future, pending};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::duration::after;

/// How late a deadline must be noticed to conclude that the process was paused.
const LATE: Duration = Duration::from_secs(1);
/// How long after a pause a deadline is deferred, so that input that arrived during the pause can
/// be read from sockets and processes first.
const GRACE: Duration = Duration::from_millis(200);

/// Waits for deadlines, one at a time.
#[derive(Debug)]
pub struct Timer {
    /// Until when deadlines that passed during a pause are deferred.
    grace: Instant,
}

impl Timer {
    /// Creates a timer.
    pub fn new() -> Self {
        Self { grace: Instant::now() }
    }

    /// Returns when the deadline has passed, if there is one. May be dropped and called again
    /// without loss.
    pub async fn passes(&mut self, deadline: Option<Instant>) {
        let Some(deadline) = deadline else { return pending().await };
        sleep_until(deadline).await;
        let now = Instant::now();
        if now.saturating_duration_since(deadline) > LATE && self.grace < deadline {
            self.grace = after(now, GRACE);
        }
        sleep_until(self.grace).await;
    }
}

impl Default for Timer {
    fn default() -> Self {
        Self::new()
    }
}

/// Waits for `work`, for at most `limit`. Returns `None` when that has passed.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let (deadline, mut timer) = (after(Instant::now(), limit), Timer::new());
    tokio::select! {
        biased;
        done = work => Some(done),
        () = timer.passes(Some(deadline)) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::future::FutureExt as _;
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
        // Other inputs do not defer the deadline again.
        for _ in 0..3 {
            assert!(timeout(GRACE / 4, timer.passes(Some(deadline))).await.is_err());
        }
        sleep(GRACE / 4).await;
        assert!(timeout(Duration::from_millis(1), timer.passes(Some(deadline))).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn response_of_a_pause_is_in_time() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        // Passes on what arrives during the pause, as the task of a connection does.
        tokio::spawn(async move {
            sleep(Duration::from_secs(5)).await;
            tokio::task::yield_now().await;
            sender.send("response")
        });
        let limit = Duration::from_secs(10);
        let mut waiting = pin!(within(limit, receiver));
        assert!(waiting.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
        advance(Duration::from_secs(60)).await;
        assert_eq!(waiting.await, Some(Ok("response")));
        assert_eq!(within(limit, pending::<()>()).await, None);
    }
}
