//! Requests, found in the bytes of a connection.

use std::borrow::Cow;
use std::io;

use bytes::{Bytes, BytesMut};
use httparse::{EMPTY_HEADER, Header, Status};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Clients send about ten.
const MAX_HEADERS: usize = 32;
/// How many bytes are read at a time.
const READ: usize = 2048;

/// A complete request in a buffer.
#[derive(Debug)]
pub struct RequestRef<'a> {
    /// The method.
    pub method: &'a str,
    /// The path, with its query.
    pub path: &'a str,
    headers: [Header<'a>; MAX_HEADERS],
    /// The body, joined if it was chunked.
    pub body: Cow<'a, [u8]>,
    head_length: usize,
    /// The length of the whole request.
    pub length: usize,
}

impl<'a> RequestRef<'a> {
    /// Returns the first request of `input`, if it has arrived completely.
    pub fn parse(input: &'a [u8]) -> io::Result<Option<Self>> {
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let mut head = httparse::Request::new(&mut headers);
        let Status::Complete(head_length) = head.parse(input).map_err(io::Error::other)? else {
            return Ok(None);
        };
        let (method, path) = (head.method.unwrap_or_default(), head.path.unwrap_or_default());
        let body = match find(&headers, "content-length") {
            Some(length) => exactly(input, head_length, length.trim().parse().map_err(io::Error::other)?),
            None if find(&headers, "transfer-encoding").is_some() => chunked(input, head_length)?,
            None => exactly(input, head_length, 0),
        };
        Ok(body.map(|(body, length)| Self { method, path, headers, body, head_length, length }))
    }

    /// Returns the value of a header, unless it is missing or not UTF-8.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        find(&self.headers, name)
    }
}

fn find<'a>(headers: &[Header<'a>], name: &str) -> Option<&'a str> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(header.value).ok()
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

/// A complete request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The request line and the headers, with the empty line after them.
    pub head: String,
    /// The body, joined if it was chunked.
    pub body: Bytes,
    /// All of its bytes.
    pub raw: Bytes,
}

impl Request {
    /// Returns the path, with its query.
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// Returns the value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

/// Returns the value of a header in a head.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Reads the requests of a connection.
#[derive(Debug, Default)]
pub struct Requests(BytesMut);

impl Requests {
    /// Reads the next request. Returns `None` at the end of the connection.
    pub async fn read(&mut self, io: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Request>> {
        loop {
            if let Some(request) = self.next()? {
                return Ok(Some(request));
            }
            self.0.reserve(READ);
            if io.read_buf(&mut self.0).await? == 0 {
                return Ok(None);
            }
        }
    }

    fn next(&mut self) -> io::Result<Option<Request>> {
        let Some(RequestRef { head_length, length, body, .. }) = RequestRef::parse(&self.0)? else {
            return Ok(None);
        };
        let joined = if let Cow::Owned(body) = body { Some(body) } else { None };
        let raw = self.0.split_to(length).freeze();
        let head = String::from_utf8_lossy(&raw[..head_length]).into_owned();
        let body = joined.map_or_else(|| raw.slice(head_length..), Bytes::from);
        Ok(Some(Request { head, body, raw }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUESTS: &[u8] = b"POST /a?b HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi\
        GET / HTTP/1.1\r\nHost: x\r\n\r\n\
        POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n";

    #[tokio::test]
    async fn pipelined_requests_are_read_in_order() {
        let (mut requests, mut input) = (Requests::default(), REQUESTS);
        let mut next = async || requests.read(&mut input).await.unwrap();
        let first = next().await.unwrap();
        assert_eq!((first.path(), &first.body[..]), ("/a?b", &b"hi"[..]));
        let second = next().await.unwrap();
        assert_eq!((second.path(), second.header("host"), second.body.len()), ("/", Some("x"), 0));
        assert_eq!(&next().await.unwrap().body[..], b"hi!");
        assert!(next().await.is_none());
    }

    #[test]
    fn incomplete_request_is_not_parsed() {
        for end in 0..43 {
            assert!(RequestRef::parse(&REQUESTS[..end]).unwrap().is_none(), "{end}");
        }
        assert_eq!(RequestRef::parse(REQUESTS).unwrap().unwrap().length, 43);
        assert!(RequestRef::parse(b"\0").is_err());
    }
}
