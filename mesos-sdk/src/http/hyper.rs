//! HTTP/1.1 over hyper. One [`HyperClient`] is one connection.

use std::convert::Infallible;

use bytes::Bytes;
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::broken::{closed, no_http};
use super::client::{Client, Remote};
use super::dial::AGENT;
use super::text::{TEXT_TIMEOUT, Text, WHOLE_TEXT_TIMEOUT};
use super::{Endpoint, Io};
use crate::{Error, ErrorKind, Sent};

/// The body of a request, either complete or a stream of records.
pub(crate) type RequestBody = UnsyncBoxBody<Bytes, Infallible>;

/// A client for all of HTTP/1.1, with one request at a time.
pub(crate) struct HyperClient {
    sender: http1::SendRequest<RequestBody>,
    connection: Option<JoinHandle<hyper::Result<()>>>,
    remote: Remote,
}

impl Client for HyperClient {
    async fn begin(io: Box<dyn Io>, remote: Remote) -> Result<Self, Error> {
        let begun = http1::handshake(TokioIo::new(io)).await;
        let (sender, connection) = begun.map_err(|error| broken(&remote.peer, error))?;
        Ok(Self { sender, connection: Some(tokio::spawn(connection)), remote })
    }

    fn remote(&self) -> &Remote {
        &self.remote
    }

    fn authorize(&mut self, authorization: Option<HeaderValue>) {
        self.remote.authorization = authorization;
    }
}

impl HyperClient {
    /// Returns whether another request can be sent on the connection, as far as is known.
    pub(crate) fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Sends one call and waits for the head of its response.
    pub(crate) async fn post(
        &mut self,
        endpoint: &Endpoint,
        body: Bytes,
    ) -> Result<Response<Incoming>, Error> {
        let media_type = HeaderValue::from_static(endpoint.encoding.media_type());
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, media_type.clone());
        headers.insert(CONTENT_TYPE, media_type);
        self.post_with(&endpoint.path, headers, Full::new(body).boxed_unsync()).await
    }

    /// Sends one call with additional headers and any body.
    pub(crate) async fn post_with(
        &mut self,
        path: &http::Uri,
        headers: HeaderMap,
        body: RequestBody,
    ) -> Result<Response<Incoming>, Error> {
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = path.clone();
        *request.headers_mut() = headers;
        let headers = request.headers_mut();
        headers.insert(HOST, self.remote.host.clone());
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        headers.extend(self.remote.authorization.clone().map(|value| (AUTHORIZATION, value)));
        if let Err(error) = self.sender.ready().await {
            return Err(self.failed(error, Sent::No).await);
        }
        match self.sender.try_send_request(request).await {
            Ok(response) => Ok(response),
            // hyper returns the request if it has not begun to write it.
            Err(mut error) => {
                let sent = if error.take_message().is_some() { Sent::No } else { Sent::Maybe };
                Err(self.failed(error.into_error(), sent).await)
            }
        }
    }

    /// Returns the error for a request on a closed connection. The cause is reported by the
    /// connection, not by the request.
    async fn failed(&mut self, mut error: hyper::Error, sent: Sent) -> Error {
        let closed = error.is_closed() || error.is_canceled();
        if let Some(connection) = self.connection.take_if(|_| closed)
            && let Ok(Err(cause)) = connection.await
        {
            error = cause;
        }
        broken(self.peer(), error).sent(sent)
    }
}

/// Returns whether the response only ends with its connection.
pub(super) fn is_endless(headers: &HeaderMap) -> bool {
    !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING)
}

/// Reads the text of a response that is not a stream of events, up to a limit, as far as it
/// arrives.
pub(crate) async fn text_of(mut body: impl Body<Data = Bytes> + Unpin) -> String {
    let mut text = Text::default();
    let read = async {
        while text.has_room()
            && let Ok(Some(Ok(frame))) = timeout(TEXT_TIMEOUT, body.frame()).await
        {
            frame.into_data().into_iter().for_each(|data| text.push(&data));
        }
    };
    drop(timeout(WHOLE_TEXT_TIMEOUT, read).await);
    text.into_string()
}

/// Reads a whole response of at most `limit` bytes from `peer`.
pub(super) async fn whole(
    body: impl Body<Data = Bytes, Error = hyper::Error>,
    limit: usize,
    peer: &str,
) -> Result<Bytes, Error> {
    let collected = Limited::new(body, limit).collect().await;
    collected.map(http_body_util::Collected::to_bytes).map_err(|error| {
        if let Ok(error) = error.downcast::<hyper::Error>() {
            return broken(peer, *error);
        }
        let text = format!(
            "{peer} sent a response of more than {limit} bytes: raise the limit, ClientOptions::max_message_size"
        );
        Error::new(ErrorKind::Invalid, text)
    })
}

pub(super) fn broken(peer: &str, error: hyper::Error) -> Error {
    let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref());
    let end = match error.is_parse() || is_unasked(&error) {
        true => no_http(peer),
        false => closed(peer, cause),
    };
    end.with_source(error)
}

/// Returns whether the peer sent something before a request. hyper has no name for this error,
/// which has no cause and is none of the others.
fn is_unasked(error: &hyper::Error) -> bool {
    let named =
        error.is_closed() || error.is_canceled() || error.is_incomplete_message() || error.is_timeout();
    !named && std::error::Error::source(error).is_none()
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use async_trait::async_trait;
    use futures::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;
    use tokio::io::{AsyncReadExt as _, DuplexStream, duplex};
    use tokio::sync::mpsc;
    use tokio::time::sleep;

    use super::*;
    use crate::http::peer::{BODY, Peer};
    use crate::{Address, Connector};

    async fn open(response: &'static [&'static str]) -> HyperClient {
        let (peer, address) = (Peer { response, hangs_up: true }, Address::new("m", 5050));
        HyperClient::open(&peer, &address, "master m:5050".to_owned()).await.unwrap()
    }

    /// Sends a request, and returns the status of the response.
    async fn ask(channel: &mut HyperClient) -> Result<u16, Error> {
        let response = channel.post(&Endpoint::new("/api/v1/scheduler"), Bytes::from_static(BODY)).await?;
        Ok(response.status().as_u16())
    }

    #[tokio::test(start_paused = true)]
    async fn closed_and_non_http_peers_are_distinguished() {
        for (response, kind) in [
            (&[][..], ErrorKind::Disconnected),
            (&["HTTP/1.1 200 OK\r\nContent-"], ErrorKind::Disconnected),
            (&["SSH-2.0-OpenSSH_9.2\r\n\r\n"], ErrorKind::NotMesos),
        ] {
            let error = ask(&mut open(response).await).await.unwrap_err();
            assert_eq!((error.kind(), error.was_sent()), (kind, Sent::Maybe), "{error:#}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn closed_connection_means_not_sent() {
        let mut channel = open(&["HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"]).await;
        assert_eq!(ask(&mut channel).await.ok(), Some(202));
        sleep(Duration::from_secs(2)).await;
        assert!(ask(&mut channel).await.unwrap_err().was_sent() == Sent::No);
    }

    /// Hands its ends of the connections to the test.
    #[derive(Debug)]
    struct Ends(mpsc::UnboundedSender<DuplexStream>);

    #[async_trait]
    impl Connector for Ends {
        async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
            let (ours, peers) = duplex(1024);
            self.0.send(peers).map_err(io::Error::other)?;
            Ok(Box::new(ours))
        }
    }

    /// Sends this to a peer that reads nothing, and drops the client. Returns whether the
    /// connection closes.
    async fn closes(body: RequestBody) -> bool {
        let (ends, mut peers) = mpsc::unbounded_channel();
        let (peer, address) = ("master m:5050".to_owned(), Address::new("m", 5050));
        let mut client = HyperClient::open(&Ends(ends), &address, peer).await.unwrap();
        let mut peer = peers.recv().await.unwrap();
        let path = http::Uri::from_static("/api/v1");
        let posted = timeout(Duration::from_secs(1), client.post_with(&path, HeaderMap::new(), body)).await;
        assert!(posted.is_err(), "a response");
        drop(client);
        timeout(Duration::from_secs(60), peer.read_to_end(&mut Vec::new())).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn dropped_client_closes_its_connection() {
        let endless = StreamBody::new(stream::pending::<Result<Frame<Bytes>, _>>()).boxed_unsync();
        let whole = |length| Full::new(Bytes::from(vec![b'x'; length])).boxed_unsync();
        assert!(closes(whole(4)).await, "without a response");
        assert!(closes(whole(1 << 20)).await, "while it writes");
        assert!(closes(endless).await, "in the body of its request");
    }

    #[tokio::test]
    async fn response_is_read_up_to_its_limit() {
        let body = || Full::new(Bytes::from_static(b"abc")).map_err(|never| match never {});
        assert_eq!(whole(body(), 3, "master").await.unwrap(), "abc");
        let error = whole(body(), 2, "master").await.unwrap_err();
        let text =
            "master sent a response of more than 2 bytes: raise the limit, ClientOptions::max_message_size";
        assert_eq!(error.to_string(), text);
    }
}
