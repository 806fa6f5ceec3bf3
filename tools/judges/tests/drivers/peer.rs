//! Peers that are not leading masters.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Listens until it is dropped.
pub(crate) struct Peer {
    address: String,
    connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

#[derive(Clone)]
enum Manner {
    Silent,
    /// Responds with this to every request, and closes the connection.
    Answers(Arc<[u8]>),
    /// Sends this without a request.
    Greets(Arc<[u8]>),
}

impl Peer {
    /// A standby master, which knows the leader.
    pub(crate) async fn standby(leader: &str) -> Result<Self> {
        let head = format!(
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: //{leader}/api/v1/scheduler\r\nContent-Length: 0\r\n\r\n"
        );
        Self::answering(head.as_bytes()).await
    }

    /// Takes connections and nothing else.
    pub(crate) async fn silent() -> Result<Self> {
        Self::listen(Manner::Silent).await
    }

    /// Answers every request with these bytes, and closes the connection.
    pub(crate) async fn answering(bytes: &[u8]) -> Result<Self> {
        Self::listen(Manner::Answers(bytes.into())).await
    }

    /// Sends these bytes as soon as somebody connects.
    pub(crate) async fn greeting(bytes: &[u8]) -> Result<Self> {
        Self::listen(Manner::Greets(bytes.into())).await
    }

    /// An address where nobody listens.
    pub(crate) async fn dead_address() -> Result<String> {
        Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.to_string())
    }

    async fn listen(manner: Manner) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let connections = Arc::<AtomicUsize>::default();
        let accepting = tokio::spawn(accept(listener, manner, Arc::clone(&connections)));
        Ok(Self { address, connections, accepting })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, manner: Manner, connections: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(behave(stream, manner.clone()));
    }
}

/// Ends when the other side has closed the connection, or by closing it.
async fn behave(mut stream: TcpStream, manner: Manner) {
    let mut request = vec![0; 64 << 10];
    match manner {
        Manner::Silent => while stream.read(&mut request).await.is_ok_and(|read| read > 0) {},
        Manner::Answers(bytes) => {
            // What goes wrong here, the driver sees.
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&bytes).await;
        }
        Manner::Greets(bytes) => {
            let _ = stream.write_all(&bytes).await;
            while stream.read(&mut request).await.is_ok_and(|read| read > 0) {}
        }
    }
}
