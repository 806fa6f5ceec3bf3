//! A peer that follows a script.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};

use crate::request::{Request, Requests};

/// A connection that a script takes over.
pub type Connection = Box<dyn Stream>;

/// Whatever carries bytes both ways.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A request and where it arrived.
#[derive(Debug)]
pub struct Received {
    /// The request.
    pub request: Request,
    /// How many connections carried requests before this one.
    pub connection: usize,
    /// How many requests this connection carried before.
    pub number: usize,
}

/// How a script responds to a request.
pub enum Response {
    /// Writes these bytes and reads the next request.
    Continue(Bytes),
    /// Writes these bytes and closes the connection.
    Close(Bytes),
    /// Hands the connection over. It closes when the future completes.
    HandOver(Box<dyn FnOnce(Connection) -> BoxFuture<'static, io::Result<()>> + Send>),
}

impl Response {
    /// Writes these bytes and reads the next request.
    pub fn with(bytes: impl AsRef<[u8]>) -> Self {
        Self::Continue(Bytes::copy_from_slice(bytes.as_ref()))
    }

    /// Writes these bytes and closes the connection.
    pub fn closing(bytes: impl AsRef<[u8]>) -> Self {
        Self::Close(Bytes::copy_from_slice(bytes.as_ref()))
    }

    /// Hands the connection over. It closes when the future completes.
    pub fn hand_over<F>(serve: impl FnOnce(Connection) -> F + Send + 'static) -> Self
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        Self::HandOver(Box::new(|io| Box::pin(serve(io))))
    }

    /// Returns what is written, unless the connection is handed over.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Continue(bytes) | Self::Close(bytes) => bytes,
            Self::HandOver(_) => &[],
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Continue(bytes) => formatter.debug_tuple("Continue").field(bytes).finish(),
            Self::Close(bytes) => formatter.debug_tuple("Close").field(bytes).finish(),
            Self::HandOver(_) => formatter.write_str("HandOver"),
        }
    }
}

type Script = dyn Fn(&Received) -> Response + Send + Sync;

/// A peer that replies to each request as its script decides.
#[derive(Clone)]
pub struct Peer(Arc<State>);

struct State {
    script: Box<Script>,
    connections: AtomicUsize,
}

impl fmt::Debug for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Peer").field("connections", &self.connections()).finish_non_exhaustive()
    }
}

impl Peer {
    /// Creates a peer with this script.
    pub fn new(script: impl Fn(&Received) -> Response + Send + Sync + 'static) -> Self {
        Self(Arc::new(State { script: Box::new(script), connections: AtomicUsize::new(0) }))
    }

    /// Returns how many connections carried requests, not counting those that were handed over with
    /// their first request.
    pub fn connections(&self) -> usize {
        self.0.connections.load(Ordering::SeqCst)
    }

    /// Serves a connection until either side closes it.
    pub async fn serve(self, mut io: impl Stream + 'static) -> io::Result<()> {
        let (mut requests, mut connection, mut number) = (Requests::default(), 0, 0);
        while let Some(request) = requests.read(&mut io).await? {
            if number == 0 {
                connection = self.connections();
            }
            let response = (self.0.script)(&Received { request, connection, number });
            if number == 0 && !matches!(response, Response::HandOver(_)) {
                self.0.connections.fetch_add(1, Ordering::SeqCst);
            }
            match response {
                Response::Continue(bytes) => io.write_all(&bytes).await?,
                Response::Close(bytes) => return io.write_all(&bytes).await,
                Response::HandOver(serve) => return serve(Box::new(io)).await,
            }
            number += 1;
        }
        Ok(())
    }
}
