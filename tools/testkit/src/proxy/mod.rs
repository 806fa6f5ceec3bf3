//! A proxy before something that listens, with faults.

mod connection;
mod fault;
mod http;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use self::connection::connect;
pub use self::fault::{LinkFault, StreamFault};
use self::http::Http;
use crate::tls::{Authority, Certificate, acceptor};

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Passes connections on as well as its faults let it. Dropping it cuts them.
pub struct Proxy {
    address: String,
    port: u16,
    link: Arc<Link>,
    accepting: JoinHandle<()>,
}

/// What all connections have in common.
struct Link {
    target: String,
    tls: Option<TlsAcceptor>,
    fault: watch::Sender<LinkFault>,
    /// Counts the times that all connections were cut.
    cuts: watch::Sender<u64>,
    /// How many bytes may pass until then.
    left: AtomicUsize,
    /// How many connections a fault has cost.
    lost: AtomicUsize,
    connections: AtomicUsize,
    /// `None` if something else than HTTP passes.
    http: Option<Http>,
}

impl Proxy {
    /// Starts a proxy for HTTP on a free port of loopback. It records what clients send.
    pub async fn to(target: &str) -> Result<Self> {
        Self::start(LOOPBACK, target.to_owned(), None, Some(Http::default())).await
    }

    /// The same, but with TLS between clients and the proxy. With `clients`, it only accepts
    /// clients with a certificate of that authority.
    pub async fn tls(target: &str, certificate: &Certificate, clients: Option<&Authority>) -> Result<Self> {
        let tls = Some(acceptor(certificate, clients)?);
        Self::start(LOOPBACK, target.to_owned(), tls, Some(Http::default())).await
    }

    /// Starts a proxy for any protocol at an address.
    pub async fn at(address: SocketAddr, target: SocketAddr) -> Result<Self> {
        Self::start(address, target.to_string(), None, None).await
    }

    async fn start(
        address: SocketAddr,
        target: String,
        tls: Option<TlsAcceptor>,
        http: Option<Http>,
    ) -> Result<Self> {
        let listener =
            TcpListener::bind(address).await.with_context(|| format!("no proxy can be at {address}"))?;
        let address = listener.local_addr()?;
        let (port, address) = (address.port(), address.to_string());
        let (fault, cuts) = (watch::Sender::default(), watch::Sender::default());
        let (left, lost, connections) = Default::default();
        let link = Arc::new(Link { target, tls, fault, cuts, left, lost, connections, http });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&link)));
        Ok(Self { address, port, link, accepting })
    }

    /// Returns its address, as `host:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns its address for clients that use TLS, with this name of the machine.
    pub fn url(&self, host: &str) -> String {
        format!("https://{host}:{}", self.port)
    }

    /// Sets what is wrong from now on, instead of what was wrong before.
    pub fn set(&self, fault: LinkFault) {
        self.link.fault.send_replace(fault);
        if let LinkFault::CutAfter(bytes) = fault {
            self.link.left.store(bytes, Ordering::SeqCst);
            if bytes == 0 {
                self.cut();
            }
        }
    }

    /// Cuts every connection that is open now.
    pub fn cut(&self) {
        self.link.cut();
    }

    /// Sets what happens to the next event stream that has something to pass.
    pub fn fail_stream(&self, fault: StreamFault) {
        self.http(|http| http.fail_stream(fault));
    }

    /// Inserts bytes into an event stream, as a chunk, as soon as it is between two chunks.
    pub fn insert(&self, bytes: &[u8]) {
        self.http(|http| http.insert(bytes));
    }

    /// Cuts the connections of requests that contain this text, instead of passing them on.
    pub fn lose(&self, text: Option<&'static str>) {
        self.http(|http| http.lose(text));
    }

    /// Replaces each `old` that clients send in one piece by `new`, which has the same length.
    pub fn replace(&self, old: &'static [u8], new: &'static [u8]) {
        self.http(|http| http.replace(old, new));
    }

    /// Returns how many connections clients have made, including those on which the TLS handshake
    /// failed.
    pub fn connections(&self) -> usize {
        self.link.connections.load(Ordering::SeqCst)
    }

    /// Returns how many connections it has cut or prevented.
    pub fn lost(&self) -> usize {
        self.link.lost.load(Ordering::SeqCst)
    }

    /// Returns everything that clients have sent, on all connections.
    pub fn all_sent(&self) -> String {
        self.http(Http::sent).unwrap_or_default()
    }

    /// Returns how often clients have sent this text, including requests that were lost.
    pub fn sent(&self, text: &str) -> usize {
        self.all_sent().matches(text).count()
    }

    /// Returns how often schedulers have subscribed: only SUBSCRIBE has no stream id. A request
    /// whose head has not arrived as a whole does not count.
    pub fn subscriptions(&self) -> usize {
        let sent = self.all_sent();
        let heads = sent.split("POST ").skip(1).filter_map(|request| request.split_once("\r\n\r\n"));
        heads.filter(|(head, _)| !head.contains("mesos-stream-id: ")).count()
    }

    fn http<T>(&self, act: impl FnOnce(&Http) -> T) -> Option<T> {
        self.link.http.as_ref().map(act)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Proxy").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

impl Link {
    fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

async fn accept(listener: TcpListener, link: Arc<Link>) {
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                link.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(connect(client, Arc::clone(&link)));
            }
            // Too many files are open: some of them will be closed.
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}
