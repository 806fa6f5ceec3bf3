//! The leading master by ZooKeeper, in which the masters elect it.
//!
//! What is decided is in [`machine`], purely; [`watcher`] is the shell with the sockets. The client
//! is a small one of our own: see `docs/adr/0006-zookeeper.md`.

mod ensemble;
pub(crate) mod machine;
pub(crate) mod reason;
#[cfg(test)]
mod tests;
pub(crate) mod watcher;

use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Master, MasterDetector};
use crate::http::{Connector, TcpConnector};
use crate::security::Named;
use crate::{Address, Error, ErrorKind};

pub(crate) use ensemble::MASTERS;
pub use ensemble::{Ensemble, Purpose};
use machine::Leadership;
use watcher::Watcher;

/// Returns the master that `text` (`zk://…`) leads to.
pub(super) fn master(text: &str) -> Result<Master, Error> {
    let ensemble = Ensemble::parse(text, &MASTERS)?;
    // Its own text has no secret in it.
    let text = ensemble.to_string();
    let detector = Arc::new(ZooKeeper::new(ensemble, Arc::new(TcpConnector)));
    // Whoever may write there decides what it gives, and that is not the user alone.
    Ok(Master { text, detector, named: Named::Nobody })
}

/// Connects when it is first used, and stays connected until it is dropped.
struct ZooKeeper {
    ensemble: Arc<Ensemble>,
    connector: Arc<dyn Connector>,
    watching: Mutex<Option<Watching>>,
}

impl fmt::Debug for ZooKeeper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ZooKeeper({})", self.ensemble)
    }
}

struct Watching {
    known: watch::Receiver<Leadership>,
    task: JoinHandle<()>,
}

impl ZooKeeper {
    fn new(ensemble: Ensemble, connector: Arc<dyn Connector>) -> Self {
        Self { ensemble: Arc::new(ensemble), connector, watching: Mutex::new(None) }
    }

    /// Returns what is known, now and later. A watcher whose runtime has ended is replaced.
    fn known(&self) -> watch::Receiver<Leadership> {
        let mut watching = self.watching.lock().unwrap_or_else(PoisonError::into_inner);
        let alive = watching.take().filter(|watching| !watching.task.is_finished());
        watching.insert(alive.unwrap_or_else(|| self.start())).known.clone()
    }

    fn start(&self) -> Watching {
        let (sender, known) = watch::channel(Leadership::Unknown);
        let (ensemble, connector) = (Arc::clone(&self.ensemble), Arc::clone(&self.connector));
        let task = tokio::spawn(Watcher { ensemble, connector, known: sender }.run());
        Watching { known, task }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[async_trait]
impl MasterDetector for ZooKeeper {
    async fn detect(&self, _failed: Option<&Address>) -> Result<Address, Error> {
        let mut known = self.known();
        let known = known.wait_for(|known| *known != Leadership::Unknown).await.map(|known| known.clone());
        match known {
            Ok(Leadership::Leader(leader)) => Ok(leader),
            Ok(Leadership::Nobody(kind, text)) => Err(Error::new(kind, text)),
            Ok(Leadership::Unknown) | Err(_) => {
                let text = format!("{}: the runtime that watched it has ended", self.ensemble);
                Err(Error::new(ErrorKind::Unavailable, text))
            }
        }
    }

    async fn changed(&self, known: Option<&Address>) -> Address {
        let is_other = |now: &Leadership| matches!(now, Leadership::Leader(leader) if Some(leader) != known);
        let mut now = self.known();
        let other = now.wait_for(is_other).await.map(|other| other.clone());
        match other {
            Ok(Leadership::Leader(leader)) => leader,
            _ => pending().await,
        }
    }
}
