//! Calls made before the driver runs that wait for a subscription. Until then only the caller's
//! future can notice that the time is over.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::duration::after;

/// How long such a call may wait, for the engine.
#[derive(Debug)]
pub(super) struct Wait {
    until: Instant,
    is_given_up: Arc<AtomicBool>,
}

/// How long such a call may wait, for the caller's future.
#[derive(Debug)]
pub(super) struct Patience {
    until: Instant,
    is_given_up: Arc<AtomicBool>,
    runs: Arc<AtomicBool>,
    sleep: Option<Pin<Box<Sleep>>>,
}

/// Creates the two ends of a wait that begins now. `runs` is set when the driver begins to run.
pub(super) fn wait(at_most: Duration, runs: &Arc<AtomicBool>) -> (Wait, Patience) {
    let (until, is_given_up) = (after(Instant::now(), at_most), Arc::<AtomicBool>::default());
    let wait = Wait { until, is_given_up: Arc::clone(&is_given_up) };
    (wait, Patience { until, is_given_up, runs: Arc::clone(runs), sleep: None })
}

impl Wait {
    /// Returns how long the call may still wait for the subscription, or `None` if the caller has
    /// given up.
    pub(super) fn left(&self) -> Option<Duration> {
        let is_given_up = self.is_given_up.load(Ordering::SeqCst);
        (!is_given_up).then(|| self.until.saturating_duration_since(Instant::now()))
    }
}

impl Patience {
    /// Gives up the call when its time is over and the driver does not run. Once it runs, the
    /// driver does this.
    pub(super) fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        // Without a tokio runtime there is no timer.
        if self.runs.load(Ordering::SeqCst) || Handle::try_current().is_err() {
            return Poll::Pending;
        }
        let until = self.until;
        ready!(self.sleep.get_or_insert_with(|| Box::pin(sleep_until(until))).as_mut().poll(context));
        self.is_given_up.store(true, Ordering::SeqCst);
        // A driver that begins after this finds the call given up. One that has begun sends a
        // result.
        if self.runs.load(Ordering::SeqCst) { Poll::Pending } else { Poll::Ready(()) }
    }
}
