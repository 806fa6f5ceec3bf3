//! A view of a batch.

use std::sync::Arc;

use mesos_placement::Refusals;
use tokio::sync::watch;

use crate::core::Input;
use crate::end::End;
use crate::error::{Error, ErrorKind};
use crate::progress::Progress;
use crate::shared::{NextEnd, Shared};

/// A view of a batch. Dropping it changes nothing; all its futures may be dropped as well.
#[derive(Debug)]
pub struct BatchHandle {
    name: String,
    shared: Arc<Shared>,
    turns: watch::Receiver<u64>,
    /// How many ends it has handed out.
    handed_out: usize,
}

impl BatchHandle {
    pub(crate) fn new(name: String, shared: Arc<Shared>) -> Self {
        Self { name, turns: shared.turns(), shared, handed_out: 0 }
    }

    /// Returns a view that has handed out nothing yet.
    pub(crate) fn again(&self) -> Self {
        Self::new(self.name.clone(), Arc::clone(&self.shared))
    }

    /// Returns the error that ended the launcher, or that the batch is not there.
    pub(crate) fn reason(&self) -> Error {
        match self.progress() {
            None => forgotten(&self.name),
            Some(_) => self.shared.reason(),
        }
    }

    /// Returns the batch's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the end of one more task, in the order in which they end: each once for this handle,
    /// from the first one that is stored. So after a restart of the program it returns those that
    /// were not [forgotten](Self::forget) again. `None` after the last one, or when the launcher
    /// has ended.
    pub async fn next_end(&mut self) -> Option<End> {
        loop {
            self.turns.borrow_and_update();
            match self.shared.end(&self.name, self.handed_out) {
                NextEnd::Known(end) => {
                    self.handed_out += 1;
                    return Some(*end);
                }
                NextEnd::Never => return None,
                NextEnd::Later => {}
            }
            self.turns.changed().await.ok()?;
        }
    }

    /// Waits until all tasks have ended.
    ///
    /// # Errors
    ///
    /// If the launcher ends first.
    pub async fn ended(&self) -> Result<Progress, Error> {
        let mut turns = self.turns.clone();
        loop {
            turns.borrow_and_update();
            match self.progress() {
                Some(progress) if progress.has_ended() => return Ok(progress),
                None => return Err(forgotten(&self.name)),
                Some(_) => self.shared.check()?,
            }
            turns.changed().await.map_err(|_| self.shared.reason())?;
        }
    }

    /// Returns how far the batch is, or `None` if it was forgotten.
    pub fn progress(&self) -> Option<Progress> {
        self.shared.progress(&self.name)
    }

    /// Returns why no offer was suitable for a task that waits; `None` if no task waits, or if
    /// there were no offers since the tasks began to wait.
    pub fn refusals(&self) -> Option<Arc<Refusals>> {
        self.shared.refusals(&self.name)
    }

    /// Stops the batch: tasks that run are killed, repeatedly, until the end of each is known, also
    /// by the next process of the scheduler. Returns when that is stored; await
    /// [`ended`](Self::ended).
    ///
    /// # Errors
    ///
    /// If the launcher has ended, or the batch was forgotten.
    pub async fn stop(&self) -> Result<(), Error> {
        self.shared.command(|token| Input::Stop(self.name.clone(), token)).await
    }

    /// Removes the batch, which has ended, and its ends from the store. Its name can be used again.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict) if it has not ended, or an error if the launcher has.
    pub async fn forget(self) -> Result<(), Error> {
        self.shared.command(|token| Input::Forget(self.name.clone(), token)).await
    }
}

fn forgotten(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("the batch {name:?} was forgotten"))
}
