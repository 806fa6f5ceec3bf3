//! The state that the engine and the handler loop share.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use super::Settings;
#[cfg(feature = "metrics")]
use super::measures::{HANDLER_DURATION, Labels};

/// The state that the engine and the handler loop share. One task runs both, so the fields need no
/// ordering.
#[derive(Default)]
pub(super) struct HandlerStatus {
    passes_over: AtomicBool,
    has_more: AtomicBool,
    done: AtomicUsize,
    engine_has_ended: AtomicBool,
    /// The labels of the session's metrics.
    #[cfg(feature = "metrics")]
    labels: Labels,
}

impl HandlerStatus {
    #[cfg(feature = "metrics")]
    pub(super) fn new(settings: &Settings) -> Self {
        Self { labels: settings.labels.clone(), ..Self::default() }
    }

    #[cfg(not(feature = "metrics"))]
    pub(super) fn new(_: &Settings) -> Self {
        Self::default()
    }

    /// Records how long a handler took.
    #[cfg(feature = "metrics")]
    pub(super) fn took(&self, handler: &'static str, time: Duration, is_ok: bool) {
        let outcome = if is_ok { "ok" } else { "error" };
        HANDLER_DURATION.observe(self.labels.with([("handler", handler), ("outcome", outcome)]), time);
    }

    /// Does nothing without the feature `metrics`.
    #[cfg(not(feature = "metrics"))]
    #[allow(clippy::unused_self, reason = "with metrics it is used")]
    pub(super) fn took(&self, _: &'static str, _: Duration, _: bool) {}

    /// Makes the handler loop skip the deliveries that have not reached the handler.
    pub(super) fn pass_over(&self) {
        self.passes_over.store(true, Ordering::Relaxed);
    }

    /// Returns whether deliveries are skipped.
    pub(super) fn passes_over(&self) -> bool {
        self.passes_over.load(Ordering::Relaxed)
    }

    /// Records that the engine has ended, so that results of deliveries are no longer needed.
    pub(super) fn engine_has_ended(&self) {
        self.engine_has_ended.store(true, Ordering::Relaxed);
    }

    /// Returns whether the engine has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.engine_has_ended.load(Ordering::Relaxed)
    }

    /// Lets the engine run while there are still deliveries for the handler. Until the next turn no
    /// event is read.
    pub(super) async fn give_way(&self) {
        self.has_more.store(true, Ordering::Relaxed);
        give_way().await;
        self.has_more.store(false, Ordering::Relaxed);
    }

    /// Counts one more delivery or notification as done.
    pub(super) fn is_done(&self) {
        self.done.store(self.done().wrapping_add(1), Ordering::Relaxed);
    }

    /// Returns how many are done.
    pub(super) fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Returns whether there are deliveries for the handler, which is ready for them.
    pub(super) fn has_more(&self) -> bool {
        self.has_more.load(Ordering::Relaxed)
    }
}

/// Lets the handler run.
pub(super) async fn give_way() {
    let mut given = false;
    poll_fn(|context| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
