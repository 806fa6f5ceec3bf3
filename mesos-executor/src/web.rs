//! GET over plain HTTP, following redirects.

use bytes::Bytes;
use http::header::{HOST, LOCATION, USER_AGENT};
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 20;

const AGENT: &str = concat!("mesos-executor/", env!("CARGO_PKG_VERSION"));

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The way leads to this URL, which wants TLS.
    WantsTls(String),
    /// For this reason.
    Other(String),
}

/// The answer to a GET, whatever its status. The connection closes when it is dropped.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) response: Response<Incoming>,
    connection: JoinHandle<hyper::Result<()>>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// The answer at the end of all redirects.
pub(crate) async fn get(url: &str) -> Result<Answer, Failure> {
    let mut url = url.to_owned();
    for _ in 0..=MAX_REDIRECTS {
        let uri: Uri = url.parse().map_err(|error| Failure::Other(format!("{url} is no URL: {error}")))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(Failure::WantsTls(url)),
            _ => return Err(Failure::Other(format!("{url}: not over HTTP"))),
        }
        let answer = ask(&uri).await.map_err(|reason| Failure::Other(format!("{url}: {reason}")))?;
        match next(&uri, &answer.response) {
            Some(target) => url = target,
            None => return Ok(answer),
        }
    }
    Err(Failure::Other(format!("{url}: more than {MAX_REDIRECTS} redirects")))
}

async fn ask(uri: &Uri) -> Result<Answer, String> {
    let authority = uri.authority().ok_or("it names no host")?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let port = authority.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let connection = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::get(path).body(Empty::<Bytes>::new()).map_err(|error| error.to_string())?;
    let host = HeaderValue::from_str(authority.as_str()).map_err(|error| error.to_string())?;
    request.headers_mut().insert(HOST, host);
    request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(AGENT));
    let response = sender.send_request(request).await;
    match response {
        Ok(response) => Ok(Answer { response, connection }),
        Err(error) => {
            connection.abort();
            Err(error.to_string())
        }
    }
}

/// Where an answer redirects to.
fn next(from: &Uri, response: &Response<Incoming>) -> Option<String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    Some(resolve(from, location))
}

fn resolve(from: &Uri, location: &str) -> String {
    if location.contains("://") {
        return location.to_owned();
    }
    let authority = from.authority().map_or("", |authority| authority.as_str());
    if let Some(elsewhere) = location.strip_prefix("//") {
        return format!("http://{elsewhere}");
    }
    if location.starts_with('/') {
        return format!("http://{authority}{location}");
    }
    let folder = from.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("http://{authority}{folder}/{location}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_relative_or_absolute() {
        let from: Uri = "http://h:8/a/b?c".parse().unwrap();
        for (location, target) in [
            ("https://i/x", "https://i/x"),
            ("//i:9/x", "http://i:9/x"),
            ("/x", "http://h:8/x"),
            ("x", "http://h:8/a/x"),
        ] {
            assert_eq!(resolve(&from, location), target);
        }
    }
}
