//! A view of a map.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use mesos_placement::Refusals;
use mesos_sdk::Payload;

use crate::end::{End, Failure, Outcome};
use crate::error::Error;
use crate::handle::BatchHandle;
use crate::progress::Progress;
use crate::work::Work;

/// A view of a map. Dropping it changes nothing; all its futures may be dropped as well.
pub struct MapHandle<W> {
    batch: BatchHandle,
    work: PhantomData<fn() -> W>,
}

impl<W: Work> MapHandle<W> {
    pub(crate) fn new(batch: BatchHandle) -> Self {
        Self { batch, work: PhantomData }
    }

    /// Returns the map's name.
    pub fn name(&self) -> &str {
        self.batch.name()
    }

    /// Returns the number of one more input, and its result or how its task has ended without one,
    /// in the order in which they end: each once for this handle, from the first one that is
    /// stored. So after a restart of the program it returns those that were not
    /// [forgotten](Self::forget) again. `None` after the last one, or when the launcher has ended.
    ///
    /// ```
    /// # use mesos_launcher::{MapHandle, Work};
    /// # async fn example<W: Work>(map: &mut MapHandle<W>) {
    /// while let Some((index, result)) = map.next_result().await {
    ///     match result {
    ///         Ok(_) => println!("input {index} has a result"),
    ///         Err(end) => eprintln!("{end}"), // words.3 failed for good on agent1: no such file
    ///     }
    /// }
    /// # }
    /// ```
    pub async fn next_result(&mut self) -> Option<(usize, Result<W::Output, Box<End>>)> {
        let end = self.batch.next_end().await?;
        Some((end.index, result::<W>(end)))
    }

    /// Waits for all tasks, and returns their results, or how they have ended without one, in the
    /// order of the inputs.
    ///
    /// # Errors
    ///
    /// If the launcher ends first.
    pub async fn results(&self) -> Result<Vec<Result<W::Output, Box<End>>>, Error> {
        let (mut batch, mut results) = (self.batch.again(), BTreeMap::new());
        while let Some(end) = batch.next_end().await {
            results.insert(end.index, result::<W>(end));
        }
        match self.progress() {
            Some(progress) if progress.tasks == results.len() => Ok(results.into_values().collect()),
            _ => Err(self.batch.reason()),
        }
    }

    /// Returns how far the map is, or `None` if it was forgotten.
    pub fn progress(&self) -> Option<Progress> {
        self.batch.progress()
    }

    /// Returns why no offer was suitable for a task that waits; `None` if no task waits, or if
    /// there were no offers since the tasks began to wait.
    pub fn refusals(&self) -> Option<Arc<Refusals>> {
        self.batch.refusals()
    }

    /// Stops the map, as [`BatchHandle::stop`] stops a batch.
    ///
    /// # Errors
    ///
    /// If the launcher has ended, or the map was forgotten.
    pub async fn stop(&self) -> Result<(), Error> {
        self.batch.stop().await
    }

    /// Removes the map, which has ended, and its results from the store. Its name can be used
    /// again.
    ///
    /// # Errors
    ///
    /// [`Conflict`](crate::ErrorKind::Conflict) if it has not ended, or an error if the launcher
    /// has.
    pub async fn forget(self) -> Result<(), Error> {
        self.batch.forget().await
    }
}

/// Returns the result of a task, if it has one that can be read.
fn result<W: Work>(end: End) -> Result<W::Output, Box<End>> {
    if end.outcome != Outcome::Finished {
        return Err(Box::new(end));
    }
    let data = end.result.clone().unwrap_or_default();
    W::Output::from_bytes(&data.0).map_err(|error| {
        let outcome = Outcome::Failed(Failure::BadResult);
        Box::new(End { outcome, message: format!("the result can't be read: {error}"), ..end })
    })
}

impl<W> fmt::Debug for MapHandle<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("MapHandle").field(&self.batch).finish()
    }
}
