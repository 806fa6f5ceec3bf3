//! What a disk takes for the writes of a store.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use mesos_launcher::Store;
use mesos_launcher::store::{Change, Epoch, Opened, StoreError};
use mesos_sdk::async_trait;

/// A store that remembers how large each write was.
#[derive(Debug)]
pub(super) struct Recording<S> {
    store: S,
    sizes: Mutex<Vec<usize>>,
}

impl<S> Recording<S> {
    pub(super) fn of(store: S) -> Self {
        Self { store, sizes: Mutex::default() }
    }

    /// Returns the bytes of the keys and texts of each write.
    pub(super) fn sizes(&self) -> Vec<usize> {
        self.sizes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl<S: Store> Store for Recording<S> {
    async fn open(&self) -> Result<Opened, StoreError> {
        self.store.open().await
    }

    async fn write(&self, epoch: Epoch, changes: Vec<Change>) -> Result<(), StoreError> {
        let size = changes.iter().map(size_of).sum();
        self.sizes.lock().unwrap_or_else(PoisonError::into_inner).push(size);
        self.store.write(epoch, changes).await
    }
}

fn size_of(change: &Change) -> usize {
    match change {
        Change::Put(key, value) => key.len() + value.len(),
        Change::Delete(key) => key.len(),
    }
}

/// Appends as many bytes as each write had to a new file, each time until the disk has them, and
/// returns the seconds that this took.
pub(super) fn time(sizes: &[usize], path: PathBuf) -> Result<f64> {
    let bytes = vec![b'x'; sizes.iter().copied().max().unwrap_or_default()];
    let mut file = File::create_new(path)?;
    let began = Instant::now();
    for size in sizes {
        file.write_all(&bytes[..*size])?;
        file.sync_data()?;
    }
    Ok(began.elapsed().as_secs_f64())
}
