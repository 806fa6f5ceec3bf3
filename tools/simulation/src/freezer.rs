//! Processes that are stopped for a while, as by SIGSTOP: nothing of them is polled, and what comes lies where it came.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::dice::Dice;

/// Stops the tasks of one process.
#[derive(Debug, Default)]
pub(crate) struct Freezer {
    /// While the process is stopped: whom to wake afterwards.
    woken: Mutex<Option<Vec<Waker>>>,
}

impl Freezer {
    /// Stops the process.
    pub(crate) fn freeze(&self) {
        self.lock().get_or_insert_default();
    }

    /// Lets it go on; which of its tasks is first is up to chance. Says whether it was stopped.
    pub(crate) fn thaw(&self, dice: &mut Dice) -> bool {
        let Some(mut woken) = self.lock().take() else { return false };
        while !woken.is_empty() {
            woken.swap_remove(dice.below(woken.len())).wake();
        }
        true
    }

    fn holds(&self, context: &Context<'_>) -> bool {
        let mut woken = self.lock();
        let Some(woken) = woken.as_mut() else { return false };
        if !woken.iter().any(|waker| waker.will_wake(context.waker())) {
            woken.push(context.waker().clone());
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Waker>>> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that a process does.
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
        match self.freezer.holds(context) {
            true => Poll::Pending,
            false => self.done.as_mut().poll(context),
        }
    }
}
