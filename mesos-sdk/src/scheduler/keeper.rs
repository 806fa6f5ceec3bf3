//! Between the driver and the store of the framework's id.

use std::sync::Arc;

use super::identity::chosen_id;
use crate::proto::v1::{FrameworkId, FrameworkInfo};
use crate::store::FrameworkStore;
use crate::{Error, ErrorKind};

/// Sees to it that the store holds the framework's id before anything can be launched.
pub(crate) struct Keeper {
    store: Arc<dyn FrameworkStore>,
    framework: String,
    /// What the store holds.
    kept: Option<FrameworkId>,
    /// Why the store does not hold what it should; ends the driver.
    failure: Option<Error>,
}

impl Keeper {
    /// Looks into the store, and completes `framework` with the id of it. If there is none, one is chosen and stored
    /// where that is wanted.
    pub(crate) async fn open(
        store: Arc<dyn FrameworkStore>,
        framework: &mut FrameworkInfo,
        choose: bool,
    ) -> Result<Self, Error> {
        let kept = store.load().await?;
        let mut keeper = Self { store, framework: framework.name.clone(), kept: kept.clone(), failure: None };
        framework.id = match (framework.id.take(), kept) {
            (Some(given), Some(kept)) if given != kept => return Err(keeper.conflict(&given, &kept)),
            (None, None) if choose => Some(keeper.choose().await?),
            (given, kept) => given.or(kept),
        };
        Ok(keeper)
    }

    async fn choose(&mut self) -> Result<FrameworkId, Error> {
        let id = chosen_id();
        let stored = self.store.save(&id).await;
        stored.map_err(|error| {
            let text = format!("framework {:?} was not registered: its id can't be stored", self.framework);
            Error::new(ErrorKind::Store, text).with_source(error)
        })?;
        self.kept = Some(id.clone());
        Ok(id)
    }

    /// Stores the id, unless it is stored already.
    pub(crate) async fn keep(&mut self, id: &FrameworkId) -> Result<(), Error> {
        if self.kept.as_ref() == Some(id) || defect!(ForgetToStore) {
            return Ok(());
        }
        let saved = self.store.save(id).await;
        let text = format!(
            "framework {:?} has the id {}, which can't be stored: the driver ends, and the framework lives on for its \
             failover timeout; to resume it, set FrameworkInfo.id or store the id by hand",
            self.framework, id.value
        );
        self.noted(saved, text)?;
        self.kept = Some(id.clone());
        Ok(())
    }

    /// Stores the id that follows, if it is known already, instead of the one of a framework that is gone.
    pub(crate) async fn replace(
        &mut self,
        gone: &FrameworkId,
        next: Option<&FrameworkId>,
    ) -> Result<(), Error> {
        let done = match next {
            Some(next) => self.store.save(next).await,
            None => self.store.clear().await,
        };
        let text = format!(
            "framework {:?} was removed, and its id {} can't be replaced in the store: no new framework is begun",
            self.framework, gone.value
        );
        self.noted(done, text)?;
        self.kept = next.cloned();
        Ok(())
    }

    /// The framework has ended, as was wanted.
    pub(crate) async fn forget(&self) -> Result<(), Error> {
        let id = self.kept.as_ref().map_or("none", |id| &id.value);
        self.store.clear().await.map_err(|error| {
            let name = &self.framework;
            let text = format!(
                "framework {name:?} was torn down, but its id {id} is still stored: remove it from the store"
            );
            Error::new(ErrorKind::Store, text).with_source(error)
        })
    }

    /// Why the driver has ended, if it was the store's fault.
    pub(crate) fn take_failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    /// Keeps the error for the end of the driver; who has called gets one that says the same.
    fn noted(&mut self, done: Result<(), Error>, text: String) -> Result<(), Error> {
        done.map_err(|error| {
            self.failure = Some(Error::new(ErrorKind::Store, text.clone()).with_source(error));
            Error::new(ErrorKind::Store, text)
        })
    }

    fn conflict(&self, given: &FrameworkId, kept: &FrameworkId) -> Error {
        let text = format!(
            "FrameworkInfo.id of {:?} is {}, but its store holds {}: leave the id out to go on with the stored one, or \
             clear the store",
            self.framework, given.value, kept.value
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

    async fn open(
        store: &MemoryStore,
        id: Option<FrameworkId>,
        choose: bool,
    ) -> (Result<Keeper, Error>, FrameworkInfo) {
        let mut framework = FrameworkInfo { id, ..FrameworkInfo::default() };
        (Keeper::open(Arc::new(store.clone()), &mut framework, choose).await, framework)
    }

    #[tokio::test]
    async fn the_id_is_stored_replaced_and_forgotten() {
        let store = MemoryStore::default();
        let mut keeper = open(&store, None, false).await.0.unwrap();
        keeper.keep(&id("first")).await.unwrap();
        assert_eq!(store.id(), Some(id("first")));
        keeper.replace(&id("first"), Some(&id("second"))).await.unwrap();
        assert_eq!(store.id(), Some(id("second")));
        keeper.replace(&id("second"), None).await.unwrap();
        assert_eq!(store.id(), None);
        keeper.keep(&id("second")).await.unwrap();
        assert_eq!(store.id(), Some(id("second")));
        keeper.forget().await.unwrap();
        assert_eq!(store.id(), None);
        assert!(keeper.take_failure().is_none());
    }

    #[tokio::test]
    async fn an_id_that_is_stored_is_not_stored_again() {
        let store = MemoryStore::default();
        let mut keeper = open(&store, None, false).await.0.unwrap();
        keeper.keep(&id("first")).await.unwrap();
        store.clear().await.unwrap();
        keeper.keep(&id("first")).await.unwrap();
        assert_eq!(store.id(), None);
    }

    #[tokio::test]
    async fn an_id_is_chosen_only_where_there_is_none() {
        let store = MemoryStore::default();
        assert_eq!(open(&store, None, false).await.1.id, None);
        let chosen = open(&store, None, true).await.1.id;
        assert!(chosen.as_ref().is_some_and(|chosen| !chosen.value.is_empty()));
        assert_eq!(store.id(), chosen);
        assert_eq!(open(&store, None, true).await.1.id, chosen);
        assert_ne!(open(&MemoryStore::default(), None, true).await.1.id, chosen, "another framework's");
    }

    #[tokio::test]
    async fn an_id_that_is_not_the_stored_one_is_refused_with_both() {
        let store = MemoryStore::default();
        open(&store, None, false).await.0.unwrap().keep(&id("stored")).await.unwrap();
        let (refused, _) = open(&store, Some(id("given")), false).await;
        let error = refused.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("stored") && error.to_string().contains("given"), "{error}");
        assert!(open(&store, Some(id("stored")), false).await.0.is_ok());
    }
}
