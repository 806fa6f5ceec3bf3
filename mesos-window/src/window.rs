//! The settings of a window.

use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use mesos_sdk::operator::{AgentOperator, MasterOperator};
use mesos_sdk::{ClientOptions, Error, Master};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use crate::faults::Faults;
use crate::guard::Guard;
use crate::model::{Model, Sandbox};
use crate::{server, watch as watching};

/// A window on a cluster, to be served.
#[derive(Clone, Debug)]
pub struct Window {
    master: Master,
    options: ClientOptions,
    hosts: Vec<String>,
    allow_changes: bool,
    faults: Option<Arc<dyn Faults>>,
}

/// A window that is served.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) operator: MasterOperator,
    options: ClientOptions,
    pub(crate) guard: Guard,
    pub(crate) allow_changes: bool,
    pub(crate) faults: Option<Arc<dyn Faults>>,
    model: RwLock<Model>,
    /// The model's version, for those who wait for a change.
    version: watch::Sender<u64>,
    /// Held by each page that is open.
    watchers: Mutex<Arc<()>>,
    /// Notified when a page is opened.
    pub(crate) opened: Notify,
}

impl Window {
    /// Creates a window on the cluster of this master. It changes nothing there.
    pub fn new(master: impl Into<Master>) -> Self {
        Self {
            master: master.into(),
            options: ClientOptions::new(),
            hosts: Vec::new(),
            allow_changes: false,
            faults: None,
        }
    }

    /// Sets how the window connects to the master and to agents, and identifies itself.
    #[must_use]
    pub fn client_options(self, options: ClientOptions) -> Self {
        Self { options, ..self }
    }

    /// Allows requests that name the window so, such as by the name of its machine.
    #[must_use]
    pub fn host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into().to_lowercase());
        self
    }

    /// Sets whether the page can kill tasks, tear frameworks down, and deactivate agents. Default:
    /// false.
    #[must_use]
    pub fn allow_changes(self, allow_changes: bool) -> Self {
        Self { allow_changes, ..self }
    }

    /// Sets what injects faults into the cluster. The page offers them if
    /// [changes](Self::allow_changes) are allowed.
    #[must_use]
    pub fn faults(self, faults: impl Faults + 'static) -> Self {
        Self { faults: Some(Arc::new(faults)), ..self }
    }

    /// Serves the window until the future is dropped.
    pub async fn serve(self, listener: TcpListener) {
        let open = Arc::new(Open {
            operator: MasterOperator::new(self.master).client_options(self.options.clone()),
            options: self.options,
            guard: Guard::new(self.hosts),
            allow_changes: self.allow_changes,
            faults: self.faults.filter(|_| self.allow_changes),
            model: RwLock::default(),
            version: watch::Sender::new(0),
            watchers: Mutex::default(),
            opened: Notify::new(),
        });
        tokio::join!(
            server::run(Arc::clone(&open), listener),
            watching::events(&open),
            watching::poll(&open)
        );
    }
}

impl Open {
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

    /// Returns what a page holds while it is open.
    pub(crate) fn watcher(&self) -> Arc<()> {
        if !self.is_watched() {
            self.opened.notify_one();
        }
        Arc::clone(&self.watchers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns whether a page is open.
    pub(crate) fn is_watched(&self) -> bool {
        Arc::strong_count(&self.watchers.lock().unwrap_or_else(PoisonError::into_inner)) > 1
    }

    /// Returns a client of the agent with this sandbox.
    pub(crate) fn agent(&self, sandbox: &Sandbox) -> Result<AgentOperator, Error> {
        AgentOperator::new(sandbox.agent.clone()).client_options(self.options.clone()).path(&sandbox.api)
    }
}
