//! One connection: it reads requests and writes responses.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use mesos_sdk::Io;
use mesos_sdk::wire::Message;

use super::connection_limit::{Permit, Room};
use super::events::Cut;
use super::limits::{MAX_HEAD, MAX_HEADERS, READ_TIMEOUT};
use super::quiet_io::QuietIo;
use super::response::Content;
use super::{Api, Calls, HttpResponse, Request, Service, body, calls, checks, decoding, target};
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
        let found = body::read(self.body, &self.head.headers, &self.permit, parse).await?;
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
        let (call, room) = body::read::<A::Call>(body, &head.headers, &permit, parse).await?;
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
