//! A peer closes the connection of the calls while no call is under way.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::FutureExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

use super::super::Settings;
use super::super::engine_calls::{Calls, Outgoing};
use crate::http::CallResponse;
use crate::transport::Transport;
use crate::{Address, Connector, Io, Master};

/// The peer's ends of all connections.
#[derive(Clone, Default)]
struct Peer(Arc<Mutex<Vec<DuplexStream>>>);

impl fmt::Debug for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Peer")
    }
}

#[async_trait]
impl Connector for Peer {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let (driver, peer) = duplex(64 << 10);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(peer);
        Ok(Box::new(driver))
    }
}

impl Peer {
    /// Does this with the latest connection, at once. Returns how many connections there were.
    fn with<T>(&self, act: impl AsyncFnOnce(&mut DuplexStream) -> T) -> (T, usize) {
        let mut connections = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = connections.len();
        let latest = connections.last_mut().expect("a connection");
        (act(latest).now_or_never().expect("it waits"), count)
    }

    /// Reads a request and accepts it.
    fn accept(&self) -> usize {
        let accepted = self.with(async |io| {
            assert!(io.read_buf(&mut Vec::with_capacity(4096)).await.unwrap() > 0);
            io.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        });
        accepted.1
    }
}

fn outgoing(id: u64) -> Outgoing {
    Outgoing::new(id, Address::new("m", 5050), None, "call".into())
}

#[tokio::test]
async fn closed_idle_connection_costs_no_call() {
    let peer = Peer::default();
    let mut transport = Transport::new(Master::from(Address::new("m", 5050)));
    transport.connector = Arc::new(peer.clone());
    let mut calls = Calls::new("master", transport, Settings::default());
    calls.push(outgoing(1));
    assert!(calls.next().now_or_never().is_none());
    assert_eq!(peer.accept(), 1);
    assert!(matches!(calls.next().now_or_never(), Some((1, CallResponse::Accepted))));
    // The peer still takes what is written, as the buffers of a socket do.
    peer.with(async |io| io.shutdown().await.unwrap());
    calls.push(outgoing(2));
    assert!(calls.next().now_or_never().is_none());
    assert_eq!(peer.accept(), 2);
    assert!(matches!(calls.next().now_or_never(), Some((2, CallResponse::Accepted))));
}
