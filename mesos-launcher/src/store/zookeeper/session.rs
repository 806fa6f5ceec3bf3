//! The session with ZooKeeper, and the election.

use std::time::Duration;

use mesos_sdk::detect::Ensemble;
use tokio::sync::Mutex;
use tokio::time::sleep;
use zookeeper_client::{Acls, Client, Error, LockPrefix, OwnedLockClient};

use super::layout;
use super::nodes::Nodes;
use super::problem::{failed, lost_leadership};
use crate::store::StoreError;

/// After which time without a sign of life ZooKeeper gives up a session, and with it a leader. The
/// server may choose another one, within its limits.
const SESSION_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a scheduler on standby waits before it connects again.
const STANDBY_RETRY: Duration = Duration::from_secs(1);
/// What the name of a node in the election contains, before its number.
const NAME: &str = "scheduler-";
/// The longest description of a leader that is logged.
const MAX_DESCRIPTION: usize = 200;

/// Connects when it is first used, and again when the session has ended, unless it leads: the next
/// leader may have begun.
pub(super) struct Session {
    ensemble: Ensemble,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    client: Option<Client>,
    /// The node in the election, while this scheduler leads.
    lead: Option<OwnedLockClient>,
}

impl Session {
    pub(super) fn new(ensemble: Ensemble) -> Self {
        Self { ensemble, held: Mutex::default() }
    }

    /// Returns who may access the nodes: the user, if there is one.
    pub(super) fn acls(&self) -> Acls<'static> {
        match self.ensemble.credentials {
            Some(_) => Acls::creator_all(),
            None => Acls::anyone_all(),
        }
    }

    pub(super) async fn client(&self) -> Result<Client, StoreError> {
        let mut held = self.held.lock().await;
        match &held.client {
            Some(client) if !client.state().is_terminated() => return Ok(client.clone()),
            Some(_) if held.lead.is_some() => return Err(lost_leadership(&self.ensemble.to_string())),
            _ => {}
        }
        let client = self.connect().await.map_err(|error| self.unreachable(&error))?;
        held.client = Some(client.clone());
        Ok(client)
    }

    fn unreachable(&self, error: &Error) -> StoreError {
        failed(&format!("no session with {}", self.ensemble), error)
    }

    async fn connect(&self) -> Result<Client, Error> {
        let mut connector = Client::connector().with_session_timeout(SESSION_TIMEOUT);
        if let Some(credentials) = &self.ensemble.credentials {
            connector = connector.with_auth("digest", credentials.reveal().as_bytes());
        }
        let servers: Vec<_> = self.ensemble.servers.iter().map(ToString::to_string).collect();
        connector.connect(&servers.join(",")).await
    }

    /// Waits until this scheduler leads.
    pub(super) async fn lead(&self, nodes: &Nodes) -> Result<(), StoreError> {
        self.close().await;
        loop {
            match self.elected(nodes).await {
                Ok(held) => {
                    *self.held.lock().await = held;
                    tracing::info!(store = %self.ensemble, "this scheduler leads");
                    return Ok(());
                }
                Err(error) if !error.is_retryable() => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "standing by: the election is tried again");
                    sleep(STANDBY_RETRY).await;
                }
            }
        }
    }

    async fn elected(&self, nodes: &Nodes) -> Result<Held, StoreError> {
        let client = self.connect().await.map_err(|error| self.unreachable(&error))?;
        layout::create(&client, nodes, self.acls(), &self.ensemble.to_string()).await?;
        self.win(client, &nodes.election()).await.map_err(|error| self.unreachable(&error))
    }

    async fn win(&self, client: Client, election: &str) -> Result<Held, Error> {
        if let Some(leader) = leader(&client, election).await? {
            tracing::info!(store = %self.ensemble, leader, "standing by: another scheduler leads");
        }
        let prefix = LockPrefix::new_curator(election, NAME)?;
        let lead = client.lock(prefix, description().as_bytes(), self.acls()).await?.into_owned();
        Ok(Held { client: Some(client), lead: Some(lead) })
    }

    /// Returns when this scheduler may have lost the leadership. Pending if it does not lead.
    pub(super) async fn lost(&self) -> StoreError {
        let watcher = {
            let held = self.held.lock().await;
            held.client.as_ref().filter(|_| held.lead.is_some()).map(Client::state_watcher)
        };
        let Some(mut watcher) = watcher else { return std::future::pending().await };
        while !watcher.state().is_terminated() {
            watcher.changed().await;
        }
        lost_leadership(&self.ensemble.to_string())
    }

    /// Gives up the leadership, if it has it, and the session.
    pub(super) async fn close(&self) {
        let Held { client, lead } = std::mem::take(&mut *self.held.lock().await);
        let (Some(client), Some(lead)) = (client, lead) else { return };
        if let Err(error) = client.delete(lead.lock_path(), None).await {
            tracing::warn!(%error, "the leadership is given up when the session ends");
        }
    }
}

/// Returns who leads, as it has described itself.
async fn leader(client: &Client, election: &str) -> Result<Option<String>, Error> {
    let mut children = client.list_children(election).await?;
    children.retain(|name| name.contains(NAME));
    // Their names end with a number, in the order in which they have come.
    children.sort_unstable_by(|a, b| number(a).cmp(number(b)));
    let Some(first) = children.first() else { return Ok(None) };
    match client.get_data(&format!("{election}/{first}")).await {
        Ok((data, _)) => Ok(Some(String::from_utf8_lossy(&data).chars().take(MAX_DESCRIPTION).collect())),
        Err(Error::NoNode) => Ok(None),
        Err(error) => Err(error),
    }
}

fn number(name: &str) -> &str {
    name.rsplit_once('-').map_or(name, |(_, number)| number)
}

/// Describes this scheduler to those on standby.
fn description() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "a host without a name" } else { host.trim() };
    format!("process {} on {host}", std::process::id())
}
