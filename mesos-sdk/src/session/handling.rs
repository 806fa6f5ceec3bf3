//! What the engine and the handler's loop know of each other.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

/// What the engine and the handler's loop know of each other.
#[derive(Default)]
pub(super) struct Handling {
    /// Whether what has not reached the handler is passed over.
    pub(super) passes_over: AtomicBool,
    has_more: AtomicBool,
    done: AtomicUsize,
}

impl Handling {
    /// Lets the engine have its turn while there is still something for the handler: until then no further event is read.
    pub(super) async fn give_way(&self) {
        self.has_more.store(true, Ordering::SeqCst);
        give_way().await;
        self.has_more.store(false, Ordering::SeqCst);
    }

    /// One more is done with. Nobody but the handler's loop says so, and whoever polls that is told.
    pub(super) fn is_done(&self) {
        self.done.store(self.done().wrapping_add(1), Ordering::Relaxed);
    }

    /// How many are done with.
    pub(super) fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Whether there is something for the handler, which is ready for it.
    pub(super) fn has_more(&self) -> bool {
        self.has_more.load(Ordering::SeqCst)
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
