//! The thin shell around the machine: connects to one server after another, and reports who leads.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::ensemble::Ensemble;
use super::machine::{Leadership, Output, Session, next_frame, no_zookeeper};
use crate::backoff::{Backoff, HEALTHY_AFTER};
use crate::duration::after;
use crate::http::{Connector, Io};
use crate::timer::within;
use crate::{Address, Error, ErrorKind};

/// How long opening a connection to one server may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Watches until it is dropped.
pub(super) struct Watcher {
    pub(super) ensemble: Arc<Ensemble>,
    pub(super) connector: Arc<dyn Connector>,
    pub(super) known: watch::Sender<Leadership>,
}

/// How a connection ended.
struct End {
    error: Error,
    /// Whether the server had reported who leads, or that nobody does.
    reported: bool,
}

impl Watcher {
    /// Stays with a server as long as it lives. When it is lost the next one is tried at once, and
    /// after every round of them there is a wait, which grows.
    pub(super) async fn run(self) {
        let mut backoff = Backoff::new(fastrand::u64(..));
        let mut failures = Vec::new();
        let servers = &self.ensemble.servers;
        for server in servers.iter().cycle().skip(fastrand::usize(..servers.len())) {
            let since = Instant::now();
            let End { error, reported } = self.watch_server(server).await;
            tracing::warn!(zookeeper = %server, ?error, "ZooKeeper is lost");
            if since.elapsed() >= HEALTHY_AFTER {
                backoff.reset();
            }
            // What a server has reported stays valid until another one reports something else, or
            // none can be reached.
            match reported {
                true => failures.clear(),
                false => failures.push(error),
            }
            if !reported && failures.len() < servers.len() {
                continue;
            }
            if let Some(known) = self.unreachable(&failures) {
                self.publish(known);
                failures.clear();
            }
            sleep(backoff.next_wait()).await;
        }
    }

    fn unreachable(&self, failures: &[Error]) -> Option<Leadership> {
        let kind = failures.last()?.kind();
        let each: Vec<_> = failures.iter().map(|error| format!("{error:#}")).collect();
        let text = format!("{} does not name a leading master: {}", self.ensemble, each.join("; "));
        Some(Leadership::Nobody(kind, text))
    }

    fn publish(&self, known: Leadership) {
        self.known.send_if_modified(|before| {
            let modified = *before != known;
            if modified {
                tracing::info!(zookeeper = %self.ensemble, %known, "ZooKeeper names the leading master, or nobody");
                *before = known;
            }
            modified
        });
    }

    async fn watch_server(&self, server: &Address) -> End {
        match open(self.connector.as_ref(), server).await {
            Ok(io) => self.run_session(server, io).await,
            Err(error) => End { error, reported: false },
        }
    }

    async fn run_session(&self, server: &Address, mut io: Box<dyn Io>) -> End {
        let start = Instant::now();
        let mut session = Session::new(&self.ensemble, server, Duration::ZERO);
        let mut received = BytesMut::new();
        loop {
            if let Err(error) = self.carry_out(&mut session, &mut io).await {
                let error = disconnected(server, session.has_reported(), error);
                return End { error, reported: session.has_reported() };
            }
            let next = tokio::select! {
                // What has come counts before the silence does.
                biased;
                read = io.read_buf(&mut received) => match read {
                    Ok(1..) => take(&mut session, server, start, &mut received),
                    Ok(0) => Err(disconnected(server, session.has_reported(), io::ErrorKind::UnexpectedEof.into())),
                    Err(error) => Err(disconnected(server, session.has_reported(), error)),
                },
                () = sleep_until(after(start, session.deadline())) => session.tick(start.elapsed()),
            };
            if let Err(error) = next {
                return End { error, reported: session.has_reported() };
            }
        }
    }

    async fn carry_out(&self, session: &mut Session<'_>, io: &mut Box<dyn Io>) -> io::Result<()> {
        for output in session.take_outputs() {
            match output {
                Output::Send(frame) => io.write_all(&frame).await?,
                Output::Publish(known) => self.publish(known),
            }
        }
        Ok(())
    }
}

/// Opens a connection to a server.
pub(crate) async fn open(connector: &dyn Connector, server: &Address) -> Result<Box<dyn Io>, Error> {
    match within(CONNECT_TIMEOUT, connector.connect(server)).await {
        Some(Ok(io)) => Ok(io),
        Some(Err(error)) => {
            let text = format!("ZooKeeper {server} can't be reached; is it running?");
            Err(Error::new(ErrorKind::Unreachable, text).with_source(error))
        }
        None => {
            let seconds = CONNECT_TIMEOUT.as_secs();
            let text = format!("ZooKeeper {server} accepts no connection within {seconds} s");
            Err(Error::new(ErrorKind::Timeout, text))
        }
    }
}

/// Hands over every whole frame.
fn take(
    session: &mut Session<'_>,
    server: &Address,
    start: Instant,
    received: &mut BytesMut,
) -> Result<(), Error> {
    while let Some(frame) = next_frame(received).map_err(|_| no_zookeeper(server))? {
        session.take(start.elapsed(), frame)?;
    }
    Ok(())
}

pub(crate) fn disconnected(server: &Address, reported: bool, error: io::Error) -> Error {
    let text = match reported {
        true => format!("ZooKeeper {server} closed the connection"),
        false => {
            format!("ZooKeeper {server} closed the connection without a response: does it have a quorum?")
        }
    };
    Error::new(ErrorKind::Disconnected, text).with_source(error)
}
