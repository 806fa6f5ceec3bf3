//! What all requests of a window share: the model, and how to reach the cluster.

use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use mesos_sdk::operator::MasterOperator;
use tokio::sync::{Notify, watch};

use crate::faults::Faults;
use crate::guard::Guard;
use crate::model::Model;

/// What all requests of a window share.
#[derive(Debug)]
pub(crate) struct ServerState {
    pub(crate) operator: MasterOperator,
    pub(crate) guard: Guard,
    pub(crate) allow_changes: bool,
    pub(crate) faults: Option<Arc<dyn Faults>>,
    model: RwLock<Model>,
    /// The model's version, for those who wait for a change.
    version: watch::Sender<u64>,
    /// Held by each page that is state.
    watchers: Mutex<Arc<()>>,
    /// Notified when a page is opened.
    pub(crate) opened: Notify,
}

impl ServerState {
    /// Creates a window that knows nothing yet.
    pub(crate) fn new(
        operator: MasterOperator,
        guard: Guard,
        allow_changes: bool,
        faults: Option<Arc<dyn Faults>>,
    ) -> Self {
        Self {
            operator,
            guard,
            allow_changes,
            faults,
            model: RwLock::default(),
            version: watch::Sender::new(0),
            watchers: Mutex::default(),
            opened: Notify::new(),
        }
    }

    pub(crate) fn model(&self) -> RwLockReadGuard<'_, Model> {
        self.model.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the model, and wakes those who wait for that.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Model)) {
        let mut model: RwLockWriteGuard<'_, Model> =
            self.model.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut model);
        self.version.send_replace(model.version());
    }

    /// Returns what changes with the model.
    pub(crate) fn versions(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Returns what a page holds while it is state.
    pub(crate) fn watcher(&self) -> Arc<()> {
        if !self.is_watched() {
            self.opened.notify_one();
        }
        Arc::clone(&self.watchers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns whether a page is state.
    pub(crate) fn is_watched(&self) -> bool {
        Arc::strong_count(&self.watchers.lock().unwrap_or_else(PoisonError::into_inner)) > 1
    }
}
