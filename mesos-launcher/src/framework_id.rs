//! The framework's id, in the store of the launcher.

use std::sync::Arc;

use mesos_sdk::proto::v1::FrameworkId;
use mesos_sdk::{Error, ErrorKind, FrameworkStore, async_trait};

use crate::store::{Change, Epoch, Store, StoreError};

/// The key of the record.
pub(crate) const KEY: &str = "framework";

/// The record of the framework's id.
#[derive(Debug)]
pub(crate) struct RecordedId {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) epoch: Epoch,
    /// What was stored when the store was opened.
    pub(crate) opened: Option<String>,
}

impl RecordedId {
    async fn write(&self, change: Change) -> Result<(), Error> {
        self.store.write(self.epoch, vec![change]).await.map_err(store_error)
    }
}

#[async_trait]
impl FrameworkStore for RecordedId {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        Ok(self.opened.clone().map(FrameworkId::from))
    }

    async fn save(&self, id: &FrameworkId) -> Result<(), Error> {
        self.write(Change::put(KEY, &id.value)).await
    }

    async fn clear(&self) -> Result<(), Error> {
        self.write(Change::delete(KEY)).await
    }
}

fn store_error(error: StoreError) -> Error {
    Error::new(ErrorKind::Store, error.to_string()).with_source(error)
}
