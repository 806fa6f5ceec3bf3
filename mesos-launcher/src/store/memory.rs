//! Records in memory.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{Change, Epoch, Opened, Records, Store, StoreError, check};

/// Keeps records as long as the process lives: for tests, and for frameworks that nothing has to
/// outlive. Clones share what they keep.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    epoch: Epoch,
    records: Records,
}

#[async_trait]
impl Store for Memory {
    async fn open(&self) -> Result<Opened, StoreError> {
        let mut content = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        content.epoch.0 += 1;
        Ok(Opened { epoch: content.epoch, records: content.records.clone() })
    }

    async fn write(&self, epoch: Epoch, changes: Vec<Change>) -> Result<(), StoreError> {
        check(&changes)?;
        let mut content = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if content.epoch != epoch {
            return Err(StoreError::fenced(epoch));
        }
        Change::apply_all(changes, &mut content.records);
        Ok(())
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
