//! Looks at running commands, as their checks want them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mesos_executor::machine::{Outcome, Probe, Which};
use mesos_executor::{ProcessEnvironment, carry_out};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::machine::Input;

/// Where commands run, and the looks at them that are under way: at most one of each kind for each
/// container.
#[derive(Debug, Default)]
pub(super) struct Probes {
    containers: Mutex<BTreeMap<String, Container>>,
}

#[derive(Debug)]
struct Container {
    environment: ProcessEnvironment,
    under_way: BTreeMap<Which, AbortHandle>,
}

impl Probes {
    /// Registers a container that runs.
    pub(super) fn begin(&self, container: &str, environment: ProcessEnvironment) {
        let entry = Container { environment, under_way: BTreeMap::new() };
        self.lock().insert(container.to_owned(), entry);
    }

    /// Removes a container that has ended.
    pub(super) fn end(&self, container: &str) {
        self.lock().remove(container);
    }

    /// Removes all containers.
    pub(super) fn end_all(&self) {
        self.lock().clear();
    }

    /// Takes a look; what came of it goes to `reports`.
    pub(super) fn probe(&self, container: &str, which: Which, probe: Probe, reports: mpsc::Sender<Input>) {
        let mut containers = self.lock();
        let Some(known) = containers.get_mut(container) else { return };
        let (container, environment) = (container.to_owned(), known.environment.clone());
        let looking = tokio::spawn(async move {
            let outcome: Outcome = carry_out(probe, environment).await;
            // Nobody listens any more once the agent is gone.
            let _ = reports.send(Input::Probed { container, which, outcome }).await;
        });
        if let Some(before) = known.under_way.insert(which, looking.abort_handle()) {
            before.abort();
        }
    }

    pub(super) fn abandon(&self, container: &str, which: Which) {
        if let Some(under_way) =
            self.lock().get_mut(container).and_then(|known| known.under_way.remove(&which))
        {
            under_way.abort();
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Container>> {
        self.containers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        self.under_way.values().for_each(AbortHandle::abort);
    }
}
