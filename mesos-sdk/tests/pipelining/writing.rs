//! Connections that take all there is, and connections that take nothing.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use mesos_sdk::{Address, ClientOptions, Connector, ErrorKind, Io, async_trait};
use peer::Response;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, duplex};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::master::{ACCEPTED, ScriptedMaster};
use crate::{Waits, call, driver};

/// Nothing can be written to it, and it sends nothing.
struct Broken;

impl AsyncRead for Broken {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for Broken {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The first connection, which carries the events, is the master's; all others are broken.
#[derive(Debug)]
struct Breaks {
    peer: ScriptedMaster,
    connections: AtomicUsize,
}

#[async_trait]
impl Connector for Breaks {
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>> {
        match self.connections.fetch_add(1, Ordering::Relaxed) {
            0 => self.peer.connect(address).await,
            _ => Ok(Box::new(Broken)),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn stuck_connection_is_dropped_at_once() {
    let peer = ScriptedMaster::new(|_| Response::with(ACCEPTED));
    let breaks = Breaks { peer: peer.clone(), connections: AtomicUsize::new(0) };
    let began = Instant::now();
    let results =
        call(driver(&peer).client_options(ClientOptions::new().connector(breaks)), 1).await.unwrap();
    assert_eq!(results, [Err(ErrorKind::Disconnected)]);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

/// Takes more than a driver writes.
#[derive(Debug)]
struct Wide(ScriptedMaster);

#[async_trait]
impl Connector for Wide {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let (driver, peer) = duplex(16 << 20);
        tokio::spawn(self.0.clone().serve(peer));
        Ok(Box::new(driver))
    }
}

#[tokio::test(start_paused = true)]
async fn writing_continues_without_responses() {
    let came = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&came);
    // The first answer shows that the connection is of use.
    let peer = ScriptedMaster::new(move |one| {
        count.fetch_add(1, Ordering::Relaxed);
        Response::with(if one.number == 0 { ACCEPTED } else { "" })
    });
    let driver = driver(&peer).client_options(ClientOptions::new().connector(Wide(peer)));
    let (handle, (sender, subscribed)) = (driver.handle(), oneshot::channel());
    let running = tokio::spawn(async move { driver.run(&mut Waits(Some(sender))).await });
    subscribed.await.unwrap();
    let all: Vec<_> = (0..200).map(|_| handle.revive(["x".repeat(8 << 10)])).collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(came.load(Ordering::Relaxed), all.len());
    handle.abort();
    running.await.unwrap().unwrap();
}
