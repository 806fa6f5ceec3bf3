//! A master that has nothing to decide: it plays a stream, takes every call, and checks that each
//! answer comes.
//!
//! It is plain blocking code, a thread for each connection, so that little of what is measured is
//! its own.

mod tally;

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use mesos_sdk::proto::v1::scheduler::Call;
use mesos_sdk::wire::Encoding;
use peer::RequestRef;

pub use self::tally::Tally;
use crate::orders::Until;
use crate::stream::{Stream, chunk, heartbeat, subscribed};

/// How much of the stream is written at once.
const PIECE: usize = 256 << 10;
/// How much of the calls is read at once.
const READ: usize = 64 << 10;
/// Heartbeats that follow the stream, as SUBSCRIBED promises them.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long nothing may move before a run has failed.
const STALL: Duration = Duration::from_secs(30);
/// The same when the client has gone: its last calls may still be on the way.
const GRACE: Duration = Duration::from_secs(1);

const ACCEPTED: &[u8] =
    b"HTTP/1.1 202 Accepted\r\nDate: Mon, 23 Nov 2026 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n";
const REFUSED: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
const VERSION: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"version\":\"1.11.0\"}";

/// A master of one run; it ends when this is dropped and its clients have gone.
#[derive(Debug)]
pub struct Master {
    port: u16,
    play: Arc<Play>,
}

/// What came of a run.
#[derive(Debug)]
pub struct Report {
    /// From the first byte of the first event to the call that ended it; `None` if that call never
    /// came.
    pub wall: Option<Duration>,
    /// What has come.
    pub tally: Tally,
    /// How long each event waited for its answer, the shortest first; only of a master with a
    /// [`Pace`].
    pub latencies: Vec<Duration>,
}

/// Events come in bundles.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The time from one bundle to the next.
    pub every: Duration,
    /// How many events a bundle has.
    pub events: usize,
}

#[derive(Debug)]
struct Play {
    stream: Arc<Stream>,
    until: Until,
    pace: Option<Pace>,
    state: Mutex<State>,
    changed: Condvar,
    /// Bytes of the stream that have been written.
    written: AtomicUsize,
    over: AtomicBool,
}

#[derive(Debug)]
struct State {
    tally: Tally,
    begun: Option<Instant>,
    completed: Option<Instant>,
    /// The connections of those who have subscribed.
    subscribers: Vec<TcpStream>,
    /// When each event was sent, if there is a pace.
    sent_at: Vec<Instant>,
    latencies: Vec<Duration>,
}

impl Master {
    /// Listens on a free port of loopback. Without a pace the stream is written as fast as it is
    /// read.
    pub fn start(stream: Arc<Stream>, until: Until, pace: Option<Pace>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let (state, changed) = (Mutex::new(State::new(&stream)), Condvar::new());
        let (written, over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let play = Arc::new(Play { stream, until, pace, state, changed, written, over });
        let shared = Arc::clone(&play);
        thread::spawn(move || listen(&listener, &shared));
        Ok(Self { port, play })
    }

    /// Returns where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the run is complete, nothing has moved for 30 s, or `gone` resolves because the
    /// client has ended.
    pub fn wait(&self, mut gone: impl FnMut() -> bool) -> Report {
        let (mut seen, mut since) = ((0, 0), Instant::now());
        let mut state = self.play.lock();
        while state.completed.is_none() && since.elapsed() < if gone() { GRACE } else { STALL } {
            let calls = state.tally.calls.values().sum();
            let now = (self.play.written.load(Ordering::Relaxed), calls);
            if now != seen {
                (seen, since) = (now, Instant::now());
            }
            let waited = self.play.changed.wait_timeout(state, Duration::from_millis(100));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let wall = state.completed.zip(state.begun).map(|(completed, begun)| completed - begun);
        let mut latencies = state.latencies.clone();
        latencies.sort();
        Report { wall, tally: state.tally.clone(), latencies }
    }
}

impl State {
    fn new(stream: &Stream) -> Self {
        Self {
            tally: Tally::new(stream),
            begun: None,
            completed: None,
            subscribers: Vec::new(),
            sent_at: Vec::new(),
            latencies: Vec::new(),
        }
    }
}

impl Drop for Master {
    fn drop(&mut self) {
        self.play.over.store(true, Ordering::Relaxed);
        // Wakes the thread that listens; if that fails, it has ended already.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn listen(listener: &TcpListener, play: &Arc<Play>) {
    for socket in listener.incoming().flatten() {
        if play.over.load(Ordering::Relaxed) {
            return;
        }
        let play = Arc::clone(play);
        // The client decides how a connection ends; the tally shows what is missing then.
        thread::spawn(move || drop(serve(&play, socket)));
    }
}

fn serve(play: &Play, mut socket: TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let (mut piece, mut input, mut output) = (vec![0; READ], Vec::new(), Vec::new());
    loop {
        let read = socket.read(&mut piece)?;
        let arrived = Instant::now();
        if read == 0 {
            return Ok(());
        }
        input.extend_from_slice(&piece[..read]);
        let mut at = 0;
        while let Some(request) = RequestRef::parse(&input[at..])? {
            at += request.length;
            match play.answer(&request, arrived) {
                Some(answer) => output.extend_from_slice(answer),
                None => return play.perform(&mut socket),
            }
        }
        input.drain(..at);
        socket.write_all(&output)?;
        output.clear();
        play.hang_up_if_torn_down();
    }
}

impl Play {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the answer to a request; `None` if it subscribes.
    fn answer(&self, request: &RequestRef<'_>, arrived: Instant) -> Option<&'static [u8]> {
        if request.method != "POST" {
            return Some(VERSION);
        }
        let encoding = request.header("content-type").and_then(Encoding::from_media_type);
        let call = (encoding == Some(self.stream.encoding))
            .then(|| self.stream.encoding.decode::<Call>(&request.body));
        let mut state = self.lock();
        match call {
            Some(Ok(call)) if call.subscribe.is_some() => return None,
            Some(Ok(call)) if request.header("mesos-stream-id").is_some() => {
                self.take(&mut state, &call, arrived)
            }
            _ => {
                state.tally.refused += 1;
                return Some(REFUSED);
            }
        }
        Some(ACCEPTED)
    }

    fn take(&self, state: &mut State, call: &Call, arrived: Instant) {
        let answered = state.tally.take(call).map(|answer| self.stream.event_of(answer));
        if let Some(sent) = answered.and_then(|event| state.sent_at.get(event).copied()) {
            state.latencies.push(arrived - sent);
        }
        let everything = self.written.load(Ordering::Relaxed) == self.stream.bytes.len();
        if everything && state.completed.is_none() && state.tally.is_complete(self.until) {
            state.completed = Some(Instant::now());
            self.changed.notify_all();
        }
    }

    /// Plays the stream to the first who subscribes, and nothing but heartbeats to others.
    fn perform(&self, socket: &mut TcpStream) -> io::Result<()> {
        let encoding = self.stream.encoding;
        let mut head = head(encoding);
        chunk(&mut head, encoding, &subscribed());
        socket.write_all(&head)?;
        if self.begin(socket.try_clone()?) {
            self.write_stream(socket)?;
        }
        let mut beat = Vec::new();
        chunk(&mut beat, encoding, &heartbeat());
        socket.set_read_timeout(Some(HEARTBEAT))?;
        loop {
            // The first one follows at once: some clients hand a record on only when the next one
            // begins.
            socket.write_all(&beat)?;
            match socket.read(&mut [0; 1024]) {
                Ok(0) => return Ok(()),
                Err(error) if !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Err(error);
                }
                _ => {}
            }
        }
    }

    /// Counts a subscription; whether it is the first one.
    fn begin(&self, subscriber: TcpStream) -> bool {
        let mut state = self.lock();
        state.subscribers.push(subscriber);
        state.tally.subscriptions += 1;
        state.begun.get_or_insert_with(Instant::now);
        state.tally.subscriptions == 1
    }

    /// Ends the streams of a framework that has ended, as a master does.
    fn hang_up_if_torn_down(&self) {
        let mut state = self.lock();
        if state.tally.is_complete(Until::Teardown) {
            // What fails to be shut down has ended already.
            state.subscribers.drain(..).for_each(|socket| drop(socket.shutdown(Shutdown::Both)));
        }
    }

    fn write_stream(&self, socket: &mut TcpStream) -> io::Result<()> {
        if let Some(pace) = self.pace {
            return self.write_slowly(socket, pace);
        }
        for piece in self.stream.bytes.chunks(PIECE) {
            // Counted before: the answers to it may come before this thread goes on.
            self.written.fetch_add(piece.len(), Ordering::Relaxed);
            socket.write_all(piece)?;
        }
        Ok(())
    }

    fn write_slowly(&self, socket: &mut TcpStream, pace: Pace) -> io::Result<()> {
        let (mut start, mut due) = (0, Instant::now());
        for ends in self.stream.ends.chunks(pace.events) {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            due += pace.every;
            let end = ends.last().copied().unwrap_or(start);
            self.written.fetch_add(end - start, Ordering::Relaxed);
            // Noted before it is written: an answer may come before this thread goes on.
            self.lock().sent_at.extend(ends.iter().map(|_| Instant::now()));
            socket.write_all(&self.stream.bytes[start..end])?;
            start = end;
        }
        Ok(())
    }
}

fn head(encoding: Encoding) -> Vec<u8> {
    let media = encoding.media_type();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nMesos-Stream-Id: 0ddba110-2f4e-4c7b-8c53-000000000007\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    )
    .into_bytes()
}
