//! GET over plain HTTP, following redirects.

mod credentials;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST, LOCATION, USER_AGENT};
use http::{HeaderValue, Request, Response};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use percent_encoding::{CONTROLS, percent_encode};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use url::{Host, Position, Url};

pub(crate) use self::credentials::shown;

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 20;

const AGENT: &str = concat!("mesos-executor/", env!("CARGO_PKG_VERSION"));

/// The reason that a request failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The way leads to this URL, which wants TLS.
    WantsTls(Url),
    /// For this reason.
    Other(String),
}

/// The response to a GET, whatever its status. The connection closes when it is dropped.
#[derive(Debug)]
pub(crate) struct OpenResponse {
    pub(crate) response: Response<Incoming>,
    connection: JoinHandle<hyper::Result<()>>,
}

impl Drop for OpenResponse {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// Returns the response at the end of all redirects.
pub(crate) async fn get(url: Url) -> Result<OpenResponse, Failure> {
    let mut url = url;
    for _ in 0..=MAX_REDIRECTS {
        match url.scheme() {
            "http" => {}
            "https" => return Err(Failure::WantsTls(url)),
            _ => return Err(failure(&url, "it is neither http:// nor https://")),
        }
        let response = ask(&url).await.map_err(|reason| failure(&url, &reason))?;
        match location(&response.response) {
            None => return Ok(response),
            Some(location) => {
                url = credentials::follow(&url, &location)
                    .map_err(|error| failure(&url, &format!("it redirects to no URL: {error}")))?;
            }
        }
    }
    Err(failure(&url, &format!("more than {MAX_REDIRECTS} redirects")))
}

fn failure(url: &Url, reason: &str) -> Failure {
    Failure::Other(format!("{}: {reason}", shown(url.as_str())))
}

async fn ask(url: &Url) -> Result<OpenResponse, String> {
    let stream = connect(url).await?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let connection = tokio::spawn(connection);
    let request = request(url).map_err(|error| error.to_string())?;
    match sender.send_request(request).await {
        Ok(response) => Ok(OpenResponse { response, connection }),
        Err(error) => {
            connection.abort();
            Err(error.to_string())
        }
    }
}

async fn connect(url: &Url) -> Result<TcpStream, String> {
    let port = url.port_or_known_default().ok_or("it has no port")?;
    let connected = match url.host().ok_or("it has no host")? {
        Host::Domain(name) => TcpStream::connect((name, port)).await,
        Host::Ipv4(address) => TcpStream::connect((address, port)).await,
        Host::Ipv6(address) => TcpStream::connect((address, port)).await,
    };
    connected.map_err(|error| error.to_string())
}

fn request(url: &Url) -> Result<Request<Empty<Bytes>>, http::Error> {
    let mut request = Request::get(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, HeaderValue::from_static(AGENT));
    if let Some(credentials) = credentials::authorization(url) {
        request = request.header(AUTHORIZATION, credentials);
    }
    request.body(Empty::new())
}

/// Returns where a response redirects to. Servers write paths as they are: what is not ASCII is
/// escaped byte by byte, as browsers do it.
fn location<B>(response: &Response<B>) -> Option<String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?.as_bytes();
    Some(percent_encode(location, CONTROLS).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn location_need_not_be_ascii() {
        for (location, escaped) in
            [(&b"/a%20b"[..], "/a%20b"), ("/é".as_bytes(), "/%C3%A9"), (b"/r\xe9p?a b", "/r%E9p?a b")]
        {
            let response = Response::builder().status(302).header(LOCATION, location).body(()).unwrap();
            assert_eq!(super::location(&response).as_deref(), Some(escaped));
        }
    }
}
