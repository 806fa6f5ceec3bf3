//! Peers that listen on loopback.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::peer::{Peer, Received, Response};

/// How much of a request is read that is not looked at.
const READ: usize = 64 << 10;

/// A peer that listens on a free port of loopback, on its own thread, until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: String,
    port: u16,
    connections: Arc<AtomicUsize>,
    /// Dropping it ends the thread.
    _alive: oneshot::Sender<()>,
}

impl Server {
    /// Starts a server that replies to each request as its script decides.
    pub fn scripted(script: impl Fn(&Received) -> Response + Send + Sync + 'static) -> io::Result<Self> {
        let peer = Peer::new(script);
        Self::start(move |stream| peer.clone().serve(stream))
    }

    /// Starts a server that replies to the first bytes of each connection, whatever they are, and
    /// closes the connection.
    pub fn responding(bytes: impl AsRef<[u8]>) -> io::Result<Self> {
        let bytes = Bytes::copy_from_slice(bytes.as_ref());
        Self::start(move |mut stream| {
            let bytes = bytes.clone();
            async move {
                // Whatever goes wrong, the client notices.
                let _ = stream.read(&mut vec![0; READ]).await;
                stream.write_all(&bytes).await
            }
        })
    }

    /// Starts a server that sends these bytes as soon as a client connects.
    pub fn greeting(bytes: impl AsRef<[u8]>) -> io::Result<Self> {
        let bytes = Bytes::copy_from_slice(bytes.as_ref());
        Self::start(move |mut stream| {
            let bytes = bytes.clone();
            async move {
                stream.write_all(&bytes).await?;
                while stream.read(&mut vec![0; READ]).await? > 0 {}
                Ok(())
            }
        })
    }

    /// Starts a server that accepts connections and never sends anything.
    pub fn silent() -> io::Result<Self> {
        Self::greeting("")
    }

    /// Starts a standby master, which redirects to the leader.
    pub fn standby(leader: &str) -> io::Result<Self> {
        let status = "HTTP/1.1 307 Temporary Redirect";
        Self::responding(format!(
            "{status}\r\nLocation: //{leader}/api/v1/scheduler\r\nContent-Length: 0\r\n\r\n"
        ))
    }

    fn start<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> io::Result<Self>
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (port, address) = (address.port(), address.to_string());
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (alive, mut dropped) = oneshot::channel::<()>();
        let connections = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&connections);
        thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = &mut dropped => Ok(()),
                    ended = accept(listener, &counted, serve) => ended,
                }
            })
        });
        Ok(Self { address, port, connections, _alive: alive })
    }

    /// Returns the address, as `host:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns how many connections there were.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn accept<F>(
    listener: std::net::TcpListener,
    connections: &AtomicUsize,
    serve: impl Fn(TcpStream) -> F,
) -> io::Result<()>
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(serve(stream));
    }
}

/// Returns an address on which nothing listens.
pub fn unused_address() -> io::Result<String> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
