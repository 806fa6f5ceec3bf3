//! Records in memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::{Mutex as Election, OwnedMutexGuard};

use super::{Change, Epoch, Opened, Records, Store, StoreError, check};

/// Keeps records as long as the process lives: for tests, and for frameworks that nothing has to
/// outlive. Clones share what they keep, and one of them leads if they are on standby.
#[derive(Debug, Default)]
pub struct Memory {
    content: Arc<Mutex<Content>>,
    election: Arc<Election<()>>,
    /// Held by the clone that leads.
    lead: Mutex<Option<OwnedMutexGuard<()>>>,
}

impl Memory {
    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, Option<OwnedMutexGuard<()>>> {
        self.lead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Memory {
    fn clone(&self) -> Self {
        let (content, election) = (Arc::clone(&self.content), Arc::clone(&self.election));
        Self { content, election, lead: Mutex::default() }
    }
}

#[derive(Debug, Default)]
struct Content {
    epoch: Epoch,
    records: Records,
}

#[async_trait]
impl Store for Memory {
    async fn open(&self) -> Result<Opened, StoreError> {
        let mut content = self.content();
        content.epoch.0 += 1;
        Ok(Opened { epoch: content.epoch, records: content.records.clone() })
    }

    async fn write(&self, epoch: Epoch, changes: Vec<Change>) -> Result<(), StoreError> {
        check(&changes)?;
        let mut content = self.content();
        if content.epoch != epoch {
            return Err(StoreError::fenced(epoch));
        }
        Change::apply_all(changes, &mut content.records);
        Ok(())
    }

    async fn lead(&self) -> Result<(), StoreError> {
        drop(self.held().take());
        let lead = Arc::clone(&self.election).lock_owned().await;
        *self.held() = Some(lead);
        Ok(())
    }

    async fn close(&self) {
        drop(self.held().take());
    }
}

#[cfg(test)]
mod tests {
    use super::super::conformance;
    use super::*;

    #[tokio::test]
    async fn conforms() {
        let store = Memory::default();
        conformance::check(|| store.clone()).await.unwrap();
    }
}
