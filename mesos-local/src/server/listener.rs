//! Takes connections from a socket and from in-memory pipes.

use std::io;
use std::sync::Arc;

use mesos_sdk::Io;
use tokio::io::{DuplexStream, duplex};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use super::connection_limit::ConnectionLimit;
use super::limits::MAX_CONNECTIONS;
use super::{Service, connection};

/// How many bytes an in-memory pipe buffers each way.
const PIPE_BUFFER: usize = 64 << 10;
/// How many pipes may wait to be served.
const WAITING_PIPES: usize = 64;
/// How long to wait after the system refused to accept a connection (too many open files, mostly).
const ACCEPT_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

/// A running server; dropping it breaks all its connections.
#[derive(Debug)]
pub(crate) struct Server {
    pipes: Pipes,
    task: AbortHandle,
}

/// Opens in-memory connections to a server.
#[derive(Clone, Debug)]
pub(crate) struct Pipes(mpsc::Sender<DuplexStream>);

impl Server {
    /// Serves on `listener`, if there is one, and on pipes. Must be called within a tokio runtime.
    pub(crate) fn start<S: Service>(service: Arc<S>, listener: Option<TcpListener>) -> Self {
        let (pipes, incoming) = mpsc::channel(WAITING_PIPES);
        let task = tokio::spawn(run(service, listener, incoming)).abort_handle();
        Self { pipes: Pipes(pipes), task }
    }

    /// Returns what opens in-memory connections.
    pub(crate) fn pipes(&self) -> Pipes {
        self.pipes.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Pipes {
    /// Returns the client's end of a new connection.
    pub(crate) async fn connect(&self) -> io::Result<DuplexStream> {
        let (client, server) = duplex(PIPE_BUFFER);
        self.0.send(server).await.map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
        Ok(client)
    }
}

async fn run<S: Service>(
    service: Arc<S>,
    listener: Option<TcpListener>,
    mut pipes: mpsc::Receiver<DuplexStream>,
) {
    let (mut connections, limit) = (JoinSet::new(), Arc::<ConnectionLimit>::default());
    let mut newcomer: Option<Box<dyn Io>> = None;
    loop {
        let room = MAX_CONNECTIONS.checked_sub(connections.len());
        if let Some(io) = newcomer.take_if(|_| room.is_some_and(|room| room > 0 || limit.end_one())) {
            connections.spawn(connection::serve(Arc::clone(&service), io, limit.take()));
        }
        tokio::select! {
            accepted = accept(listener.as_ref()), if newcomer.is_none() => match accepted {
                Ok(io) => newcomer = Some(Box::new(io)),
                Err(error) => {
                    tracing::warn!(%error, "can't accept a connection, trying again");
                    limit.end_one();
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(io) = pipes.recv(), if newcomer.is_none() => newcomer = Some(Box::new(io)),
            () = limit.more(), if newcomer.is_some() => {}
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<tokio::net::TcpStream> {
    let Some(listener) = listener else { return std::future::pending().await };
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
