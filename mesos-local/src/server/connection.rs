//! One connection: requests in, answers out.

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

use super::answer::Content;
use super::events::Cut;
use super::{Answer, Api, MAX_BODY, READ_TIMEOUT, Request, Service, checks};

type Response = http::Response<UnsyncBoxBody<Bytes, Cut>>;

/// Serves one connection until it ends.
pub(super) async fn serve<S: Service>(service: Arc<S>, io: impl AsyncRead + AsyncWrite + Unpin + Send) {
    let respond = hyper::service::service_fn(|request| {
        let service = Arc::clone(&service);
        let (head, body) = http::Request::into_parts(request);
        async move { into_response(service.respond(Arrived { head, body, principal: None }).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(READ_TIMEOUT).title_case_headers(true);
    if let Err(error) = builder.serve_connection(TokioIo::new(io), respond).await {
        tracing::debug!(%error, "connection ended");
    }
}

/// A request whose body is yet to be read.
#[derive(Debug)]
pub(crate) struct Arrived {
    head: Parts,
    body: Incoming,
    principal: Option<String>,
}

impl Arrived {
    pub(crate) fn path(&self) -> &str {
        self.head.uri.path()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The same, sent by this one.
    pub(crate) fn by(self, principal: Option<String>) -> Self {
        Self { principal, ..self }
    }

    /// Makes the checks of every endpoint, then has the call done.
    pub(crate) async fn hand_to<A: Api>(self, api: &A) -> Answer {
        match self.check(api).await {
            Ok(request) => api.call(request).await,
            Err(answer) => answer,
        }
    }

    /// The checks before a call is done, in Mesos' order.
    async fn check<A: Api>(self, api: &A) -> Result<Request<A::Call>, Answer> {
        let Self { head, body, principal } = self;
        api.unavailable(head.uri.path()).map_or(Ok(()), Err)?;
        if head.method != Method::POST {
            return Err(Answer::method_not_allowed(&head.method));
        }
        let encoding = checks::content_type(&head.headers)?;
        let call: A::Call = checks::decode(encoding, read(body).await?)?;
        let invalid = |reason| Answer::bad_request(format!("Failed to validate {}: {reason}", A::CALL));
        api.validate(&call).map_err(invalid)?;
        let accept = match api.answers_with_messages(&call) {
            true => checks::accept(&head.headers)?,
            false => encoding,
        };
        Ok(Request { call, accept, headers: head.headers, principal })
    }
}

async fn read(body: Incoming) -> Result<Bytes, Answer> {
    let too_large =
        || Answer::text(StatusCode::PAYLOAD_TOO_LARGE, format!("The body is larger than {MAX_BODY} bytes"));
    // Without reading it, if its length is told.
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(too_large());
    }
    let collected = tokio::time::timeout(READ_TIMEOUT, Limited::new(body, MAX_BODY).collect()).await;
    match collected {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) | Err(_) => Err(Answer::broken()),
    }
}

/// An error makes hyper drop the connection.
fn into_response(answer: Answer) -> Result<Response, Cut> {
    let body = match answer.content {
        Content::Text(text) => Full::from(text).map_err(|never| match never {}).boxed_unsync(),
        Content::Bytes(bytes) => Full::from(bytes).map_err(|never| match never {}).boxed_unsync(),
        Content::Events(events) => events.boxed_unsync(),
        Content::Broken => return Err(Cut),
    };
    let mut response = http::Response::new(body);
    *response.status_mut() = answer.status;
    response.headers_mut().extend(answer.headers);
    Ok(response)
}
