//! Clients with no framework in them: what the machine allows.

mod json;
mod split;
mod work;

use std::io::Write as _;
use std::net::Ipv4Addr;

use anyhow::{Result, bail, ensure};
use mesos_sdk::wire::Encoding;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub use self::json::Event as JsonEvent;
pub use self::split::{Chunks, Records};
pub use self::work::{Work, subscribe};
use crate::orders::Orders;

/// How much of the stream is read at once.
const READ: usize = 256 << 10;

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Floor {
    /// Only finds where records begin and end.
    Scan,
    /// Decodes each, by prost or serde.
    Decode,
    /// Decodes and answers them, and waits for the answer to each call.
    Seq,
    /// Decodes and answers them; the calls for all that one read has brought are written at once.
    Pipe,
}

/// Does what the orders say, on one thread.
///
/// # Errors
///
/// Whatever goes wrong: there is nothing in it that tries again.
pub fn run(floor: Floor, orders: Orders) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(talk(floor, orders))
}

async fn talk(floor: Floor, orders: Orders) -> Result<()> {
    let mut events = connect(orders.port).await?;
    let (socket, encoding) = (connect(orders.port).await?, orders.encoding);
    let mut calls = Calls { socket, encoding, output: Vec::new(), input: Vec::new() };
    request(&mut calls.output, encoding, &subscribe(encoding), false);
    events.write_all(&calls.output).await?;
    let mut buffer = vec![0; READ];
    let (mut start, mut end) = head(&mut events, &mut buffer).await?;
    let (mut chunks, mut records, mut work) =
        (Chunks::default(), Records::default(), Work::new(floor, orders));
    loop {
        let mut result = Ok(());
        chunks.feed(&buffer[start..end], |data| {
            records.feed(data, |record| {
                if result.is_ok() {
                    result = work.record(record);
                }
            });
        });
        result?;
        calls.make(&std::mem::take(&mut work.due), floor == Floor::Seq).await?;
        if work.is_done() {
            return Ok(());
        }
        (start, end) = (0, events.read(&mut buffer).await?);
        ensure!(end > 0, "the stream ended early");
    }
}

async fn connect(port: u16) -> Result<TcpStream> {
    let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    socket.set_nodelay(true)?;
    Ok(socket)
}

/// Reads the head of the answer; where the body begins, and what has been read of it.
///
/// # Errors
///
/// The connection ended, or does not fit into the buffer.
pub async fn head(socket: &mut (impl AsyncRead + Unpin), buffer: &mut [u8]) -> Result<(usize, usize)> {
    let mut read = 0;
    loop {
        let length = socket.read(&mut buffer[read..]).await?;
        ensure!(length > 0, "no answer to SUBSCRIBE");
        read += length;
        if let Some(end) = heads(&buffer[..read]).next() {
            return Ok((end, read));
        }
    }
}

/// Returns where each head ends.
fn heads(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes.windows(4).enumerate().filter(|(_, window)| window == b"\r\n\r\n").map(|(start, _)| start + 4)
}

struct Calls {
    socket: TcpStream,
    encoding: Encoding,
    /// Requests that are being written.
    output: Vec<u8>,
    /// Answers that are not whole yet.
    input: Vec<u8>,
}

impl Calls {
    async fn make(&mut self, bodies: &[Vec<u8>], one_by_one: bool) -> Result<()> {
        let at_once = if one_by_one { 1 } else { bodies.len().max(1) };
        for bodies in bodies.chunks(at_once) {
            self.output.clear();
            for body in bodies {
                request(&mut self.output, self.encoding, body, true);
            }
            let (mut reading, mut writing) = self.socket.split();
            let write = async { Ok(writing.write_all(&self.output).await?) };
            tokio::try_join!(write, accepted(&mut reading, &mut self.input, bodies.len()))?;
        }
        Ok(())
    }
}

/// Waits for so many answers, which have no bodies.
///
/// # Errors
///
/// The connection ended, or a call was refused.
pub async fn accepted(
    socket: &mut (impl AsyncRead + Unpin),
    input: &mut Vec<u8>,
    mut missing: usize,
) -> Result<()> {
    while missing > 0 {
        ensure!(socket.read_buf(input).await? > 0, "the connection for calls ended");
        let mut start = 0;
        for end in heads(input) {
            if !input[start..].starts_with(b"HTTP/1.1 202") {
                bail!("a call was refused");
            }
            (start, missing) = (end, missing - 1);
        }
        input.drain(..start);
    }
    Ok(())
}

/// Appends a call.
pub fn request(out: &mut Vec<u8>, encoding: Encoding, body: &[u8], has_stream_id: bool) {
    let (media, length) = (encoding.media_type(), body.len());
    let stream_id =
        if has_stream_id { "Mesos-Stream-Id: 0ddba110-2f4e-4c7b-8c53-000000000007\r\n" } else { "" };
    // Writing to memory does not fail.
    let _ = write!(
        out,
        "POST /api/v1/scheduler HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {media}\r\nAccept: {media}\r\n\
         {stream_id}Content-Length: {length}\r\n\r\n"
    );
    out.extend_from_slice(body);
}
