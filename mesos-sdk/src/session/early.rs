//! Calls that wait for a subscription, and were made before the driver runs: nobody but who awaits them keeps their time.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::duration::after;

/// Until when such a call waits, for whoever takes it to send.
#[derive(Debug)]
pub(super) struct Wait {
    until: Instant,
    is_given_up: Arc<AtomicBool>,
}

/// The same, for whoever awaits its result.
#[derive(Debug)]
pub(super) struct Patience {
    until: Instant,
    is_given_up: Arc<AtomicBool>,
    runs: Arc<AtomicBool>,
    sleep: Option<Pin<Box<Sleep>>>,
}

/// The two ends of a wait that begins now. `runs` says whether the driver has begun to run.
pub(super) fn wait(at_most: Duration, runs: &Arc<AtomicBool>) -> (Wait, Patience) {
    let (until, is_given_up) = (after(Instant::now(), at_most), Arc::<AtomicBool>::default());
    let wait = Wait { until, is_given_up: Arc::clone(&is_given_up) };
    (wait, Patience { until, is_given_up, runs: Arc::clone(runs), sleep: None })
}

impl Wait {
    /// How long the driver, which runs now, may still wait for the subscription; `None` if the call was given up.
    pub(super) fn left(&self) -> Option<Duration> {
        let is_given_up = self.is_given_up.load(Ordering::SeqCst);
        (!is_given_up).then(|| self.until.saturating_duration_since(Instant::now()))
    }
}

impl Patience {
    /// Gives the call up when its time is over and the driver does not run. Once it does, it keeps the time.
    pub(super) fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        // Without tokio there is nobody to wake whoever waits.
        if self.runs.load(Ordering::SeqCst) || Handle::try_current().is_err() {
            return Poll::Pending;
        }
        let until = self.until;
        ready!(self.sleep.get_or_insert_with(|| Box::pin(sleep_until(until))).as_mut().poll(context));
        self.is_given_up.store(true, Ordering::SeqCst);
        // A driver that begins after this finds the call given up; one that has begun says what becomes of it.
        if self.runs.load(Ordering::SeqCst) { Poll::Pending } else { Poll::Ready(()) }
    }
}
