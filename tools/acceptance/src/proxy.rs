//! Stands before everything that listens, and passes connections on as well as its trouble lets it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::fault::Trouble;

/// How much is read at a time.
const BUFFER: usize = 16 << 10;
/// How often a second what is throttled gets its share.
const SHARES: usize = 20;

/// Before one process.
#[derive(Debug)]
pub(crate) struct Proxy {
    wire: Arc<Wire>,
    accepting: JoinHandle<()>,
}

/// What all connections have in common.
#[derive(Debug)]
struct Wire {
    to: SocketAddr,
    trouble: watch::Sender<Trouble>,
    /// Counts the times that all connections were cut.
    cut: watch::Sender<u64>,
    /// How many bytes may pass until then.
    left: AtomicUsize,
    /// How many connections a trouble has cost.
    lost: AtomicUsize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Request,
    Answer,
}

impl Proxy {
    /// Listens at `at` for what is meant for `to`.
    pub(crate) async fn start(at: SocketAddr, to: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(at).await.with_context(|| format!("no proxy can be at {at}"))?;
        let (trouble, cut) = (watch::Sender::default(), watch::Sender::default());
        let (left, lost) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let wire = Arc::new(Wire { to, trouble, cut, left, lost });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&wire)));
        Ok(Self { wire, accepting })
    }

    /// Sets the fault from now on.
    pub(crate) fn set(&self, trouble: Trouble) {
        self.wire.trouble.send_replace(trouble);
        if let Trouble::CutAfter(bytes) = trouble {
            self.wire.left.store(bytes, Ordering::SeqCst);
            if bytes == 0 {
                self.wire.cut_all();
            }
        }
    }

    /// Returns how many connections it has cut or kept from being made.
    pub(crate) fn lost(&self) -> usize {
        self.wire.lost.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.wire.cut_all();
    }
}

async fn accept(listener: TcpListener, wire: Arc<Wire>) {
    loop {
        match listener.accept().await {
            Ok((from, _)) => drop(tokio::spawn(connect(from, Arc::clone(&wire)))),
            // Too many files are open: some of them will be closed.
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Carries one connection. However it ends, all four halves are dropped.
async fn connect(from: TcpStream, wire: Arc<Wire>) {
    let mut cut = wire.cut.subscribe();
    let trouble = *wire.trouble.borrow();
    if trouble == Trouble::Refuse {
        wire.lost.fetch_add(1, Ordering::SeqCst);
        return;
    }
    if wire.swallows(Direction::Request) {
        return wire.silence().await;
    }
    let Ok(to) = TcpStream::connect(wire.to).await else { return };
    for end in [&from, &to] {
        // Each piece travels by itself.
        drop(end.set_nodelay(true));
    }
    let ((requests, answers_out), (answers, requests_out)) = (from.into_split(), to.into_split());
    tokio::select! {
        _ = wire.pass(Direction::Request, requests, requests_out) => {}
        _ = wire.pass(Direction::Answer, answers, answers_out) => {}
        _ = cut.changed() => { wire.lost.fetch_add(1, Ordering::SeqCst); }
    }
}

impl Wire {
    fn cut_all(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }

    fn swallows(&self, direction: Direction) -> bool {
        swallowed(*self.trouble.borrow(), direction)
    }

    /// Waits until somebody may learn that something was lost.
    async fn silence(&self) {
        let mut trouble = self.trouble.subscribe();
        // The sender is part of this.
        let _ = trouble.wait_for(|trouble| !swallowed(*trouble, Direction::Answer)).await;
        self.lost.fetch_add(1, Ordering::SeqCst);
    }

    async fn pass(
        &self,
        direction: Direction,
        mut from: OwnedReadHalf,
        mut to: OwnedWriteHalf,
    ) -> io::Result<()> {
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = from.read(&mut buffer).await;
            // An end is kept from the other side, too.
            if self.swallows(direction) {
                self.silence().await;
                return Ok(());
            }
            let trouble = *self.trouble.borrow();
            match (read?, trouble) {
                (0, _) => return Ok(()),
                (read, Trouble::CutAfter(_)) => self.pass_until_cut(&buffer[..read], &mut to).await?,
                (read, Trouble::Throttle(bytes)) => throttled(&buffer[..read], &mut to, bytes).await?,
                (read, Trouble::Delay(milliseconds)) => {
                    sleep(Duration::from_millis(milliseconds)).await;
                    to.write_all(&buffer[..read]).await?;
                }
                (read, _) => to.write_all(&buffer[..read]).await?,
            }
        }
    }

    async fn pass_until_cut(&self, bytes: &[u8], to: &mut OwnedWriteHalf) -> io::Result<()> {
        let take = |left: usize| Some(left.saturating_sub(bytes.len()));
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).unwrap_or(0);
        // After the cut, connections are as good as ever.
        let passed = if left == 0 { bytes } else { &bytes[..left.min(bytes.len())] };
        to.write_all(passed).await?;
        if (1..=bytes.len()).contains(&left) {
            self.cut_all();
        }
        Ok(())
    }
}

fn swallowed(trouble: Trouble, direction: Direction) -> bool {
    trouble == Trouble::HalfOpen || (trouble == Trouble::Unanswered && direction == Direction::Answer)
}

async fn throttled(bytes: &[u8], to: &mut OwnedWriteHalf, a_second: usize) -> io::Result<()> {
    for share in bytes.chunks((a_second / SHARES).max(1)) {
        sleep(Duration::from_secs(1) / u32::try_from(SHARES).unwrap_or(1)).await;
        to.write_all(share).await?;
    }
    Ok(())
}

/// Elsewhere 127.0.0.2 is not there by itself.
#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;

    /// Answers each byte by itself, as often as there is one.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.into_split();
                    drop(tokio::io::copy(&mut from, &mut to).await);
                });
            }
        });
        address
    }

    async fn proxy() -> (Proxy, SocketAddr) {
        let to = echo().await;
        let at = SocketAddr::from(([127, 0, 0, 2], to.port()));
        (Proxy::start(at, to).await.unwrap(), at)
    }

    async fn told(connection: &mut TcpStream, text: &[u8]) -> Vec<u8> {
        let mut answer = vec![0; text.len()];
        connection.write_all(text).await.unwrap();
        match connection.read_exact(&mut answer).await {
            Ok(_) => answer,
            Err(_) => Vec::new(),
        }
    }

    #[tokio::test]
    async fn everything_passes_with_little_or_no_trouble() {
        let (proxy, at) = proxy().await;
        let mut connection = TcpStream::connect(at).await.unwrap();
        for trouble in [Trouble::None, Trouble::Delay(1), Trouble::Throttle(1000), Trouble::Refuse] {
            proxy.set(trouble);
            assert_eq!(told(&mut connection, b"hello").await, b"hello", "{trouble}");
        }
        assert_eq!(proxy.lost(), 0);
    }

    #[tokio::test]
    async fn stream_works_again_after_a_cut() {
        let (proxy, at) = proxy().await;
        let mut connection = TcpStream::connect(at).await.unwrap();
        assert_eq!(told(&mut connection, b"hello").await, b"hello");
        proxy.set(Trouble::CutAfter(3));
        assert_eq!(told(&mut connection, b"hello").await, b"");
        let mut connection = TcpStream::connect(at).await.unwrap();
        assert_eq!(told(&mut connection, b"hello").await, b"hello");
        proxy.set(Trouble::CutAfter(0));
        assert_eq!(told(&mut connection, b"hello").await, b"");
    }

    #[tokio::test]
    async fn silent_loss_ends_in_a_cut() {
        for trouble in [Trouble::HalfOpen, Trouble::Unanswered] {
            let (proxy, at) = proxy().await;
            let (mut idle, mut busy) =
                (TcpStream::connect(at).await.unwrap(), TcpStream::connect(at).await.unwrap());
            assert_eq!(told(&mut idle, b"hello").await, b"hello");
            assert_eq!(told(&mut busy, b"hello").await, b"hello");
            proxy.set(trouble);
            busy.write_all(b"hello").await.unwrap();
            let silent = tokio::time::timeout(Duration::from_millis(200), busy.read(&mut [0])).await;
            assert!(silent.is_err(), "{trouble}");
            proxy.set(Trouble::None);
            assert!(matches!(busy.read(&mut [0]).await, Ok(0) | Err(_)), "{trouble}");
            assert_eq!(told(&mut idle, b"hello").await, b"hello", "{trouble}");
        }
    }

    #[tokio::test]
    async fn new_connections_are_refused() {
        let (proxy, at) = proxy().await;
        proxy.set(Trouble::Refuse);
        let mut connection = TcpStream::connect(at).await.unwrap();
        assert!(matches!(connection.read(&mut [0]).await, Ok(0) | Err(_)));
        assert_eq!(proxy.lost(), 1);
    }
}
