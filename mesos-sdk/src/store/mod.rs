//! Stores for the framework id, which has to outlive the scheduler's process.
//!
//! A scheduler that restarts has to subscribe with the id of its framework: otherwise the master
//! registers another framework, and the tasks of the first one are orphaned. Give a store to
//! [`SchedulerDriver::store`](crate::SchedulerDriver::store), and the driver does it.
//!
//! ```no_run
//! # async fn example(framework: mesos_sdk::proto::v1::FrameworkInfo, mut scheduler: impl mesos_sdk::Scheduler) -> Result<(), mesos_sdk::Error> {
//! use mesos_sdk::store::FileStore;
//! use mesos_sdk::{Master, SchedulerDriver};
//!
//! let master: Master = "10.0.0.1:5050".parse()?;
//! let store = FileStore::new("/var/lib/my-framework/framework-id");
//! SchedulerDriver::new(master, framework).store(store).run(&mut scheduler).await
//! # }
//! ```

mod file;
mod memory;
#[cfg(feature = "zookeeper")]
mod zookeeper;

pub use file::FileStore;
pub use memory::MemoryStore;
#[cfg(feature = "zookeeper")]
pub use zookeeper::ZooKeeperStore;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::proto::v1::FrameworkId;
use crate::{Error, ErrorKind, validation};

/// Keeps the id of one framework.
///
/// The driver calls one method at a time. An id must be persisted when [`save`](Self::save)
/// returns, because the first tasks may be launched right after it. Two instances that share a
/// store are two instances of one framework, of which Mesos keeps the one subscribed that
/// subscribed last.
///
/// Errors end the driver, so a store that may be temporarily unavailable should retry by itself.
/// Use [`ErrorKind::Store`] as their kind; their text is for the person who maintains the store.
#[async_trait]
pub trait FrameworkStore: fmt::Debug + Send + Sync {
    /// Returns the stored id, or `None` if and only if nothing is stored yet: a store that cannot
    /// be read, or contains anything else, is an error.
    async fn load(&self) -> Result<Option<FrameworkId>, Error>;

    /// Replaces the stored id by `id`. If the process is interrupted, one of the two is stored
    /// completely.
    async fn save(&self, id: &FrameworkId) -> Result<(), Error>;

    /// Removes the stored id, because the framework has ended. Not an error if nothing is stored.
    async fn clear(&self) -> Result<(), Error>;
}

#[async_trait]
impl<S: FrameworkStore + ?Sized> FrameworkStore for Arc<S> {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        (**self).load().await
    }

    async fn save(&self, id: &FrameworkId) -> Result<(), Error> {
        (**self).save(id).await
    }

    async fn clear(&self) -> Result<(), Error> {
        (**self).clear().await
    }
}

/// The longest id that a store takes or returns, in bytes; those of Mesos have 41.
const MAX_ID: usize = validation::MAX_ID;

/// Returns the id in a stored text, or what is wrong with it. Takes every id that [`to_store`]
/// takes.
fn id_in(stored: &[u8]) -> Result<FrameworkId, String> {
    let text = std::str::from_utf8(stored).map_err(|_| "is not text")?;
    // The end of its line, which no id can have. Spaces may belong to it.
    let id = text.trim_matches(|letter: char| letter.is_ascii_control());
    validation::id(id).map_err(|reason| format!("holds no framework id ({reason})"))?;
    Ok(FrameworkId::from(id))
}

/// Returns the text to store for an id.
fn to_store(id: &FrameworkId) -> Result<&str, Error> {
    let refused = |reason| {
        let text = format!("{:?} can't be stored, as it can't be the id of a framework: {reason}", id.value);
        Error::new(ErrorKind::Store, text)
    };
    validation::id(&id.value).map(|()| id.value.as_str()).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_newline_is_optional() {
        for text in ["5d8a-0001", "5d8a-0001\n", "5d8a-0001\r\n"] {
            assert_eq!(id_in(text.as_bytes()).unwrap().value, "5d8a-0001");
        }
    }

    #[test]
    fn every_valid_id_round_trips() {
        let longest = "x".repeat(MAX_ID);
        for value in ["my framework", " a ", " ", "\"{'id': 1}\"", "é\u{85}\u{2028}", "...", &longest] {
            let id = FrameworkId::from(value);
            let line = format!("{}\n", to_store(&id).unwrap());
            assert_eq!(id_in(line.as_bytes()), Ok(id));
        }
    }

    #[test]
    fn unreadable_id_is_not_stored() {
        for value in ["", "..", "a/b", "a\\b", "a\nb", "a\n", &"x".repeat(256)] {
            let error = to_store(&FrameworkId::from(value)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Store);
        }
    }

    #[test]
    fn invalid_id_is_refused() {
        let long = "x".repeat(256);
        for (text, why) in [
            (&b""[..], "empty"),
            (b"\r\n", "empty"),
            (b"a\nb", "no framework id"),
            (b"a\0b", "no framework id"),
            (b"../a", "no framework id"),
            (b"..", "no framework id"),
            (b"\xff\xfe", "not text"),
            (long.as_bytes(), "greater than 255"),
        ] {
            let error = id_in(text).unwrap_err();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
