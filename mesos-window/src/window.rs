//! The settings of a window.

use std::sync::Arc;

use mesos_sdk::operator::MasterOperator;
use mesos_sdk::{ClientOptions, Master};
use tokio::net::TcpListener;

use crate::faults::Faults;
use crate::guard::Guard;
use crate::state::ServerState;
use crate::{server, watch};

/// A window on a cluster, to be served.
#[derive(Clone, Debug)]
pub struct Window {
    master: Master,
    options: ClientOptions,
    hosts: Vec<String>,
    allow_changes: bool,
    faults: Option<Arc<dyn Faults>>,
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

    /// Sets how the window connects to the master and to agents, and identifies itself. Credentials
    /// go only to agents whose hosts are among the trusted ones of the options.
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
        let operator = MasterOperator::new(self.master).client_options(self.options);
        let faults = self.faults.filter(|_| self.allow_changes);
        let guard = Guard::new(self.hosts);
        let state = Arc::new(ServerState::new(operator, guard, self.allow_changes, faults));
        tokio::join!(server::run(Arc::clone(&state), listener), watch::events(&state), watch::poll(&state));
    }
}
