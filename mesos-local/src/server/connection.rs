//! One connection: it reads requests and writes responses.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use mesos_sdk::Io;
use mesos_sdk::wire::Message;

use super::connection_limit::{Permit, Room};
use super::events::Cut;
use super::gzip::{self, Refusal};
use super::limits::{MAX_BODY, MAX_HEAD, MAX_HEADERS, READ_TIMEOUT};
use super::quiet_io::QuietIo;
use super::response::Content;
use super::{Api, Calls, HttpResponse, Request, Service, calls, checks, decoding, target};
use crate::pages::Query;

type Response = http::Response<UnsyncBoxBody<Bytes, Cut>>;

/// Serves one connection until it ends or has to give up its permit.
pub(super) async fn serve<S: Service>(service: Arc<S>, io: Box<dyn Io>, permit: Permit) {
    let (permit, asked) = (Arc::new(permit), Arc::<AtomicBool>::default());
    let respond = hyper::service::service_fn(|request| {
        asked.store(true, Ordering::Release);
        let (service, permit) = (Arc::clone(&service), Arc::clone(&permit));
        async move { to_hyper(respond(&*service, request, permit).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(READ_TIMEOUT).title_case_headers(true);
    builder.max_buf_size(MAX_HEAD).max_header_size(MAX_HEAD).max_headers(MAX_HEADERS);
    builder.allow_multiple_spaces_in_request_line_delimiters(true);
    let io = TokioIo::new(QuietIo::new(io, Arc::clone(&asked)));
    tokio::select! {
        end = builder.serve_connection(io, respond) => if let Err(error) = end {
            tracing::debug!(%error, "connection ended");
        },
        () = permit.ended() => tracing::debug!("closed an idle connection to make room for another"),
    }
}

async fn respond<S: Service>(
    service: &S,
    request: http::Request<Incoming>,
    permit: Arc<Permit>,
) -> HttpResponse {
    let (mut head, body) = http::Request::into_parts(request);
    if body.is_end_stream() {
        permit.work();
    }
    head.headers = last_of_each(&head.headers);
    let headers = head.headers.clone();
    let response = match target::read(service.process(), &head) {
        Ok((path, query)) => {
            let arrived = Arrived { head, path, query, body, principal: None, permit: Arc::clone(&permit) };
            service.respond(arrived).await
        }
        Err(refusal) => refusal,
    };
    // A subscriber keeps its permit while it reads events.
    if !matches!(response.content, Content::Events(_)) {
        permit.wait();
    }
    response.packed_for(&headers)
}

/// Returns each header once. As in Mesos, the last line of a name counts.
fn last_of_each(headers: &HeaderMap) -> HeaderMap {
    let mut last = HeaderMap::with_capacity(headers.keys_len());
    for (name, value) in headers {
        last.insert(name, value.clone());
    }
    last
}

/// A request whose body has not been read.
#[derive(Debug)]
pub(crate) struct Arrived {
    head: Parts,
    path: String,
    query: Query,
    body: Incoming,
    principal: Option<String>,
    permit: Arc<Permit>,
}

impl Arrived {
    /// Returns the path, below the name of the process that it belongs to.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn method(&self) -> &Method {
        &self.head.method
    }

    /// Returns the query of the path.
    pub(crate) fn query(&self) -> &Query {
        &self.query
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// Sets the principal.
    pub(crate) fn by(self, principal: Option<String>) -> Self {
        Self { principal, ..self }
    }

    /// Returns whether the body is a stream of calls.
    pub(crate) fn is_stream(&self) -> bool {
        self.head.method == Method::POST && calls::is_stream(&self.head.headers)
    }

    /// Returns the calls in such a body.
    pub(crate) fn into_calls<C: Message>(self) -> Result<Calls<C>, HttpResponse> {
        Calls::new(&self.head.headers, self.body, self.permit)
    }

    /// Makes the checks of every endpoint, then hands the call to the API.
    pub(crate) async fn hand_to<A: Api>(self, api: &A) -> HttpResponse {
        match self.check(api).await {
            Ok((request, _room)) => api.call(request).await,
            Err(response) => response,
        }
    }

    /// Parses the body. Returns the result with the memory that it takes.
    pub(crate) async fn read<T: Send>(
        self,
        parse: impl Fn(&[u8]) -> Result<(T, usize), HttpResponse> + Send,
    ) -> Result<(T, Room), HttpResponse> {
        let found = read(self.body, &self.head.headers, &self.permit, parse).await?;
        self.permit.work();
        Ok(found)
    }

    /// Makes the checks before a call, in Mesos' order.
    async fn check<A: Api>(self, api: &A) -> Result<(Request<A::Call>, Room), HttpResponse> {
        let Self { head, path, body, principal, permit, .. } = self;
        api.unavailable(&path).map_or(Ok(()), Err)?;
        if head.method != Method::POST {
            return Err(HttpResponse::method_not_allowed(&["POST"], &head.method));
        }
        api.check_headers(&head.headers)?;
        let encoding = checks::content_type(&head.headers)?;
        let parse = |body: &[u8]| decoding::call(A::CALL, encoding, body);
        let (call, room) = read::<A::Call>(body, &head.headers, &permit, parse).await?;
        permit.work();
        let invalid = |reason| HttpResponse::bad_request(format!("Failed to validate {}: {reason}", A::CALL));
        api.validate(&call).map_err(invalid)?;
        let accept = match api.responds_with_messages(&call) {
            true => checks::accept(&head.headers)?,
            false => encoding,
        };
        Ok((Request { call, accept, headers: head.headers, principal }, room))
    }
}

fn too_large() -> HttpResponse {
    HttpResponse::text(StatusCode::PAYLOAD_TOO_LARGE, format!("The body is larger than {MAX_BODY} bytes"))
}

fn malformed() -> HttpResponse {
    HttpResponse::text(StatusCode::INTERNAL_SERVER_ERROR, "failed to decode body")
}

fn unpack(body: &[u8]) -> Result<Bytes, HttpResponse> {
    gzip::unpack(body, MAX_BODY).map_err(|refusal| match refusal {
        Refusal::TooLarge => too_large(),
        Refusal::Malformed => malformed(),
    })
}

/// Parses the body of a request with these headers.
async fn read<T: Send>(
    body: Incoming,
    headers: &HeaderMap,
    permit: &Permit,
    parse: impl Fn(&[u8]) -> Result<(T, usize), HttpResponse> + Send,
) -> Result<(T, Room), HttpResponse> {
    // Refuses a body by its declared length, without reading it.
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(too_large());
    }
    let whole = collect(Limited::new(body, MAX_BODY), permit);
    let whole =
        tokio::time::timeout(READ_TIMEOUT, whole).await.unwrap_or_else(|_| Err(HttpResponse::broken()))?;
    decode(whole, gzip::is_packed(headers), parse, permit).await
}

/// Parses a whole body as soon as there is memory for the result. A compressed one stays compressed
/// until then.
async fn decode<T: Send>(
    body: Bytes,
    is_packed: bool,
    parse: impl Fn(&[u8]) -> Result<(T, usize), HttpResponse> + Send,
    permit: &Permit,
) -> Result<(T, Room), HttpResponse> {
    let parse = move || if is_packed { parse(&unpack(&body)?) } else { parse(&body) };
    decoding::decode(parse, permit).await
}

/// Collects the whole body. The permit counts what has come so far.
async fn collect(mut body: Limited<Incoming>, permit: &Permit) -> Result<Bytes, HttpResponse> {
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unreadable(&*error))?;
        // Mesos' decoder treats trailers as an error.
        let data = frame.into_data().map_err(|_| malformed())?;
        permit.hold(data.len());
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

fn unreadable(error: &(dyn Error + Send + Sync + 'static)) -> HttpResponse {
    match error {
        error if error.is::<LengthLimitError>() => too_large(),
        error if is_malformed(error) => malformed(),
        _ => HttpResponse::broken(),
    }
}

/// Returns whether a body violates its framing, for example with a chunk that has no length.
fn is_malformed(error: &(dyn Error + 'static)) -> bool {
    let hyper = error.downcast_ref::<hyper::Error>();
    let cause = hyper.and_then(|error| error.source()?.downcast_ref::<io::Error>());
    let malformed = [io::ErrorKind::InvalidInput, io::ErrorKind::InvalidData];
    cause.is_some_and(|cause| malformed.contains(&cause.kind()))
}

/// Converts a response. An error makes hyper drop the connection.
fn to_hyper(response: HttpResponse) -> Result<Response, Cut> {
    let HttpResponse { status, headers, content } = response;
    let body = match content {
        Content::Text(text) => Full::from(text).map_err(|never| match never {}).boxed_unsync(),
        Content::Bytes(bytes) => Full::from(bytes).map_err(|never| match never {}).boxed_unsync(),
        Content::Events(events) => events.boxed_unsync(),
        Content::Pieces(pieces) => pieces,
        Content::Broken => return Err(Cut),
    };
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().extend(headers);
    Ok(response)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use futures::FutureExt as _;

    use super::super::connection_limit::ConnectionLimit;
    use super::*;

    #[test]
    fn compressed_bodies_wait_compressed() {
        const LENGTH: usize = 8 << 20;
        let resident = || {
            let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
            pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
        };
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&vec![0; LENGTH]).unwrap();
        let packed = Bytes::from(packed.finish().unwrap());
        let permit = Arc::<ConnectionLimit>::default().take();
        let parse = |body: &[u8]| Ok((body.len(), 1));
        let all = permit.room(usize::MAX);
        let before = resident();
        let mut waiting: Vec<_> =
            (0..6).map(|_| Box::pin(decode(packed.clone(), true, parse, &permit))).collect();
        assert!(waiting.iter_mut().all(|call| call.now_or_never().is_none()));
        let taken = resident().saturating_sub(before);
        assert!(taken < 4 * LENGTH, "{taken} bytes for six calls that wait");
        drop(all);
        let found = waiting.remove(0).now_or_never().unwrap().unwrap();
        assert_eq!(found.0, LENGTH);
    }
}
