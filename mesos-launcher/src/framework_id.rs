//! The framework's id, in the store of the launcher.

use std::sync::{Arc, Mutex, PoisonError};

use mesos_sdk::proto::v1::FrameworkId;
use mesos_sdk::{Error, ErrorKind, FrameworkStore, async_trait};
use tokio::sync::oneshot;

use crate::shared::{Message, Shared};
use crate::store::Change;

/// The key of the record.
pub(crate) const KEY: &str = "framework";

/// The record of the framework's id. The engine writes it: a store has one writer, which repeats
/// what fails.
#[derive(Debug)]
pub(crate) struct RecordedId {
    shared: Arc<Shared>,
    stored: Mutex<Option<String>>,
}

impl RecordedId {
    /// Creates it with what the store contains.
    pub(crate) fn new(shared: Arc<Shared>, stored: Option<String>) -> Self {
        Self { shared, stored: Mutex::new(stored) }
    }

    fn stored(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, change: Change) -> Result<(), Error> {
        let (sender, written) = oneshot::channel();
        self.shared.send(Message::Record(change.clone(), sender)).await;
        written.await.map_err(|_| {
            let why = self.shared.reason();
            Error::new(ErrorKind::Store, "the record of the framework's id was not written").with_source(why)
        })?;
        *self.stored() = match change {
            Change::Put(_, id) => Some(id),
            Change::Delete(_) => None,
        };
        Ok(())
    }
}

#[async_trait]
impl FrameworkStore for RecordedId {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        Ok(self.stored().clone().map(FrameworkId::from))
    }

    async fn save(&self, id: &FrameworkId) -> Result<(), Error> {
        self.write(Change::put(KEY, &id.value)).await
    }

    async fn clear(&self) -> Result<(), Error> {
        self.write(Change::delete(KEY)).await
    }
}
