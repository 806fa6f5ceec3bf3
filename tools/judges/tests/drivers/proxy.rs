//! Between a driver and its master: cuts connections, loses calls, and knows what was sent.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, yield_now};

use crate::framing::{Framing, chunk};

/// Passes bytes on to one master.
pub(crate) struct Proxy {
    address: String,
    faults: Arc<Faults>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Faults {
    /// Counts the cuts.
    cut: watch::Sender<u64>,
    /// The next events are passed on by half, then the connection is cut.
    halve: AtomicBool,
    /// The next event stream that has something to say falls silent instead, and stays open.
    silence: AtomicBool,
    /// What masters answer is not passed on; the connection is cut.
    drop_responses: AtomicBool,
    /// What masters answer is passed on byte by byte.
    dribble: AtomicBool,
    /// What is put into the event stream.
    inserted: Mutex<Option<Vec<u8>>>,
    insert: Notify,
    /// How many connections drivers have made.
    connections: AtomicUsize,
    /// Calls with this in them are not passed on; their connection is cut.
    lose: Mutex<Option<&'static str>>,
    /// Of the two, the second is passed on instead of the first.
    replaced: Mutex<Option<(&'static [u8], &'static [u8])>>,
    /// All that drivers have sent.
    sent: Mutex<Vec<u8>>,
}

impl Proxy {
    pub(crate) async fn to(master: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let faults = Arc::<Faults>::default();
        let accepting = tokio::spawn(accept(listener, master.to_owned(), Arc::clone(&faults)));
        Ok(Self { address, faults, accepting })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Cuts every connection that is open now.
    pub(crate) fn cut(&self) {
        self.faults.cut.send_modify(|cuts| *cuts += 1);
    }

    /// Cuts the event stream within the next record.
    pub(crate) fn cut_in_the_next_record(&self) {
        self.faults.halve.store(true, Ordering::SeqCst);
    }

    /// Passes on what masters answer from now on byte by byte.
    pub(crate) fn dribble(&self) {
        self.faults.dribble.store(true, Ordering::SeqCst);
    }

    /// Lets the event stream fall silent; its connection stays open.
    pub(crate) fn silence(&self) {
        self.faults.silence.store(true, Ordering::SeqCst);
    }

    /// Puts these bytes into the event stream as soon as that is between two chunks, as a separate
    /// chunk.
    pub(crate) fn insert(&self, bytes: &[u8]) {
        *self.faults.inserted.lock().unwrap_or_else(PoisonError::into_inner) = Some(chunk(bytes));
        self.faults.insert.notify_one();
    }

    /// Loses calls with this text in them, instead of those named before.
    pub(crate) fn lose(&self, text: Option<&'static str>) {
        *self.faults.lose.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    /// Passes on `new` instead of each `old` that drivers send in one piece; both are of the same
    /// length.
    pub(crate) fn replace(&self, old: &'static [u8], new: &'static [u8]) {
        *self.faults.replaced.lock().unwrap_or_else(PoisonError::into_inner) = Some((old, new));
    }

    /// Whether every answer is lost from now on: what drivers send arrives all the same.
    pub(crate) fn drop_responses(&self, lose: bool) {
        self.faults.drop_responses.store(lose, Ordering::SeqCst);
    }

    /// How many connections drivers have made.
    pub(crate) fn connections(&self) -> usize {
        self.faults.connections.load(Ordering::SeqCst)
    }

    /// How often drivers have sent this text; what was lost counts.
    pub(crate) fn sent(&self, text: &str) -> usize {
        self.all_sent().matches(text).count()
    }

    /// How often schedulers have subscribed: of all their requests only SUBSCRIBE has no stream id.
    pub(crate) fn subscriptions(&self) -> usize {
        self.sent("POST ").saturating_sub(self.sent("mesos-stream-id: "))
    }

    /// All that drivers have sent, over whatever connection.
    pub(crate) fn all_sent(&self) -> String {
        let sent = self.faults.sent.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&sent).into_owned()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, master: String, faults: Arc<Faults>) {
    while let Ok((driver, _)) = listener.accept().await {
        faults.connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(connect(driver, master.clone(), Arc::clone(&faults)));
    }
}

/// One connection. Its end, whatever the reason, is the drop of all four halves.
async fn connect(driver: TcpStream, master: String, faults: Arc<Faults>) {
    let mut cut = faults.cut.subscribe();
    let Ok(master) = TcpStream::connect(master).await else { return };
    // Each piece travels by itself.
    drop(driver.set_nodelay(true));
    let ((from_driver, to_driver), (from_master, to_master)) = (driver.into_split(), master.into_split());
    tokio::select! {
        _ = faults.pass_calls(from_driver, to_master) => {}
        _ = faults.pass_events(from_master, to_driver) => {}
        _ = cut.changed() => {}
    }
}

impl Faults {
    async fn pass_calls(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<()> {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let chunk = match from.read(&mut buffer).await? {
                0 => return Ok(()),
                read => &mut buffer[..read],
            };
            self.replace_in(chunk);
            self.sent.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(chunk);
            if self.is_to_be_lost(chunk) {
                return Ok(());
            }
            to.write_all(chunk).await?;
        }
    }

    fn replace_in(&self, chunk: &mut [u8]) {
        let Some((old, new)) = *self.replaced.lock().unwrap_or_else(PoisonError::into_inner) else { return };
        while let Some(at) = chunk.windows(old.len()).position(|window| window == old) {
            chunk[at..at + old.len()].copy_from_slice(new);
        }
    }

    fn is_to_be_lost(&self, chunk: &[u8]) -> bool {
        let lose = self.lose.lock().unwrap_or_else(PoisonError::into_inner);
        lose.is_some_and(|text| String::from_utf8_lossy(chunk).contains(text))
    }

    async fn pass_events(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<()> {
        let (mut buffer, mut stream) = (vec![0; 64 << 10], None::<Framing>);
        loop {
            let chunk = tokio::select! {
                read = from.read(&mut buffer) => match read? {
                    0 => return Ok(()),
                    read => &buffer[..read],
                },
                inserted = self.inserted(), if stream.as_ref().is_some_and(Framing::is_between) => {
                    to.write_all(&inserted).await?;
                    continue;
                }
            };
            if self.drop_responses.load(Ordering::SeqCst) {
                return Ok(());
            }
            if stream.is_some() && self.halve.swap(false, Ordering::SeqCst) {
                return to.write_all(&chunk[..chunk.len() / 2]).await;
            }
            if stream.is_some() && self.silence.swap(false, Ordering::SeqCst) {
                return std::future::pending().await;
            }
            match &mut stream {
                Some(framing) => framing.follow(chunk),
                None => stream = stream_after(chunk),
            }
            let piece = if self.dribble.load(Ordering::SeqCst) { 1 } else { chunk.len() };
            for piece in chunk.chunks(piece) {
                to.write_all(piece).await?;
                yield_now().await;
            }
        }
    }

    /// What is to be put in next.
    async fn inserted(&self) -> Vec<u8> {
        loop {
            self.insert.notified().await;
            if let Some(bytes) = self.inserted.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return bytes;
            }
        }
    }
}

/// The framing of the event stream, if this is its head and what may have come with it.
fn stream_after(head: &[u8]) -> Option<Framing> {
    let end = head.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let is_stream =
        String::from_utf8_lossy(&head[..end]).to_lowercase().contains("transfer-encoding: chunked");
    let mut framing = Framing::default();
    framing.follow(&head[end..]);
    is_stream.then_some(framing)
}
