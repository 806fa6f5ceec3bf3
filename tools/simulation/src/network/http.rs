//! The part of HTTP/1.1 that is needed to read what drivers and the cluster send.

use bytes::{Buf as _, Bytes, BytesMut};

const STREAM_ID: &str = "mesos-stream-id";

/// A complete request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) stream_id: Option<String>,
    pub(crate) body: Bytes,
    /// All of its bytes.
    pub(crate) raw: Bytes,
}

/// Finds requests in what a driver sends.
#[derive(Debug, Default)]
pub(crate) struct Requests(pub(crate) BytesMut);

impl Requests {
    pub(crate) fn next(&mut self) -> Option<Request> {
        let end = head_end(&self.0)?;
        let head = std::str::from_utf8(&self.0[..end]).unwrap_or_default();
        let length = header(head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let stream_id = header(head, STREAM_ID).map(str::to_owned);
        if self.0.len() < end + length {
            return None;
        }
        let raw = self.0.split_to(end + length).freeze();
        Some(Request { stream_id, body: raw.slice(end..), raw })
    }
}

/// A part of a peer's response.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Head {
        status: u16,
        stream_id: Option<String>,
    },
    /// A piece of an event stream.
    Data(Bytes),
    /// The end, after which the next response may follow.
    End,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Head,
    Body(usize),
    ChunkHead,
    Chunk(usize),
    ChunkEnd(bool),
}

/// Finds the parts of responses in what a peer sends.
#[derive(Debug)]
pub(crate) struct Responses {
    buffer: BytesMut,
    state: State,
    /// The position in the stream of the end of the last part.
    consumed: usize,
}

impl Responses {
    pub(crate) fn new() -> Self {
        Self { buffer: BytesMut::new(), state: State::Head, consumed: 0 }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns the next part, and the position in the stream where it ends.
    pub(crate) fn next(&mut self) -> Option<(usize, Part)> {
        loop {
            match self.state {
                State::Head => return self.head(),
                State::Body(length) => {
                    self.take(length)?;
                    self.state = State::Head;
                    return Some((self.consumed, Part::End));
                }
                State::ChunkHead => {
                    let end = self.buffer.windows(2).position(|two| two == b"\r\n")?;
                    let text = std::str::from_utf8(&self.buffer[..end]).unwrap_or("0");
                    let length = usize::from_str_radix(text, 16).unwrap_or(0);
                    self.take(end + 2)?;
                    self.state = State::Chunk(length);
                }
                State::Chunk(length) => {
                    let chunk = self.take(length)?;
                    self.state = State::ChunkEnd(length == 0);
                    // Readers do not wait for the line break after the data.
                    if length > 0 {
                        return Some((self.consumed, Part::Data(chunk)));
                    }
                }
                State::ChunkEnd(last) => {
                    self.take(2)?;
                    self.state = if last { State::Head } else { State::ChunkHead };
                    if last {
                        return Some((self.consumed, Part::End));
                    }
                }
            }
        }
    }

    /// Returns whether a further chunk could be inserted now.
    pub(crate) fn is_between_chunks(&self) -> bool {
        matches!(self.state, State::ChunkHead) && self.buffer.is_empty()
    }

    /// Returns whether the last response is complete and no bytes follow it.
    pub(crate) fn is_between_responses(&self) -> bool {
        matches!(self.state, State::Head) && self.buffer.is_empty()
    }

    fn head(&mut self) -> Option<(usize, Part)> {
        let end = head_end(&self.buffer)?;
        let head = self.take(end)?;
        let head = std::str::from_utf8(&head).unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let length = header(head, "content-length").and_then(|length| length.parse().ok());
        self.state = match (length, header(head, "transfer-encoding")) {
            (_, Some(_)) => State::ChunkHead,
            (length, None) => State::Body(length.unwrap_or(0)),
        };
        Some((self.consumed, Part::Head { status, stream_id: header(head, STREAM_ID).map(str::to_owned) }))
    }

    fn take(&mut self, length: usize) -> Option<Bytes> {
        if self.buffer.remaining() < length {
            return None;
        }
        self.consumed += length;
        Some(self.buffer.split_to(length).freeze())
    }
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Formats a complete response without events.
pub(crate) fn response(status: u16, location: Option<&str>, text: &str) -> Bytes {
    let location = location.map(|location| format!("Location: {location}\r\n")).unwrap_or_default();
    let length = text.len();
    format!("HTTP/1.1 {status} Scripted\r\n{location}Content-Length: {length}\r\n\r\n{text}").into()
}

/// Formats a record of events as a chunk of a body.
pub(crate) fn chunk(record: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", record.len()).into_bytes();
    chunk.extend_from_slice(record);
    chunk.extend_from_slice(b"\r\n");
    chunk
}
