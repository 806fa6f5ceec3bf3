//! Parses bytes into responses. The pieces in which the bytes arrive make no difference.

use std::ops::Range;

use bytes::{Buf as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use httparse::{EMPTY_HEADER, Response, Status};

use super::framing::{Chunk, Framing, MalformedResponse, Piece, closes};

/// The largest head of a response, in bytes.
const MAX_HEAD: usize = 64 << 10;
/// How many headers a response may have.
const MAX_HEADERS: usize = 100;
/// How many headers there is room for at first. A master sends three.
const FEW_HEADERS: usize = 16;
/// How much is read at once, in bytes: many events, but not so much that a single retained one
/// would keep a lot alive.
const READ: usize = 64 << 10;
/// If a buffer has less room than this, a new one is allocated.
const TOO_LITTLE: usize = 16 << 10;

/// Longer numbers are left to the chunk reader, which reads any.
const MAX_DIGITS: usize = 7;

/// The responses on one connection.
pub(crate) struct Responses {
    buffer: BytesMut,
    state: State,
    /// How much of the buffer was searched for the end of a head, in vain.
    searched: usize,
}

enum State {
    Head,
    Body(Framing, After),
    /// No further response follows.
    Over,
}

/// A part of a response.
#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    Head(ResponseHead),
    /// A piece of the body.
    Data(Bytes),
    /// The end of the response.
    End(After),
}

/// The head of a response.
#[derive(Debug, PartialEq)]
pub(crate) struct ResponseHead {
    pub(crate) status: StatusCode,
    /// The headers, except for those of a 202, which nobody needs.
    pub(crate) headers: HeaderMap,
}

/// What follows a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// The response to the next request.
    Another,
    /// The end of the connection. The peer may still have accepted a later request: libprocess
    /// accepts each as soon as it has read it.
    Nothing,
}

impl Responses {
    pub(crate) fn new() -> Self {
        Self { buffer: BytesMut::new(), state: State::Head, searched: 0 }
    }

    /// Returns the buffer for incoming bytes.
    pub(crate) fn room(&mut self) -> &mut BytesMut {
        if self.buffer.capacity() - self.buffer.len() < TOO_LITTLE {
            self.buffer.reserve(READ);
        }
        &mut self.buffer
    }

    /// Returns the next part, or `None` if more bytes are needed.
    pub(crate) fn next(&mut self) -> Result<Option<Part>, MalformedResponse> {
        match &mut self.state {
            State::Head => self.head(),
            State::Over => Ok(None),
            State::Body(framing, after) => {
                let after = *after;
                match framing.next(&mut self.buffer)? {
                    Some(Piece::Data(data)) => Ok(Some(Part::Data(data))),
                    Some(Piece::End) => Ok(Some(self.ended(after))),
                    None => Ok(None),
                }
            }
        }
    }

    /// Reads the next record, if it lies in its own chunk, has at most `limit` bytes and has
    /// arrived as a whole. Nearly all do, and this is several times as fast as splitting the chunk
    /// and then the record.
    pub(crate) fn take_record<T>(&mut self, limit: usize, read: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let State::Body(Framing::Chunks(chunk), _) = &mut self.state else { return None };
        let begin = match chunk {
            Chunk::Size => 0,
            Chunk::Data(0) | Chunk::DataEnd if self.buffer.starts_with(b"\r\n") => 2,
            _ => return None,
        };
        let rest = &self.buffer[begin..];
        let record = whole_record(rest, limit)?;
        let (end, taken) = (begin + record.end, read(&rest[record]));
        self.buffer.advance(end);
        *chunk = Chunk::DataEnd;
        Some(taken)
    }

    /// Returns whether the response whose head came last only ends with the connection.
    pub(crate) fn has_no_end(&self) -> bool {
        matches!(self.state, State::Body(Framing::ToTheEnd, _))
    }

    /// Handles the end of the connection. Returns the end of a response that has no other, or
    /// `None` if there is no such response.
    pub(crate) fn end(&mut self) -> Option<Part> {
        match self.state {
            State::Body(Framing::ToTheEnd, _) if self.buffer.is_empty() => Some(self.ended(After::Nothing)),
            _ => None,
        }
    }

    fn ended(&mut self, after: After) -> Part {
        self.state = if after == After::Another { State::Head } else { State::Over };
        Part::End(after)
    }

    fn head(&mut self) -> Result<Option<Part>, MalformedResponse> {
        while let Some(end) = self.end_of_head()? {
            let bytes = self.buffer.split_to(end);
            self.searched = 0;
            let (head, framing, after) = parse(&bytes)?;
            match head.status {
                StatusCode::SWITCHING_PROTOCOLS => return Err(MalformedResponse::Upgrade),
                status if status.is_informational() => {}
                _ => {
                    self.state = State::Body(framing, after);
                    return Ok(Some(Part::Head(head)));
                }
            }
        }
        Ok(None)
    }

    /// Returns the length of the head if it is complete.
    fn end_of_head(&mut self) -> Result<Option<usize>, MalformedResponse> {
        while let Some(b'\r' | b'\n') = self.buffer.first() {
            self.buffer.advance(1);
        }
        let begins = self.buffer.iter().zip(b"HTTP/1.").all(|(is, should)| is == should);
        if !begins {
            return Err(MalformedResponse::Beginning);
        }
        let from = self.searched.saturating_sub(2);
        let lines = self.buffer[from..].iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        for (at, _) in lines {
            let rest = &self.buffer[from + at + 1..];
            let empty = if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.starts_with(b"\n")) };
            let end = from + at + 1 + empty;
            if empty > 0 && end <= MAX_HEAD {
                return Ok(Some(end));
            }
        }
        self.searched = self.buffer.len();
        match self.searched >= MAX_HEAD {
            true => Err(MalformedResponse::LargeHead(MAX_HEAD)),
            false => Ok(None),
        }
    }
}

/// Returns the position of the record, if `bytes` begin with a complete chunk that contains exactly
/// one record of at most `limit` bytes. `None` means that it is undecided.
fn whole_record(bytes: &[u8], limit: usize) -> Option<Range<usize>> {
    let (size, chunk) = number(bytes, 16, b"\r\n")?;
    let (length, line) = number(&bytes[chunk..], 10, b"\n")?;
    let begin = chunk + line;
    let is_whole = line + length == size && length <= limit && bytes.len() - begin >= length;
    is_whole.then_some(begin..begin + length)
}

/// Returns the number in a line that ends with `end`, and the length of the line.
fn number(bytes: &[u8], radix: u32, end: &[u8]) -> Option<(usize, usize)> {
    let mut number = 0;
    for (digits, byte) in bytes.iter().enumerate().take(MAX_DIGITS + 1) {
        match char::from(*byte).to_digit(radix) {
            Some(digit) => number = number * radix as usize + digit as usize,
            None if digits > 0 && bytes[digits..].starts_with(end) => {
                return Some((number, digits + end.len()));
            }
            None => return None,
        }
    }
    None
}

fn parse(bytes: &[u8]) -> Result<(ResponseHead, Framing, After), MalformedResponse> {
    match parse_into(bytes, &mut [EMPTY_HEADER; FEW_HEADERS]) {
        Err(MalformedResponse::Head(httparse::Error::TooManyHeaders)) => {
            parse_into(bytes, &mut [EMPTY_HEADER; MAX_HEADERS])
        }
        parsed => parsed,
    }
}

fn parse_into<'a>(
    bytes: &'a [u8],
    headers: &mut [httparse::Header<'a>],
) -> Result<(ResponseHead, Framing, After), MalformedResponse> {
    let mut response = Response::new(headers);
    match response.parse(bytes) {
        Ok(Status::Complete(_)) => {}
        Ok(Status::Partial) => return Err(MalformedResponse::Beginning),
        Err(error) => return Err(MalformedResponse::Head(error)),
    }
    let status = response.code.and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.ok_or(MalformedResponse::Beginning)?;
    let framing = Framing::of(status, response.headers)?;
    let is_last = framing == Framing::ToTheEnd || response.version == Some(0) || closes(response.headers);
    let after = if is_last { After::Nothing } else { After::Another };
    let headers = match status {
        StatusCode::ACCEPTED => HeaderMap::new(),
        _ => response.headers.iter().filter_map(kept).collect(),
    };
    Ok((ResponseHead { status, headers }, framing, after))
}

/// Returns the header, or `None` if `http` does not accept it, because it then means nothing here
/// either.
fn kept(header: &httparse::Header<'_>) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::try_from(header.name).ok()?, HeaderValue::from_bytes(header.value).ok()?))
}

#[cfg(test)]
mod tests;
