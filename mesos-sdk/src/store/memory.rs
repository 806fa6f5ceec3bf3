//! An id in memory.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::FrameworkStore;
use crate::Error;
use crate::proto::v1::FrameworkId;

/// Keeps the id as long as the process lives: for tests, and for a driver that is run several
/// times. Clones share what they keep.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<Option<FrameworkId>>>);

impl MemoryStore {
    /// Returns what is stored.
    pub fn id(&self) -> Option<FrameworkId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, id: Option<FrameworkId>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = id;
    }
}

#[async_trait]
impl FrameworkStore for MemoryStore {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        Ok(self.id())
    }

    async fn save(&self, id: &FrameworkId) -> Result<(), Error> {
        self.put(Some(id.clone()));
        Ok(())
    }

    async fn clear(&self) -> Result<(), Error> {
        self.put(None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn clones_share_the_id_until_it_is_cleared() {
        let (store, id) = (MemoryStore::default(), FrameworkId::from("f"));
        let clone = store.clone();
        assert_eq!(clone.load().await.unwrap(), None);
        store.save(&id).await.unwrap();
        assert_eq!((clone.load().await.unwrap(), clone.id()), (Some(id.clone()), Some(id)));
        clone.clear().await.unwrap();
        assert_eq!(store.load().await.unwrap(), None);
    }
}
