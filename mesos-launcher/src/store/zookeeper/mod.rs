//! Records in ZooKeeper.

mod layout;
mod nodes;
mod problem;
mod records;
mod session;
mod staged;
mod transaction;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use mesos_sdk::detect::{Ensemble, Purpose};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use self::nodes::Nodes;
use self::records::Keys;
use self::session::Session;
use self::transaction::Writer;
use super::{Change, Epoch, Opened, Store, StoreError, check};

/// How long opening is tried again while ZooKeeper is away: longer than it needs to elect its own
/// leader.
const OPEN_FOR: Duration = Duration::from_secs(60);
/// How long to wait before it is tried again.
const OPEN_AGAIN: Duration = Duration::from_secs(1);

const PURPOSE: Purpose = Purpose {
    what: "store of the launcher's records",
    path: "/my-framework",
    missing: "the path is missing: it is the node below which the records are",
};

/// Keeps records in ZooKeeper, for schedulers that may be started on any machine, and elects one of
/// those that [stand by](crate::LauncherBuilder::standby).
///
/// Each record is a node. A write is one transaction, which also checks the epoch: once the store
/// was opened again, whether by this process or another one, no earlier write can succeed. A write
/// of more than 768 KiB is staged first, and takes effect as a whole as well. The nodes and those
/// above them are created when they are needed. With `user:password@` only who gives the same user
/// and password may read or change them; the password is never printed.
///
/// ZooKeeper keeps all nodes in memory, and the launcher has all records in memory as well. A
/// ZooKeeper that is away when the store is opened is tried again for 60 s; later, the launcher
/// waits for it.
///
/// ```
/// use mesos_launcher::store::ZooKeeperStore;
///
/// let store: ZooKeeperStore = "zk://user:secret@10.0.0.1:2181,10.0.0.2:2181/my-framework".parse()?;
/// assert_eq!(store.to_string(), "zk://***@10.0.0.1:2181,10.0.0.2:2181/my-framework");
/// # Ok::<(), mesos_sdk::Error>(())
/// ```
pub struct ZooKeeperStore {
    session: Session,
    nodes: Nodes,
    /// The text, without the password.
    at: String,
    state: Mutex<State>,
}

/// What is known of the store since it was opened.
#[derive(Default)]
struct State {
    epoch: Option<Epoch>,
    keys: Keys,
    /// Whether a write may have happened or not.
    is_in_doubt: bool,
}

impl ZooKeeperStore {
    async fn open_once(&self) -> Result<Opened, StoreError> {
        let mut state = self.state.lock().await;
        *state = State::default();
        let client = self.session.client().await?;
        let (nodes, at, acls) = (&self.nodes, self.at.as_str(), self.session.acls());
        let epoch = layout::begin_epoch(&client, nodes, acls, at).await?;
        let mut keys = records::keys(&client, nodes, at).await?;
        staged::finish(&Writer { client: &client, nodes, acls, epoch, at }, &mut keys).await?;
        let records = records::read(&client, nodes, (&keys, epoch), at).await?;
        *state = State { epoch: Some(epoch), keys, is_in_doubt: false };
        Ok(Opened { epoch, records })
    }

    async fn write_once(&self, epoch: Epoch, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut state = self.state.lock().await;
        if state.epoch != Some(epoch) {
            return Err(StoreError::fenced(epoch));
        }
        let client = self.session.client().await?;
        let (nodes, at, acls) = (&self.nodes, self.at.as_str(), self.session.acls());
        let writer = Writer { client: &client, nodes, acls, epoch, at };
        if state.is_in_doubt {
            state.keys = records::keys(&client, nodes, at).await?;
            staged::finish(&writer, &mut state.keys).await?;
        }
        state.is_in_doubt = true;
        match transaction::parts(nodes, changes).as_slice() {
            [part] => writer.apply(part, &mut state.keys).await?,
            parts => staged::write(&writer, parts, &mut state.keys).await?,
        }
        state.is_in_doubt = false;
        Ok(())
    }
}

#[async_trait]
impl Store for ZooKeeperStore {
    async fn open(&self) -> Result<Opened, StoreError> {
        let began = Instant::now();
        loop {
            match self.open_once().await {
                Err(error) if error.is_retryable() && began.elapsed() < OPEN_FOR => {
                    tracing::warn!(%error, "the store can't be opened: this is tried again");
                    sleep(OPEN_AGAIN).await;
                }
                result => return result,
            }
        }
    }

    async fn write(&self, epoch: Epoch, changes: Vec<Change>) -> Result<(), StoreError> {
        check(&changes)?;
        self.write_once(epoch, changes).await
    }

    async fn lead(&self) -> Result<(), StoreError> {
        self.session.lead(&self.nodes).await
    }

    async fn lost(&self) -> StoreError {
        self.session.lost().await
    }

    async fn close(&self) {
        self.session.close().await
    }
}

impl FromStr for ZooKeeperStore {
    type Err = mesos_sdk::Error;

    /// Reads `zk://[user:password@]host1[:port],host2[:port]/path`, with 2181 as the port where
    /// there is none.
    fn from_str(text: &str) -> Result<Self, mesos_sdk::Error> {
        let ensemble = Ensemble::parse(text, &PURPOSE)?;
        let (nodes, at) = (Nodes::new(&ensemble.path), ensemble.to_string());
        Ok(Self { session: Session::new(ensemble), nodes, at, state: Mutex::default() })
    }
}

impl fmt::Display for ZooKeeperStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.at)
    }
}

impl fmt::Debug for ZooKeeperStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ZooKeeperStore({self})")
    }
}
