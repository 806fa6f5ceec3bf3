//! Stores: where records outlive the process.
//!
//! A record is a text under a key. A store is opened by one process at a time: opening it begins a
//! new [`Epoch`], and whoever opened it before can't write any more. If two schedulers both take
//! themselves for the current one, only the later one can record a task, and a task is launched
//! only after it was recorded.
//!
//! * [`FileLog`] keeps the records in a file of a local disk.
//! * [`Memory`] keeps them as long as the process lives.
//! * [`ZooKeeperStore`] keeps them in ZooKeeper, with the feature `zookeeper-store`.
//! * For any other place, implement [`Store`], and test it with [`conformance::check`].

pub mod conformance;
mod error;
mod file_log;
mod limits;
mod memory;
#[cfg(feature = "zookeeper-store")]
mod zookeeper;

pub use error::{StoreError, StoreErrorKind};
pub use file_log::FileLog;
pub use limits::{MAX_KEY, MAX_RECORD, MAX_WRITE, check};
pub use memory::Memory;
#[cfg(feature = "zookeeper-store")]
pub use zookeeper::ZooKeeperStore;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// The records by their keys.
pub type Records = BTreeMap<String, String>;

/// The number of an opening of a store. Each is greater than all before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(clippy::exhaustive_structs, reason = "it is a number")]
pub struct Epoch(pub u64);

/// A change of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::exhaustive_enums, reason = "a store has to know how to apply every change")]
pub enum Change {
    /// Sets the record with a key.
    Put(String, String),
    /// Removes the record with a key, if there is one.
    Delete(String),
}

/// What [`Store::open`] returns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "stores create it")]
pub struct Opened {
    /// The epoch that has begun.
    pub epoch: Epoch,
    /// All records.
    pub records: Records,
}

/// Keeps records for a framework.
///
/// The caller makes one write at a time, with everything that has become known since the last one
/// (group commit). A write that failed with [`StoreErrorKind::Unavailable`] or
/// [`StoreErrorKind::Full`] may have happened or not: the caller repeats it. Writing the same
/// changes again must do no harm.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync {
    /// Begins a new epoch, and returns all records. When it returns, a write of an earlier epoch
    /// can't succeed any more, and every write that succeeded is among the records. A launcher
    /// gives up after 2 minutes, and drops the future.
    ///
    /// # Errors
    ///
    /// [`InUse`](StoreErrorKind::InUse) if the store can't be taken over from a process that uses
    /// it, [`Corrupt`](StoreErrorKind::Corrupt) if any record is damaged: it is never left out.
    async fn open(&self) -> Result<Opened, StoreError>;

    /// Makes all changes, in order, or none. They are durable when it returns `Ok`.
    ///
    /// Dropping the future leaves open whether they are made.
    ///
    /// # Errors
    ///
    /// [`Fenced`](StoreErrorKind::Fenced) if the store was opened again since `epoch` began, and
    /// [`TooLarge`](StoreErrorKind::TooLarge) beyond the [limits](check); nothing is changed then.
    async fn write(&self, epoch: Epoch, changes: Vec<Change>) -> Result<(), StoreError>;

    /// Waits until this process leads those that share the store, before it opens the store; see
    /// [`LauncherBuilder::standby`](crate::LauncherBuilder::standby). It leads until it calls
    /// [`close`](Self::close), ends, or [`lost`](Self::lost) returns.
    ///
    /// # Errors
    ///
    /// [`NoElection`](StoreErrorKind::NoElection) if the store does not elect a leader: the
    /// default.
    async fn lead(&self) -> Result<(), StoreError> {
        let text = format!("the store {self:?} does not elect a leader: start without `standby`");
        Err(StoreError::new(StoreErrorKind::NoElection, text))
    }

    /// Returns when another process may lead instead of this one. By default never: the next write
    /// of a process that was replaced fails.
    async fn lost(&self) -> StoreError {
        std::future::pending().await
    }

    /// Gives up the leadership, so that another process leads at once. The launcher calls it when
    /// it has ended, and makes no write afterwards. By default it does nothing.
    async fn close(&self) {}
}

impl Change {
    /// Sets the record with this key.
    pub fn put(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Put(key.into(), value.into())
    }

    /// Removes the record with this key, if there is one.
    pub fn delete(key: impl Into<String>) -> Self {
        Self::Delete(key.into())
    }

    /// Returns the key of the record that it changes.
    pub fn key(&self) -> &str {
        match self {
            Self::Put(key, _) | Self::Delete(key) => key,
        }
    }

    /// Makes changes, in order.
    pub fn apply_all(changes: impl IntoIterator<Item = Self>, records: &mut Records) {
        for change in changes {
            change.apply(records);
        }
    }

    /// Makes the change.
    pub fn apply(self, records: &mut Records) {
        match self {
            Self::Put(key, value) => records.insert(key, value),
            Self::Delete(key) => records.remove(&key),
        };
    }
}

#[async_trait]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn open(&self) -> Result<Opened, StoreError> {
        (**self).open().await
    }

    async fn write(&self, epoch: Epoch, changes: Vec<Change>) -> Result<(), StoreError> {
        (**self).write(epoch, changes).await
    }

    async fn lead(&self) -> Result<(), StoreError> {
        (**self).lead().await
    }

    async fn lost(&self) -> StoreError {
        (**self).lost().await
    }

    async fn close(&self) {
        (**self).close().await
    }
}
