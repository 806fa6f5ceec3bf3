//! Responses: written, and found in the bytes of a connection.

use std::io;

use bytes::{Buf as _, Bytes, BytesMut};
use httparse::{Status, parse_chunk_size};

use crate::request::header;

const STREAM_ID: &str = "mesos-stream-id";

/// A part of a response.
#[derive(Clone, Debug)]
pub enum Part {
    /// The status line and the headers.
    Head {
        /// The status.
        status: u16,
        /// The value of `Mesos-Stream-Id`.
        stream_id: Option<String>,
    },
    /// A chunk of the body.
    Data(Bytes),
    /// The end, after which the next response may follow.
    End,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Head,
    Body(usize),
    ChunkHead,
    Chunk(usize),
    ChunkEnd(bool),
}

/// Finds the parts of responses in what a peer sends.
#[derive(Debug, Default)]
pub struct Responses {
    buffer: BytesMut,
    state: State,
    /// The position in the stream of the end of the last part.
    consumed: usize,
}

impl Responses {
    /// Adds bytes that have arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns the next part, and after how many bytes of the connection it is complete.
    ///
    /// # Errors
    ///
    /// The size of a chunk is not a number.
    pub fn next_part(&mut self) -> io::Result<Option<(usize, Part)>> {
        loop {
            match self.state {
                State::Head => return Ok(self.head()),
                State::Body(length) => {
                    if self.take(length).is_none() {
                        return Ok(None);
                    }
                    self.state = State::Head;
                    return Ok(Some((self.consumed, Part::End)));
                }
                State::ChunkHead => {
                    let Some((line, length)) = chunk_size(&self.buffer)? else { return Ok(None) };
                    self.take(line);
                    self.state = State::Chunk(length);
                }
                State::Chunk(length) => {
                    let Some(chunk) = self.take(length) else { return Ok(None) };
                    self.state = State::ChunkEnd(length == 0);
                    // Readers do not wait for the line break after the data.
                    if length > 0 {
                        return Ok(Some((self.consumed, Part::Data(chunk))));
                    }
                }
                State::ChunkEnd(last) => {
                    if self.take(2).is_none() {
                        return Ok(None);
                    }
                    self.state = if last { State::Head } else { State::ChunkHead };
                    if last {
                        return Ok(Some((self.consumed, Part::End)));
                    }
                }
            }
        }
    }

    /// Returns whether another chunk may follow here.
    pub fn is_between_chunks(&self) -> bool {
        matches!(self.state, State::ChunkHead) && self.buffer.is_empty()
    }

    /// Returns whether the body of an event stream, or another one in chunks, has begun.
    pub fn is_in_chunks(&self) -> bool {
        matches!(self.state, State::ChunkHead | State::Chunk(_) | State::ChunkEnd(_))
    }

    /// Returns whether the last response is complete, and no other one has begun.
    pub fn is_between_responses(&self) -> bool {
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

/// Returns the length of the line with a chunk's size, and the size.
fn chunk_size(bytes: &[u8]) -> io::Result<Option<(usize, usize)>> {
    let malformed = || io::Error::other("not the size of a chunk");
    // `httparse` reads a size without digits as zero.
    if bytes.first().is_some_and(|byte| !byte.is_ascii_hexdigit()) {
        return Err(malformed());
    }
    match parse_chunk_size(bytes).map_err(|_| malformed())? {
        Status::Complete((line, size)) => Ok(Some((line, usize::try_from(size).map_err(io::Error::other)?))),
        Status::Partial => Ok(None),
    }
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// Returns a response with these headers, and `Content-Length`.
pub fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Bytes {
    let headers =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
    let length = body.len();
    format!("HTTP/1.1 {status} Scripted\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into()
}

/// Returns these bytes as one chunk of a body.
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_whatever_the_pieces() {
        let mut bytes = response(400, &[("Mesos-Stream-Id", "one")], "no").to_vec();
        bytes.extend(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        bytes.extend(chunk(b"event"));
        for size in [1, 7, bytes.len()] {
            let (mut responses, mut parts) = (Responses::default(), Vec::new());
            for piece in bytes.chunks(size) {
                responses.push(piece);
                parts.extend(std::iter::from_fn(|| responses.next_part().unwrap()));
            }
            let [refused, end, ok, event] = &parts[..] else { panic!("{parts:?}") };
            assert!(matches!(&refused.1, Part::Head { status: 400, stream_id: Some(id) } if id == "one"));
            assert!(matches!((&end.1, &ok.1), (Part::End, Part::Head { status: 200, stream_id: None })));
            assert!(matches!(&event.1, Part::Data(data) if data == "event"));
            assert!(responses.is_between_chunks() && !responses.is_between_responses());
        }
    }

    #[test]
    fn malformed_size_of_a_chunk_is_an_error() {
        for size in ["x\r\n", "\r\n", "-1\r\n", "1g\r\n", "fffffffffffffffff\r\n"] {
            let mut responses = Responses::default();
            responses.push(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            responses.push(size.as_bytes());
            assert!(responses.next_part().unwrap().is_some());
            assert!(responses.next_part().is_err(), "{size:?}");
        }
    }
}
