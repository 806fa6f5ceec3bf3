//! An id in ZooKeeper.
//!
//! [`one_shot`] decides what is requested, purely; here are the sockets and the attempts.

mod one_shot;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, sleep};

use super::{FrameworkStore, id_in, to_store};
use crate::backoff::Backoff;
use crate::detect::zookeeper::machine::no_zookeeper;
use crate::detect::zookeeper::machine::wire::next_frame;
use crate::detect::zookeeper::watcher::{disconnected, open};
use crate::detect::zookeeper::{Ensemble, Purpose};
use crate::http::{Connector, Io, TcpConnector};
use crate::proto::v1::FrameworkId;
use crate::timer::within;
use crate::{Address, Error, ErrorKind};
use one_shot::{OneShotSession, Operation};

/// How long a store is tried to be reached, again and again, before that is an error: longer than
/// ZooKeeper needs to elect its own leader.
const RETRY_FOR: Duration = Duration::from_secs(60);
/// How long one server may take for all requests of an operation.
const SERVER_TIMEOUT: Duration = Duration::from_secs(10);

const PURPOSE: Purpose = Purpose {
    what: "store of the framework's id",
    path: "/my-framework/id",
    missing: "the path is missing: it is the node that holds the id",
};

/// Keeps the id in a node of ZooKeeper, for schedulers that may be started on any machine.
///
/// The node and those above it are made when they are needed. With `user:password@` everybody may
/// read them, and only who gives the same user and password may change them; the password is never
/// printed. Each call opens a connection and closes it. A ZooKeeper that is away is tried again,
/// server after server, for 60 s.
///
/// ```
/// use mesos_sdk::store::ZooKeeperStore;
///
/// let store: ZooKeeperStore = "zk://user:secret@10.0.0.1:2181,10.0.0.2:2181/my-framework/id".parse()?;
/// assert_eq!(store.to_string(), "zk://***@10.0.0.1:2181,10.0.0.2:2181/my-framework/id");
/// # Ok::<(), mesos_sdk::Error>(())
/// ```
#[derive(Clone)]
pub struct ZooKeeperStore {
    ensemble: Arc<Ensemble>,
    connector: Arc<dyn Connector>,
}

impl ZooKeeperStore {
    async fn run(&self, operation: Operation) -> Result<Option<Bytes>, Error> {
        let mut backoff = Backoff::new(fastrand::u64(..));
        let (began, servers) = (Instant::now(), &self.ensemble.servers);
        let mut late = 0;
        for (attempt, server) in servers.iter().cycle().skip(fastrand::usize(..servers.len())).enumerate() {
            // Time may have passed in a pause of this process: each server is tried once more after
            // that.
            late += usize::from(began.elapsed() >= RETRY_FOR);
            let error = match self.request(server, &operation).await {
                Ok(data) => return Ok(data),
                Err(error) => error,
            };
            if is_final(&error) || late >= servers.len() {
                return Err(self.failed(&operation, error));
            }
            tracing::warn!(zookeeper = %server, ?error, "the store of the framework's id is away");
            if (attempt + 1) % servers.len() == 0 {
                sleep(backoff.next_wait()).await;
            }
        }
        unreachable!("an ensemble has at least one server")
    }

    async fn request(&self, server: &Address, operation: &Operation) -> Result<Option<Bytes>, Error> {
        let io = open(self.connector.as_ref(), server).await?;
        let session = OneShotSession::new(&self.ensemble, server, operation);
        within(SERVER_TIMEOUT, exchange(session, server, io)).await.unwrap_or_else(|| {
            let text = format!("ZooKeeper {server} did not respond within {} s", SERVER_TIMEOUT.as_secs());
            Err(Error::new(ErrorKind::Timeout, text))
        })
    }

    fn failed(&self, operation: &Operation, cause: Error) -> Error {
        let what = match operation {
            Operation::Load => "read from",
            Operation::Save(_) => "stored in",
            Operation::Clear => "removed from",
        };
        let text = format!("the framework's id can't be {what} {self}");
        Error::new(ErrorKind::Store, text).with_source(cause)
    }
}

/// Returns whether another attempt makes no sense.
fn is_final(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::NotMesos)
}

async fn exchange(
    mut session: OneShotSession<'_>,
    server: &Address,
    mut io: Box<dyn Io>,
) -> Result<Option<Bytes>, Error> {
    let mut received = BytesMut::new();
    loop {
        for frame in session.take_frames() {
            io.write_all(&frame).await.map_err(|error| disconnected(server, false, error))?;
        }
        if session.is_done() {
            return Ok(session.data());
        }
        match io.read_buf(&mut received).await {
            Ok(1..) => {}
            Ok(0) => return Err(disconnected(server, false, std::io::ErrorKind::UnexpectedEof.into())),
            Err(error) => return Err(disconnected(server, false, error)),
        }
        while let Some(frame) = next_frame(&mut received).map_err(|_| no_zookeeper(server))? {
            session.take(frame)?;
        }
    }
}

#[async_trait]
impl FrameworkStore for ZooKeeperStore {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        let Some(data) = self.run(Operation::Load).await? else { return Ok(None) };
        let unusable = |why: String| {
            let text =
                format!("the node {self} of the framework's id {why}: write the id into it, or remove it");
            Error::new(ErrorKind::Store, text)
        };
        id_in(&data).map(Some).map_err(unusable)
    }

    async fn save(&self, id: &FrameworkId) -> Result<(), Error> {
        self.run(Operation::Save(Bytes::copy_from_slice(to_store(id)?.as_bytes()))).await.map(drop)
    }

    async fn clear(&self) -> Result<(), Error> {
        self.run(Operation::Clear).await.map(drop)
    }
}

impl FromStr for ZooKeeperStore {
    type Err = Error;

    /// Reads `zk://[user:password@]host1[:port],host2[:port]/path/of/the/node`, with 2181 as the
    /// port where there is none.
    fn from_str(text: &str) -> Result<Self, Error> {
        let ensemble = Arc::new(Ensemble::parse(text, &PURPOSE)?);
        Ok(Self { ensemble, connector: Arc::new(TcpConnector) })
    }
}

impl fmt::Display for ZooKeeperStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ensemble.fmt(formatter)
    }
}

impl fmt::Debug for ZooKeeperStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ZooKeeperStore({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// No server can be reached; counts the attempts.
    #[derive(Debug, Default)]
    struct Away(AtomicUsize);

    #[async_trait]
    impl Connector for Away {
        async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Err(io::ErrorKind::ConnectionRefused.into())
        }
    }

    /// A server that responds with these frames, one for each that comes, in pieces.
    #[derive(Debug)]
    struct Server(Vec<Vec<u8>>);

    #[async_trait]
    impl Connector for Server {
        async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
            let (ours, mut servers) = tokio::io::duplex(1024);
            let frames = self.0.clone();
            tokio::spawn(async move {
                for frame in frames {
                    let length = servers.read_u32().await?;
                    servers.read_exact(&mut vec![0; usize::try_from(length).unwrap()]).await?;
                    servers.write_u32(u32::try_from(frame.len()).unwrap()).await?;
                    for piece in frame.chunks(7) {
                        servers.write_all(piece).await?;
                        sleep(Duration::from_millis(1)).await;
                    }
                }
                Ok::<_, io::Error>(())
            });
            Ok(Box::new(ours))
        }
    }

    /// The greeting of a server.
    fn greeted() -> Vec<u8> {
        [&[0; 6][..], &[39, 16], &[0; 11], &[16], &[7; 16]].concat()
    }

    /// A response without an error.
    fn responds(xid: u8, body: &[u8]) -> Vec<u8> {
        [&[0, 0, 0, xid][..], &[0; 12], body].concat()
    }

    fn store(server: Server) -> ZooKeeperStore {
        let ensemble = Arc::new(Ensemble::parse("zk://a/id", &PURPOSE).unwrap());
        ZooKeeperStore { ensemble, connector: Arc::new(server) }
    }

    #[tokio::test(start_paused = true)]
    async fn stored_id_is_read_in_whatever_pieces() {
        let frames = vec![greeted(), responds(1, b""), responds(2, b"\0\0\0\x03f-0")];
        assert_eq!(store(Server(frames)).load().await.unwrap(), Some(FrameworkId::from("f-0")));
    }

    #[tokio::test(start_paused = true)]
    async fn id_is_saved_when_the_server_confirms() {
        let id = FrameworkId::from("f-0");
        store(Server(vec![greeted(), responds(1, b"")])).save(&id).await.unwrap();
        let error = store(Server(vec![greeted()])).save(&id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store, "it hangs up each time");
    }

    #[tokio::test(start_paused = true)]
    async fn lost_zookeeper_is_retried_for_a_minute() {
        let (away, began) = (Arc::new(Away::default()), Instant::now());
        let ensemble = Arc::new(Ensemble::parse("zk://a,b,c/id", &PURPOSE).unwrap());
        let store = ZooKeeperStore { ensemble, connector: Arc::clone(&away) as _ };
        let error = store.load().await.unwrap_err();
        assert_eq!(error.to_string(), "the framework's id can't be read from zk://a:2181,b:2181,c:2181/id");
        assert!((60..80).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
        let attempts = away.0.load(Ordering::Relaxed);
        assert!(attempts.is_multiple_of(3) && (12..100).contains(&attempts), "{attempts}");
    }
}
