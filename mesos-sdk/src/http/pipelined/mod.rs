//! A connection below hyper, for what has to be fast: the event stream, and the calls of a session.

pub(crate) mod machine;

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use http::HeaderValue;
use tokio::io::{AsyncReadExt as _, AsyncWrite as _};
use tokio::time::timeout;

use self::machine::{MalformedResponse, Part, RequestHead, ResponseHead, Responses};
use super::broken::{closed, no_http};
use super::client::{Client, Remote};
use super::dial::AGENT;
use super::text::{TEXT_TIMEOUT, Text, WHOLE_TEXT_TIMEOUT};
use super::{Endpoint, Io, STREAM_ID, StreamId};
use crate::Error;

/// How much of the request buffer is kept once all requests are written, in bytes.
const KEPT_BUFFER: usize = 64 << 10;

/// A client for POST requests, of which many may be pending. It reads into buffers that events
/// share.
pub(crate) struct PipelinedClient {
    io: Box<dyn Io>,
    responses: Responses,
    /// The encoded pending requests, and how much of them is written.
    out: Vec<u8>,
    written: usize,
    is_flushed: bool,
    /// The head of the requests to one subscription.
    head: Option<(Option<StreamId>, RequestHead)>,
    remote: Remote,
}

impl Client for PipelinedClient {
    async fn begin(io: Box<dyn Io>, remote: Remote) -> Result<Self, Error> {
        let (responses, out) = (Responses::new(), Vec::new());
        Ok(Self { io, responses, out, written: 0, is_flushed: true, head: None, remote })
    }

    fn remote(&self) -> &Remote {
        &self.remote
    }

    fn authorize(&mut self, authorization: Option<HeaderValue>) {
        if authorization != self.remote.authorization {
            self.remote.authorization = authorization;
            self.head = None;
        }
    }
}

impl PipelinedClient {
    /// Queues a request. Returns its length.
    pub(crate) fn post(&mut self, endpoint: &Endpoint, stream_id: Option<&StreamId>, body: &[u8]) -> usize {
        if self.head.as_ref().is_none_or(|(known, _)| known.as_ref() != stream_id) {
            self.head = Some((stream_id.cloned(), self.request_head(endpoint, stream_id)));
        }
        let before = self.out.len();
        if let Some((_, head)) = &self.head {
            head.write(body, &mut self.out);
        }
        self.out.len() - before
    }

    fn request_head(&self, endpoint: &Endpoint, stream_id: Option<&StreamId>) -> RequestHead {
        let media_type = HeaderValue::from_static(endpoint.encoding.media_type());
        RequestHead::post(
            &endpoint.path,
            &[
                ("Host", Some(&self.remote.host)),
                ("User-Agent", Some(&HeaderValue::from_static(AGENT))),
                ("Accept", Some(&media_type)),
                ("Content-Type", Some(&media_type)),
                (STREAM_ID, stream_id.map(|StreamId(id)| id)),
                ("Authorization", self.authorization()),
            ],
        )
    }

    /// Writes what is queued, and waits for something to read. Returns how many bytes came, or 0 at
    /// the end. Cancel safe.
    pub(crate) async fn fill(&mut self) -> Result<usize, Error> {
        let filled = poll_fn(|context| {
            // A peer that accepts no more may have sent the reason before it closed.
            let written = self.poll_write(context);
            match (self.poll_fill(context), written) {
                (Poll::Pending, Poll::Ready(Err(error))) => Poll::Ready(Err(error)),
                (filled, _) => filled,
            }
        });
        filled.await.map_err(|error| self.broken(error))
    }

    /// Writes as much as the connection accepts. Returns ready when all is written.
    pub(crate) fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.out.len() {
            let rest = &self.out[self.written..];
            match ready!(Pin::new(&mut self.io).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.written += written,
            }
            // The buffer does not grow if a peer never accepts all of it.
            if self.written >= KEPT_BUFFER && 2 * self.written >= self.out.len() {
                self.out.drain(..self.written);
                self.written = 0;
            }
            self.is_flushed = false;
        }
        self.out.clear();
        self.out.shrink_to(KEPT_BUFFER);
        self.written = 0;
        if !self.is_flushed {
            ready!(Pin::new(&mut self.io).poll_flush(context))?;
            self.is_flushed = true;
        }
        Poll::Ready(Ok(()))
    }

    /// Returns how many bytes are queued.
    pub(crate) fn unwritten(&self) -> usize {
        self.out.len() - self.written
    }

    /// Reads what has arrived. Returns how many bytes, or 0 at the end.
    pub(crate) fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        pin!(self.io.read_buf(self.responses.room())).poll(context)
    }

    /// Returns the next part, as far as it was read.
    pub(crate) fn part(&mut self) -> Result<Option<Part>, Error> {
        self.responses.next().map_err(|error| self.malformed(error))
    }

    /// Reads the next record, if it lies in its own chunk, has at most `limit` bytes and was read
    /// as a whole.
    pub(super) fn take_record<T>(&mut self, limit: usize, read: impl FnOnce(&[u8], &str) -> T) -> Option<T> {
        self.responses.take_record(limit, |record| read(record, &self.remote.peer))
    }

    /// Returns whether the response whose head came last only ends with the connection.
    pub(crate) fn response_has_no_end(&self) -> bool {
        self.responses.has_no_end()
    }

    /// Handles the end of the connection. Fails if it cuts off a response.
    pub(crate) fn ends_here(&mut self) -> Result<(), Error> {
        self.responses.end().map(drop).ok_or_else(|| self.closed())
    }

    /// Returns the error for a connection that the peer has closed.
    pub(crate) fn closed(&self) -> Error {
        closed(self.peer(), None)
    }

    /// Returns the head of the next response.
    pub(crate) async fn response(&mut self) -> Result<ResponseHead, Error> {
        loop {
            match self.part()? {
                Some(Part::Head(head)) => return Ok(head),
                None if self.fill().await? == 0 => return Err(self.closed()),
                Some(Part::Data(_) | Part::End(_)) | None => {}
            }
        }
    }

    /// Reads the text of a response, up to a limit, as far as it arrives.
    pub(crate) async fn text(&mut self) -> String {
        let mut text = Text::default();
        let read = async {
            loop {
                match self.part() {
                    Ok(Some(Part::Data(data))) if text.has_room() => text.push(&data),
                    Ok(None) if matches!(timeout(TEXT_TIMEOUT, self.fill()).await, Ok(Ok(1..))) => {}
                    _ => return,
                }
            }
        };
        drop(timeout(WHOLE_TEXT_TIMEOUT, read).await);
        text.into_string()
    }

    pub(crate) fn broken(&self, error: io::Error) -> Error {
        closed(self.peer(), Some(&error)).with_source(error)
    }

    pub(crate) fn malformed(&self, error: MalformedResponse) -> Error {
        no_http(self.peer()).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;
    use crate::http::peer::{BODY, Peer};
    use crate::{Address, ErrorKind};

    async fn open(response: &'static [&'static str], hangs_up: bool) -> PipelinedClient {
        let (peer, address) = (Peer { response, hangs_up }, Address::new("m", 5050));
        PipelinedClient::open(&peer, &address, "master m:5050".to_owned()).await.unwrap()
    }

    fn post(connection: &mut PipelinedClient, body: &[u8]) -> usize {
        connection.post(&Endpoint::new("/api/v1/scheduler"), None, body)
    }

    #[tokio::test(start_paused = true)]
    async fn response_is_read_as_it_arrives() {
        const HEAD: &str = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 10\r\n\r\n";
        const LONG: &str = "HTTP/1.1 500 Internal Server Error\r\n\r\n";
        for (response, hangs_up, text) in [
            (&[HEAD, "hello", "world"][..], false, "helloworld"),
            (&[HEAD, "hello"], false, "hello"),
            (&[HEAD, "hello"], true, "hello"),
            (&[LONG, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"], false, "123456789"),
        ] {
            let mut connection = open(response, hangs_up).await;
            post(&mut connection, BODY);
            assert_eq!(connection.response().await.unwrap().status, 500);
            assert_eq!(connection.text().await, text);
        }
        for response in [&[][..], &["HTTP/1.1 500 "]] {
            let mut connection = open(response, true).await;
            post(&mut connection, BODY);
            assert_eq!(connection.response().await.unwrap_err().kind(), ErrorKind::Disconnected);
        }
    }

    #[tokio::test]
    async fn requests_have_the_headers_of_their_sender() {
        let mut connection = open(&[], false).await;
        let request = |connection: &mut PipelinedClient| {
            let before = connection.out.len();
            post(connection, BODY);
            String::from_utf8(connection.out.split_off(before)).unwrap()
        };
        assert!(!request(&mut connection).contains("authorization"));
        connection.authorize(Some(HeaderValue::from_static("Bearer token")));
        assert!(request(&mut connection).contains("\r\nauthorization: Bearer token\r\n"));
        connection.authorize(None);
        assert!(!request(&mut connection).contains("authorization"));
    }

    #[tokio::test]
    async fn each_request_names_its_own_stream() {
        let mut connection = open(&[], false).await;
        for id in ["one", "two", "two", "one"] {
            let (stream_id, before) = (StreamId(HeaderValue::from_static(id)), connection.out.len());
            connection.post(&Endpoint::new("/api/v1/scheduler"), Some(&stream_id), BODY);
            let request = String::from_utf8(connection.out.split_off(before)).unwrap();
            assert!(request.contains(&format!("mesos-stream-id: {id}\r\n")), "{request}");
        }
    }

    #[tokio::test]
    async fn slow_peer_does_not_grow_the_buffer() {
        let mut connection = open(&[], false).await;
        let (ours, mut peers) = duplex(KEPT_BUFFER);
        connection.io = Box::new(ours);
        let (mut posted, mut taken) = (0, vec![0; KEPT_BUFFER]);
        for number in 1..=30 {
            posted += post(&mut connection, &vec![b'x'; KEPT_BUFFER]);
            let written = poll_fn(|context| Poll::Ready(connection.poll_write(context))).await;
            assert!(written.is_pending());
            assert_eq!(connection.unwritten(), posted - number * KEPT_BUFFER);
            peers.read_exact(&mut taken).await.unwrap();
        }
        assert!(connection.out.len() < 2 * KEPT_BUFFER, "{}", connection.out.len());
    }
}
