//! Records in a file of a local disk.

mod files;
mod frame;
mod log;
mod problem;
mod replay;
#[cfg(test)]
mod tests;
mod window;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::task::spawn_blocking;

use self::log::Log;
use super::{Change, Epoch, Opened, Store, StoreError, StoreErrorKind, check};

/// Keeps records in a folder of a local disk: a log that each write appends to, and that is
/// rewritten when more than half of it is out of date.
///
/// A write is durable when it returns (`fdatasync`). A write that a crash interrupted is cut off
/// at the next opening; it was never confirmed. Anything else that is not as it was written is
/// [`Corrupt`](StoreErrorKind::Corrupt), with the file and the offset. The log is text, which
/// people can read.
///
/// One process at a time has the folder open, by a lock that ends with the process; another one
/// that opens it waits for up to 2 s. Only the user can read the files. All records are also kept
/// in memory. Clones share the opened folder.
#[derive(Clone, Debug)]
pub struct FileLog {
    folder: Arc<Path>,
    log: Arc<Mutex<Option<Log>>>,
}

impl FileLog {
    /// Creates a store in the folder at `folder`, which is created when the store is opened.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into().into(), log: Arc::default() }
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Does blocking work on the opened log in another thread.
    async fn with_log<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path, &mut Option<Log>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (folder, log) = (Arc::clone(&self.folder), Arc::clone(&self.log));
        let work = move || work(&folder, &mut log.lock().unwrap_or_else(PoisonError::into_inner));
        let interrupted = |error| {
            let text = format!("the write to the log was interrupted: {error}");
            StoreError::new(StoreErrorKind::Unavailable, text)
        };
        spawn_blocking(work).await.map_err(interrupted)?
    }
}

#[async_trait]
impl Store for FileLog {
    async fn open(&self) -> Result<Opened, StoreError> {
        self.with_log(|folder, log| {
            // What is open is read again, as another process would read it.
            let lock = log.take().map(Log::into_lock);
            let opened = log.insert(Log::open(folder, lock)?);
            Ok(Opened { epoch: opened.epoch(), records: opened.records().clone() })
        })
        .await
    }

    async fn write(&self, epoch: Epoch, changes: Vec<Change>) -> Result<(), StoreError> {
        check(&changes)?;
        self.with_log(move |_, log| match log {
            Some(log) if log.epoch() == epoch => log.write(changes),
            _ => Err(StoreError::fenced(epoch)),
        })
        .await
    }
}
