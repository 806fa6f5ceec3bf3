//! One request and its response on a separate connection.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Request, StatusCode, header};
use http_body_util::{BodyExt, Empty};
use hyper::{
    body::Incoming,
    client::conn::http1,
    rt::{Read, Write},
};
use hyper_util::rt::TokioIo;
use percent_encoding::{CONTROLS, percent_encode};
use tokio::net::TcpStream;

use super::FetchError;
use crate::page_url::PageUrl;

/// How pinspider names itself to sites.
pub const USER_AGENT: &str =
    concat!("pinspider/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_REPOSITORY"), ")");

/// The response to a request.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Response {
    /// Returns a header's value, empty when it is missing or no text.
    pub(super) fn header(&self, name: HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns where a redirect leads to. Servers write paths as they are: what is not ASCII is
    /// escaped byte by byte, as browsers do it.
    pub(super) fn location(&self) -> Option<String> {
        let location = self.headers.get(header::LOCATION)?.as_bytes();
        Some(percent_encode(location, CONTROLS).to_string())
    }
}

/// Asks for a page; a body longer than `limit` bytes is an error.
pub(super) async fn get(url: &PageUrl, limit: usize) -> Result<Response, FetchError> {
    let broken = |error| FetchError::Connection(url.authority(), error);
    let address = (url.host().trim_matches(['[', ']']), url.port());
    let stream = TcpStream::connect(address).await.map_err(broken)?;
    if url.is_tls() {
        over_tls(stream, url, limit).await
    } else {
        over(TokioIo::new(stream), url, limit).await
    }
}

#[cfg(feature = "https")]
async fn over_tls(stream: TcpStream, url: &PageUrl, limit: usize) -> Result<Response, FetchError> {
    let unsafe_connection = |error| FetchError::Tls(url.authority(), error);
    let stream = super::tls::handshake(stream, url.host()).await.map_err(unsafe_connection)?;
    over(TokioIo::new(stream), url, limit).await
}

#[cfg(not(feature = "https"))]
async fn over_tls(_stream: TcpStream, _url: &PageUrl, _limit: usize) -> Result<Response, FetchError> {
    Err(FetchError::NoHttps)
}

async fn over<S>(stream: S, url: &PageUrl, limit: usize) -> Result<Response, FetchError>
where
    S: Read + Write + Send + Unpin + 'static,
{
    let broken = |error| FetchError::Http(url.authority(), error);
    let (mut sender, connection) = http1::handshake(stream).await.map_err(broken)?;
    // It ends with the request: `sender` and the response's body are all that keep it.
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request(url)).await.map_err(broken)?.into_parts();
    let body = read(body, limit).await.map_err(|error| error.map_or(FetchError::TooLarge(limit), broken))?;
    Ok(Response { status: head.status, headers: head.headers, body })
}

fn request(url: &PageUrl) -> Request<Empty<Bytes>> {
    let mut request = Request::new(Empty::new());
    // A `PageUrl` has no other path than `http::Uri` takes.
    *request.uri_mut() = url.path().parse().unwrap_or_default();
    let mut set = |name, value: &str| {
        if let Ok(value) = value.try_into() {
            request.headers_mut().insert(name, value);
        }
    };
    set(header::HOST, &url.authority());
    set(header::USER_AGENT, USER_AGENT);
    set(header::ACCEPT, "text/html,*/*;q=0.1");
    set(header::ACCEPT_ENCODING, "identity");
    set(header::CONNECTION, "close");
    request
}

/// Reads a body; `Err(None)` when it is too long.
async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, Option<hyper::Error>> {
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if whole.len() + data.len() > limit {
            return Err(None);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.into())
}
