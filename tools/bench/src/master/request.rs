//! Requests, as they lie in what has been read.

use std::borrow::Cow;
use std::io;

use httparse::{EMPTY_HEADER, Status};
use mesos_sdk::wire::Encoding;

/// Clients send about ten.
const MAX_HEADERS: usize = 32;

/// A whole request.
#[derive(Debug)]
pub(super) struct Request<'a> {
    /// Whether it is a call; all else is asked for by GET.
    pub(super) is_call: bool,
    pub(super) encoding: Option<Encoding>,
    pub(super) has_stream_id: bool,
    pub(super) body: Cow<'a, [u8]>,
}

impl<'a> Request<'a> {
    /// Returns the first request of `input` and its length, if it is whole.
    pub(super) fn read(input: &'a [u8]) -> io::Result<Option<(Self, usize)>> {
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let mut head = httparse::Request::new(&mut headers);
        let Status::Complete(end) = head.parse(input).map_err(io::Error::other)? else { return Ok(None) };
        let is_call = head.method == Some("POST");
        let header = |name| head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        let text = |name| header(name).and_then(|header| std::str::from_utf8(header.value).ok());
        let encoding = text("content-type").and_then(Encoding::from_media_type);
        let has_stream_id = header("mesos-stream-id").is_some();
        let body = match text("content-length") {
            Some(length) => exactly(input, end, length.trim().parse().map_err(io::Error::other)?),
            None if header("transfer-encoding").is_some() => chunked(input, end)?,
            None => exactly(input, end, 0),
        };
        Ok(body.map(|(body, end)| (Self { is_call, encoding, has_stream_id, body }, end)))
    }
}

type Body<'a> = Option<(Cow<'a, [u8]>, usize)>;

fn exactly(input: &[u8], start: usize, length: usize) -> Body<'_> {
    let end = start.checked_add(length)?;
    Some((Cow::Borrowed(input.get(start..end)?), end))
}

fn chunked(input: &[u8], mut at: usize) -> io::Result<Body<'_>> {
    let mut body = Vec::new();
    loop {
        let size = httparse::parse_chunk_size(&input[at..]);
        let size = size.map_err(|_| io::Error::other("not the size of a chunk"))?;
        let Status::Complete((line, size)) = size else { return Ok(None) };
        let start = at + line;
        let length = usize::try_from(size).map_err(io::Error::other)?;
        let Some(chunk) = input.get(start..start + length + 2) else { return Ok(None) };
        body.extend_from_slice(&chunk[..length]);
        at = start + length + 2;
        if size == 0 {
            return Ok(Some((Cow::Owned(body), at)));
        }
    }
}
