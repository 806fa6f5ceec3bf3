//! The framing of a response's body.

use bytes::{Buf as _, Bytes, BytesMut};
use http::StatusCode;
use httparse::{Header, Status, parse_chunk_size};

/// The longest line with the size of a chunk, and the longest trailer with all its lines, in bytes.
const MAX_LINE: usize = 4 << 10;

/// The peer sent something that is not valid HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MalformedResponse {
    #[error("the response does not begin as one of HTTP/1")]
    Beginning,
    #[error("the head of the response: {0}")]
    Head(httparse::Error),
    #[error("the head of the response has more than {0} bytes")]
    LargeHead(usize),
    #[error("the response has a length that is not a number")]
    Length,
    #[error("the response has a malformed chunk")]
    Chunk,
    #[error("the response switches to another protocol")]
    Upgrade,
    #[error("a response came without a request")]
    Unasked,
}

/// The remaining part of a body.
#[derive(Debug, PartialEq)]
pub(super) enum Framing {
    Length(u64),
    Chunks(Chunk),
    /// The body ends with the connection.
    ToTheEnd,
}

/// A position within chunks.
#[derive(Debug, PartialEq)]
pub(super) enum Chunk {
    Size,
    Data(u64),
    DataEnd,
    /// The trailer, with what is left of its limit.
    Trailer(usize),
}

/// A piece of a body, or its end.
pub(super) enum Piece {
    Data(Bytes),
    End,
}

impl Framing {
    /// Returns the framing that the head of a response announces.
    pub(super) fn of(status: StatusCode, headers: &[Header<'_>]) -> Result<Self, MalformedResponse> {
        if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            return Ok(Self::Length(0));
        }
        if let Some(coding) = values(headers, "transfer-encoding").last() {
            return Ok(match ends_with_chunked(coding) {
                true => Self::Chunks(Chunk::Size),
                false => Self::ToTheEnd,
            });
        }
        let mut lengths = values(headers, "content-length").map(length);
        let Some(length) = lengths.next().transpose()? else { return Ok(Self::ToTheEnd) };
        match lengths.all(|other| other == Ok(length)) {
            true => Ok(Self::Length(length)),
            false => Err(MalformedResponse::Length),
        }
    }

    /// Takes the next piece from `buffer`. Returns `None` if more bytes are needed.
    pub(super) fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Piece>, MalformedResponse> {
        match self {
            Self::Length(0) => Ok(Some(Piece::End)),
            Self::Length(left) => Ok(take(buffer, left)),
            Self::Chunks(chunk) => chunk.next(buffer),
            Self::ToTheEnd => {
                let mut all = u64::MAX;
                Ok(take(buffer, &mut all))
            }
        }
    }
}

impl Chunk {
    fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Piece>, MalformedResponse> {
        loop {
            match self {
                Self::Size => match chunk_size(buffer)? {
                    Some(0) => *self = Self::Trailer(MAX_LINE),
                    Some(size) => *self = Self::Data(size),
                    None => return Ok(None),
                },
                Self::Data(0) => *self = Self::DataEnd,
                Self::Data(left) => return Ok(take(buffer, left)),
                Self::DataEnd => match buffer.get(..2) {
                    Some(b"\r\n") => {
                        buffer.advance(2);
                        *self = Self::Size;
                    }
                    Some(_) => return Err(MalformedResponse::Chunk),
                    None => return Ok(None),
                },
                Self::Trailer(left) => match line(buffer, *left)? {
                    Some((_, true)) => return Ok(Some(Piece::End)),
                    Some((length, false)) => *left -= length,
                    None => return Ok(None),
                },
            }
        }
    }
}

/// Returns whether the headers announce that the connection closes.
pub(super) fn closes(headers: &[Header<'_>]) -> bool {
    let mut options = values(headers, "connection").flat_map(|value| value.split(|byte| *byte == b','));
    options.any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"))
}

fn values<'a>(headers: &'a [Header<'a>], name: &'static str) -> impl Iterator<Item = &'a [u8]> {
    headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
}

fn ends_with_chunked(coding: &[u8]) -> bool {
    let last = coding.rsplit(|byte| *byte == b',').next().unwrap_or_default();
    last.trim_ascii().eq_ignore_ascii_case(b"chunked")
}

fn length(value: &[u8]) -> Result<u64, MalformedResponse> {
    let digits = std::str::from_utf8(value.trim_ascii()).ok();
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).ok_or(MalformedResponse::Length)
}

/// Takes as many of the remaining bytes as the buffer has.
fn take(buffer: &mut BytesMut, left: &mut u64) -> Option<Piece> {
    let most = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len());
    *left -= most as u64;
    (most > 0).then(|| Piece::Data(buffer.split_to(most).freeze()))
}

fn chunk_size(buffer: &mut BytesMut) -> Result<Option<u64>, MalformedResponse> {
    // `httparse` reads a size without digits as zero.
    if buffer.first().is_some_and(|byte| !byte.is_ascii_hexdigit()) {
        return Err(MalformedResponse::Chunk);
    }
    match parse_chunk_size(buffer) {
        Ok(Status::Complete((line, size))) if line <= MAX_LINE => {
            buffer.advance(line);
            Ok(Some(size))
        }
        Ok(Status::Partial) if buffer.len() < MAX_LINE => Ok(None),
        Ok(_) | Err(_) => Err(MalformedResponse::Chunk),
    }
}

/// Takes a line of at most `most` bytes. Returns its length, and whether it is empty.
fn line(buffer: &mut BytesMut, most: usize) -> Result<Option<(usize, bool)>, MalformedResponse> {
    match buffer.iter().take(most).position(|byte| *byte == b'\n') {
        Some(end) => {
            let line = buffer.split_to(end + 1);
            Ok(Some((line.len(), line.trim_ascii_end().is_empty())))
        }
        None if buffer.len() < most => Ok(None),
        None => Err(MalformedResponse::Chunk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_of_exactly_the_limit_is_taken() {
        let read = |text: &str| line(&mut BytesMut::from(text), 5);
        assert_eq!(read("\r\n"), Ok(Some((2, true))));
        assert_eq!(read("abcd\nrest"), Ok(Some((5, false))));
        assert_eq!(read("abcd"), Ok(None), "its end may follow");
        for text in ["abcde", "abcde\n"] {
            assert_eq!(read(text), Err(MalformedResponse::Chunk), "{text:?}");
        }
    }
}
