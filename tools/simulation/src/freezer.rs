//! Processes that are stopped for a while, as by SIGSTOP: none of their tasks is polled, and what
//! arrives stays in its buffers.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::rng::Rng;

/// Stops the tasks of one process.
#[derive(Debug, Default)]
pub(crate) struct Freezer {
    /// While the process is stopped: the tasks to wake afterwards.
    wakers: Mutex<Option<Vec<Waker>>>,
}

impl Freezer {
    /// Stops the process.
    pub(crate) fn freeze(&self) {
        self.lock().get_or_insert_default();
    }

    /// Resumes the process; its tasks are woken in random order. Returns whether it was stopped.
    pub(crate) fn thaw(&self, rng: &mut Rng) -> bool {
        let Some(mut wakers) = self.lock().take() else { return false };
        while !wakers.is_empty() {
            wakers.swap_remove(rng.below(wakers.len())).wake();
        }
        true
    }

    fn is_frozen(&self, context: &Context<'_>) -> bool {
        let mut wakers = self.lock();
        let Some(wakers) = wakers.as_mut() else { return false };
        if !wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            wakers.push(context.waker().clone());
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Waker>>> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task of a process.
pub(crate) struct Freezable<F> {
    done: Pin<Box<F>>,
    freezer: Arc<Freezer>,
}

impl<F> Freezable<F> {
    pub(crate) fn new(done: F, freezer: Arc<Freezer>) -> Self {
        Self { done: Box::pin(done), freezer }
    }
}

impl<F: Future> Future for Freezable<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        match self.freezer.is_frozen(context) {
            true => Poll::Pending,
            false => self.done.as_mut().poll(context),
        }
    }
}
