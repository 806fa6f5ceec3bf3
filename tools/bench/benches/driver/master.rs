//! The master's end of the pipes.

use std::io;

use bench::stream::{chunk, subscribed};
use mesos_sdk::wire::Encoding;
use mesos_sdk::{Address, Connector, Io, async_trait};
use peer::RequestRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc;

/// How much a pipe holds; more than anything here writes at once.
const PIPE: usize = 1 << 20;
const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nMesos-Stream-Id: \
                      1b4ae0a3-6d5c-4d36-9a5e-0d9ef2b1f8a1\r\nTransfer-Encoding: chunked\r\n\r\n";
const ACCEPTED: &[u8] = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

/// Opens pipes; their other ends come out of what [`Connections::new`] gives, too.
#[derive(Debug)]
pub(super) struct Connections(mpsc::UnboundedSender<DuplexStream>);

impl Connections {
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<DuplexStream>) {
        let (sender, opened) = mpsc::unbounded_channel();
        (Self(sender), opened)
    }

    pub(super) fn open(&self) -> io::Result<DuplexStream> {
        let (ours, theirs) = tokio::io::duplex(PIPE);
        self.0.send(theirs).map_err(io::Error::other)?;
        Ok(ours)
    }
}

#[async_trait]
impl Connector for Connections {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        Ok(Box::new(self.open()?))
    }
}

/// A client that is subscribed.
pub(super) struct Pipes {
    events: DuplexStream,
    opened: mpsc::UnboundedReceiver<DuplexStream>,
    calls: Option<DuplexStream>,
    read: Vec<u8>,
}

impl Pipes {
    /// Answers SUBSCRIBE.
    pub(super) async fn subscribed(mut opened: mpsc::UnboundedReceiver<DuplexStream>) -> io::Result<Self> {
        let mut events = opened.recv().await.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut read = Vec::new();
        take(&mut events, &mut read).await?;
        let mut answer = STREAM.as_bytes().to_vec();
        chunk(&mut answer, Encoding::Protobuf, &subscribed());
        events.write_all(&answer).await?;
        Ok(Self { events, opened, calls: None, read: Vec::with_capacity(PIPE) })
    }

    /// Sends these events.
    pub(super) async fn play(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.events.write_all(bytes).await
    }

    /// Takes so many calls.
    pub(super) async fn take_calls(&mut self, count: usize) -> io::Result<()> {
        if self.calls.is_none() {
            self.calls = self.opened.recv().await;
        }
        let calls = self.calls.as_mut().ok_or(io::ErrorKind::UnexpectedEof)?;
        take_answering(calls, &mut self.read, count).await
    }
}

async fn take_answering(calls: &mut DuplexStream, read: &mut Vec<u8>, count: usize) -> io::Result<()> {
    let mut taken = 0;
    while taken < count {
        let whole = take(calls, read).await?;
        calls.write_all(&ACCEPTED.repeat(whole)).await?;
        taken += whole;
    }
    Ok(())
}

/// Reads until a request is there, and takes all that are; how many.
async fn take(connection: &mut DuplexStream, read: &mut Vec<u8>) -> io::Result<usize> {
    let mut taken = 0;
    loop {
        while let Some(length) = RequestRef::parse(read)?.map(|request| request.length) {
            read.drain(..length);
            taken += 1;
        }
        if taken > 0 {
            return Ok(taken);
        }
        if connection.read_buf(read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
