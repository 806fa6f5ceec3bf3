//! What a process writes goes to all who have attached to it, and to its sandbox; what one of them
//! sends, it reads.

use std::fmt;
use std::fs::File;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::duration::after;
use mesos_sdk::proto::v1::agent::ProcessIo;
use mesos_sdk::proto::v1::agent::process_io::{Control, Data, Type, control, data};
use mesos_sdk::wire::Encoding;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio::time::{Instant, interval_at};

use super::terminal::Terminal;
use crate::server::{ClientGone, EventSender, EventStream, QueueLimits, event_stream};

/// Between two heartbeats to those who read.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(30);
/// How much of the output is sent in one record, in bytes.
const MAX_CHUNK: usize = 16 << 10;

type Input = Box<dyn AsyncWrite + Send + Unpin>;
/// Where a process writes, as what, and the file in the sandbox that gets it too.
pub(super) type Output = (Box<dyn AsyncRead + Send + Unpin>, data::Type, File);

/// One container's.
pub(super) struct Switchboard {
    readers: Mutex<Vec<EventSender>>,
    /// None once its end has been sent.
    input: tokio::sync::Mutex<Option<Input>>,
    has_writer: AtomicBool,
    terminal: Option<Terminal>,
    /// Whether all output has been sent.
    over: watch::Sender<bool>,
}

/// Held by the one who sends input.
pub(super) struct Writer<'a>(&'a Switchboard);

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        self.0.has_writer.store(false, Ordering::Release);
    }
}

impl Switchboard {
    pub(super) fn new(input: Input, terminal: Option<Terminal>) -> Arc<Self> {
        Arc::new(Self {
            readers: Mutex::default(),
            input: tokio::sync::Mutex::new(Some(input)),
            has_writer: AtomicBool::new(false),
            terminal,
            over: watch::Sender::new(false),
        })
    }

    /// Sends all output on, with heartbeats in between; returns when it has ended.
    pub(super) async fn run(&self, outputs: Vec<Output>) {
        let copies = futures::future::join_all(outputs.into_iter().map(|output| self.copy(output)));
        let heartbeats = async {
            let mut beats = interval_at(after(Instant::now(), HEARTBEAT_INTERVAL), HEARTBEAT_INTERVAL);
            loop {
                beats.tick().await;
                self.send(&heartbeat());
            }
        };
        tokio::select! {
            _ = copies => {}
            () = heartbeats => {}
        }
        self.over.send_replace(true);
        self.lock().clear();
    }

    async fn copy(&self, (mut output, kind, mut log): Output) {
        let mut buffer = vec![0; MAX_CHUNK];
        // A terminal ends with an error.
        while let Ok(read @ 1..) = output.read(&mut buffer).await {
            if let Err(error) = log.write_all(&buffer[..read]) {
                tracing::warn!(%error, "can't write to the sandbox");
            }
            let data =
                Data { r#type: Some(kind.into()), data: Some(Bytes::copy_from_slice(&buffer[..read])) };
            let kind = Some(Type::Data.into());
            self.send(&ProcessIo { r#type: kind, data: Some(Box::new(data)), control: None });
        }
    }

    fn send(&self, record: &ProcessIo) {
        self.lock().retain(|reader| reader.send(record).is_ok());
    }

    /// Returns the output from now on, as the body of a response.
    pub(super) fn attach(&self, encoding: Encoding) -> (EventStream, ClientGone) {
        let (sender, stream, gone) = event_stream(encoding, QueueLimits::default());
        let mut readers = self.lock();
        if !self.is_over() {
            readers.push(sender);
        }
        (stream, gone)
    }

    pub(super) fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Returns when all output has been sent.
    pub(super) async fn over(&self) {
        // The sender is here, so there is no error.
        let _ = self.over.subscribe().wait_for(|over| *over).await;
    }

    /// Returns the end to write to, for one writer at a time.
    pub(super) fn writer(&self) -> Option<Writer<'_>> {
        let taken = self.has_writer.swap(true, Ordering::AcqRel);
        (!taken).then_some(Writer(self))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<EventSender>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer<'_> {
    /// Writes to the input. Without bytes it ends the input, unless the process has a terminal.
    pub(super) async fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut input = self.0.input.lock().await;
        if bytes.is_empty() && self.0.terminal.is_none() {
            *input = None;
        }
        match input.as_mut() {
            Some(input) => {
                input.write_all(bytes).await?;
                input.flush().await
            }
            None if bytes.is_empty() => Ok(()),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        }
    }

    pub(super) fn resize(&self, rows: u32, columns: u32) -> Result<(), String> {
        let Some(terminal) = &self.0.terminal else {
            return Err("Inappropriate ioctl for device".to_owned());
        };
        let number = |cells: u32| u16::try_from(cells).unwrap_or(u16::MAX);
        terminal.resize(number(rows), number(columns)).map_err(|error| error.to_string())
    }

    /// Returns when all output has been sent.
    pub(super) async fn over(&self) {
        self.0.over().await;
    }
}

fn heartbeat() -> ProcessIo {
    let heartbeat = control::Heartbeat { interval: Some(HEARTBEAT_INTERVAL.into()) };
    let kind = Some(control::Type::Heartbeat.into());
    let control = Control { r#type: kind, tty_info: None, heartbeat: Some(heartbeat) };
    ProcessIo { r#type: Some(Type::Control.into()), data: None, control: Some(Box::new(control)) }
}

impl fmt::Debug for Switchboard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Switchboard").field("terminal", &self.terminal).finish_non_exhaustive()
    }
}
