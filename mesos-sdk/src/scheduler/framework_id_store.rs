//! Connects the driver to the store of the framework id.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::identity::{IdRecord, chosen_id};
use crate::proto::v1::{FrameworkId, FrameworkInfo};
use crate::store::FrameworkStore;
use crate::{Error, ErrorKind};

/// The store of one framework's id, with errors that name the framework.
#[derive(Clone)]
pub(crate) struct FrameworkIdStore {
    store: Arc<dyn FrameworkStore>,
    framework: String,
}

impl FrameworkIdStore {
    /// Reads the store, and sets the id in `framework`. If there is no id and the client is to
    /// generate one, generates and stores it. Also returns the id that the store holds.
    pub(crate) async fn open(
        store: Arc<dyn FrameworkStore>,
        framework: &mut FrameworkInfo,
        choose: bool,
    ) -> Result<(Self, Option<FrameworkId>), Error> {
        let mut stored = store.load().await?;
        let ids = Self { store, framework: framework.name.clone() };
        framework.id = match (framework.id.take(), &stored) {
            (Some(given), Some(stored)) if given != *stored => return Err(ids.conflict(&given, stored)),
            (None, None) if choose => {
                stored = Some(ids.choose().await?);
                stored.clone()
            }
            (given, stored) => given.or_else(|| stored.clone()),
        };
        Ok((ids, stored))
    }

    /// Returns the error of a driver that was stopped, and whose store could not be
    /// [opened](Self::open) within `limit`.
    pub(crate) fn unopened(limit: Duration) -> Error {
        let text = format!(
            "the driver was stopped, but its store did not respond within {} s: if it holds the id of a framework, the \
             framework was not torn down, and its tasks run on until its failover timeout",
            limit.as_secs_f64()
        );
        Error::new(ErrorKind::Store, text)
    }

    async fn choose(&self) -> Result<FrameworkId, Error> {
        let id = chosen_id();
        let stored = self.store.save(&id).await;
        stored.map_err(|error| {
            let text = format!("framework {:?} was not registered: its id can't be stored", self.framework);
            Error::new(ErrorKind::Store, text).with_source(error)
        })?;
        Ok(id)
    }

    /// Writes a record.
    pub(crate) async fn write(self, record: IdRecord) -> Result<(), Error> {
        let (written, text) = match record {
            IdRecord::Save(id) => (
                self.store.save(&id).await,
                format!(
                    "framework {:?} has the id {}, which can't be stored: the driver ends, and the framework remains \
                     for its failover timeout; to resume it, set FrameworkInfo.id or store the id by hand",
                    self.framework, id.value
                ),
            ),
            IdRecord::Replace { gone, next } => (
                match &next {
                    Some(next) => self.store.save(next).await,
                    None => self.store.clear().await,
                },
                format!(
                    "framework {:?} was removed, and its id {} can't be replaced in the store: no new framework is \
                     registered",
                    self.framework, gone.value
                ),
            ),
        };
        written.map_err(|error| Error::new(ErrorKind::Store, text).with_source(error))
    }

    /// Removes the id of a framework that was torn down, within `limit`.
    pub(crate) async fn forget(&self, limit: Duration) -> Result<(), Error> {
        let late = |_| {
            let text = format!("the store did not respond within {} s", limit.as_secs_f64());
            self.left_behind("its id may still be stored", Error::new(ErrorKind::Timeout, text))
        };
        timeout(limit, self.clear()).await.map_err(late)?
    }

    async fn clear(&self) -> Result<(), Error> {
        let Err(error) = self.store.clear().await else { return Ok(()) };
        let left = self.store.load().await.ok().flatten();
        let id = left.as_ref().map_or("", |id| &id.value);
        Err(self.left_behind(&format!("its id {id} is still stored"), error))
    }

    fn left_behind(&self, what: &str, cause: Error) -> Error {
        let text =
            format!("framework {:?} was torn down, but {what}: remove it from the store", self.framework);
        Error::new(ErrorKind::Store, text).with_source(cause)
    }

    fn conflict(&self, given: &FrameworkId, stored: &FrameworkId) -> Error {
        let text = format!(
            "FrameworkInfo.id of {:?} is {}, but its store holds {}: leave the id out to go on with the stored one, or \
             clear the store",
            self.framework, given.value, stored.value
        );
        Error::new(ErrorKind::Invalid, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    fn id(value: &str) -> FrameworkId {
        FrameworkId { value: value.to_owned() }
    }

    type Opened = Result<(FrameworkIdStore, Option<FrameworkId>), Error>;

    async fn open(store: &MemoryStore, id: Option<FrameworkId>, choose: bool) -> (Opened, FrameworkInfo) {
        let mut framework = FrameworkInfo { id, ..FrameworkInfo::default() };
        (FrameworkIdStore::open(Arc::new(store.clone()), &mut framework, choose).await, framework)
    }

    #[tokio::test]
    async fn the_id_is_stored_replaced_and_forgotten() {
        let store = MemoryStore::default();
        let (ids, stored) = open(&store, None, false).await.0.unwrap();
        assert_eq!(stored, None);
        let replace = |gone, next: Option<&str>| IdRecord::Replace { gone: id(gone), next: next.map(id) };
        ids.clone().write(IdRecord::Save(id("first"))).await.unwrap();
        assert_eq!(store.id(), Some(id("first")));
        assert_eq!(open(&store, None, false).await.0.unwrap().1, Some(id("first")));
        ids.clone().write(replace("first", Some("second"))).await.unwrap();
        assert_eq!(store.id(), Some(id("second")));
        ids.clone().write(replace("second", None)).await.unwrap();
        assert_eq!(store.id(), None);
        ids.clone().write(IdRecord::Save(id("third"))).await.unwrap();
        ids.forget(Duration::MAX).await.unwrap();
        assert_eq!(store.id(), None);
    }

    #[tokio::test]
    async fn an_id_is_chosen_only_where_there_is_none() {
        let store = MemoryStore::default();
        assert_eq!(open(&store, None, false).await.1.id, None);
        let (opened, framework) = open(&store, None, true).await;
        let chosen = framework.id;
        assert!(chosen.as_ref().is_some_and(|chosen| !chosen.value.is_empty()));
        assert_eq!((store.id(), opened.unwrap().1), (chosen.clone(), chosen.clone()));
        assert_eq!(open(&store, None, true).await.1.id, chosen);
        assert_ne!(open(&MemoryStore::default(), None, true).await.1.id, chosen, "another framework's");
    }

    #[tokio::test]
    async fn different_id_is_refused_with_both() {
        let store = MemoryStore::default();
        store.save(&id("stored")).await.unwrap();
        let (refused, _) = open(&store, Some(id("given")), false).await;
        let error = refused.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("stored") && error.to_string().contains("given"), "{error}");
        assert!(open(&store, Some(id("stored")), false).await.0.is_ok());
    }
}
