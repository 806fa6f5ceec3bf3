//! An HTTP client for tests: it sends exactly the headers that a test sets, returns each response
//! as it came, and neither follows redirects nor retries.

use std::io::ErrorKind;
use std::time::Duration;

use ::http::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderName};
use ::http::{HeaderMap, HeaderValue, Method};
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use mesos_sdk::wire::RecordDecoder;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a test waits for a response or for the next record, which is longer than the 15 seconds
/// between heartbeats.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request on its own connection.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Request {
    /// Creates a request without a body.
    pub fn new(method: Method, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Creates a GET.
    pub fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    /// Creates a POST with a JSON body, which asks for JSON.
    pub fn post(path: &str, body: &Value) -> Self {
        let json = HeaderValue::from_static("application/json");
        let mut request = Self::new(Method::POST, path).with_body(body.to_string());
        request.headers.insert(CONTENT_TYPE, json.clone());
        request.headers.insert(ACCEPT, json);
        request
    }

    /// Replaces the body.
    #[must_use]
    pub fn with_body(self, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// Sets a header to this value alone.
    pub fn with(mut self, header: &str, value: &str) -> Result<Self> {
        self.headers.insert(header.parse::<HeaderName>()?, value.parse()?);
        Ok(self)
    }

    /// Adds another line of this header.
    pub fn and(mut self, header: &str, value: &str) -> Result<Self> {
        self.headers.append(header.parse::<HeaderName>()?, value.parse()?);
        Ok(self)
    }

    /// Removes this header.
    #[must_use]
    pub fn without(mut self, header: &str) -> Self {
        self.headers.remove(header);
        self
    }

    /// Sends the request, and returns as soon as the head of the response has arrived.
    pub async fn send(self, address: &str) -> Result<Response> {
        let what = format!("{} {} to {address}", self.method, self.path);
        timeout(PATIENCE, self.exchange(address))
            .await
            .with_context(|| format!("no response: {what}"))?
            .context(what)
    }

    async fn exchange(self, address: &str) -> Result<Response> {
        let stream = TcpStream::connect(address).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut request = ::http::Request::new(Full::new(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse()?;
        *request.headers_mut() = self.headers;
        request.headers_mut().insert(HOST, address.parse()?);
        Ok(Response(sender.send_request(request).await?))
    }
}

/// Sends these bytes, and returns everything that arrives on the connection until the peer closes
/// it.
pub async fn raw(address: &str, bytes: &[u8]) -> Result<String> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(bytes).await?;
        let mut response = Vec::new();
        match stream.read_to_end(&mut response).await {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => Err(error.into()),
            _ => Ok(String::from_utf8_lossy(&response).into_owned()),
        }
    };
    timeout(PATIENCE, exchange).await.context("the connection does not end")?
}

/// The head of a response whose body was not read yet.
#[derive(Debug)]
pub struct Response(::http::Response<Incoming>);

impl Response {
    /// Returns the status code.
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// Fails, with the text of the response, if its status is another one.
    pub async fn expect(self, status: u16, what: &str) -> Result<Self> {
        let found = self.status();
        if found != status {
            bail!("{what}: {found} instead of {status}: {}", self.text().await?);
        }
        Ok(self)
    }

    /// Returns the value of a header, if it is present and valid text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name)?.to_str().ok()
    }

    /// Reads the whole body as text.
    pub async fn text(self) -> Result<String> {
        let body =
            timeout(PATIENCE, self.0.into_body().collect()).await.context("the body does not end")??;
        Ok(String::from_utf8_lossy(&body.to_bytes()).into_owned())
    }

    /// Reads the whole body as JSON.
    pub async fn json(self) -> Result<Value> {
        let text = self.text().await?;
        serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))
    }

    /// Reads the body as a stream of records.
    pub fn records(self) -> Records {
        Records { body: self.0.into_body(), decoder: RecordDecoder::default() }
    }
}

/// The records of an open stream.
#[derive(Debug)]
pub struct Records {
    body: Incoming,
    decoder: RecordDecoder,
}

impl Records {
    /// Returns the next record as JSON, or `None` at the end of the stream.
    pub async fn next(&mut self) -> Result<Option<Value>> {
        let record = self.next_bytes().await?;
        record.map(|bytes| serde_json::from_slice(&bytes).context("a record is not JSON")).transpose()
    }

    /// Returns the next record, or `None` at the end of the stream.
    pub async fn next_bytes(&mut self) -> Result<Option<Bytes>> {
        timeout(PATIENCE, self.read()).await.with_context(|| format!("no record came within {PATIENCE:?}"))?
    }

    /// Returns the contents of the next event of this type. Skips others.
    pub async fn event(&mut self, kind: &str) -> Result<Value> {
        loop {
            let event = self.next().await?.with_context(|| format!("the stream ended before {kind}"))?;
            if event["type"] == kind {
                return Ok(event[kind.to_lowercase()].clone());
            }
        }
    }

    /// Fails if an event of this type arrives within this time. Skips others.
    pub async fn nothing(&mut self, kind: &str, time: Duration) -> Result<()> {
        match timeout(time, self.event(kind)).await {
            Err(_) => Ok(()),
            Ok(event) => bail!("there should be no {kind}, but there came {}", event?),
        }
    }

    /// Waits for the end of the stream.
    pub async fn end(&mut self) -> Result<()> {
        while self.next().await?.is_some() {}
        Ok(())
    }

    async fn read(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(record) = self.decoder.next_record()? {
                return Ok(Some(record));
            }
            match self.body.frame().await {
                None => return Ok(None),
                Some(frame) => self.decoder.push(frame?.data_ref().map_or(&[], |data| data)),
            }
        }
    }
}
