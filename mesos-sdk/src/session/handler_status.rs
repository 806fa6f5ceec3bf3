//! What the engine and the handler's loop know of each other.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

/// What the engine and the handler's loop know of each other. One task runs both, so their order needs no care.
#[derive(Default)]
pub(super) struct HandlerStatus {
    passes_over: AtomicBool,
    has_more: AtomicBool,
    done: AtomicUsize,
    engine_has_ended: AtomicBool,
}

impl HandlerStatus {
    /// What has not reached the handler is passed over from now on.
    pub(super) fn pass_over(&self) {
        self.passes_over.store(true, Ordering::Relaxed);
    }

    /// Whether what has not reached the handler is passed over.
    pub(super) fn passes_over(&self) -> bool {
        self.passes_over.load(Ordering::Relaxed)
    }

    /// Nobody takes what becomes of deliveries from now on.
    pub(super) fn engine_has_ended(&self) {
        self.engine_has_ended.store(true, Ordering::Relaxed);
    }

    /// Whether the engine has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.engine_has_ended.load(Ordering::Relaxed)
    }

    /// Lets the engine have its turn while there is still something for the handler: until then no further event is read.
    pub(super) async fn give_way(&self) {
        self.has_more.store(true, Ordering::Relaxed);
        give_way().await;
        self.has_more.store(false, Ordering::Relaxed);
    }

    /// One more is done with.
    pub(super) fn is_done(&self) {
        self.done.store(self.done().wrapping_add(1), Ordering::Relaxed);
    }

    /// How many are done with.
    pub(super) fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Whether there is something for the handler, which is ready for it.
    pub(super) fn has_more(&self) -> bool {
        self.has_more.load(Ordering::Relaxed)
    }
}

/// Lets the handler have its turn.
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
