//! The responses of a service.

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use http::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use mesos_sdk::wire::{Encoding, Message, write_message};

use super::events::{Cut, EventStream};
use super::gzip;

/// One response to one request.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Text(String),
    Bytes(Bytes),
    Events(EventStream),
    Pieces(UnsyncBoxBody<Bytes, Cut>),
    /// No response: the connection breaks.
    Broken,
}

impl HttpResponse {
    /// Creates a response with a status and a text for people. An empty text sends no body.
    pub(crate) fn text(status: StatusCode, text: impl Into<String>) -> Self {
        let text = text.into();
        let empty = text.is_empty();
        let mut response = Self { status, headers: Vec::new(), content: Content::Text(text) };
        if !empty {
            response.set(CONTENT_TYPE, "text/plain; charset=utf-8");
        }
        response
    }

    pub(crate) fn ok() -> Self {
        Self::text(StatusCode::OK, "")
    }

    pub(crate) fn accepted() -> Self {
        Self::text(StatusCode::ACCEPTED, "")
    }

    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::text(StatusCode::BAD_REQUEST, text)
    }

    pub(crate) fn not_found() -> Self {
        Self::text(StatusCode::NOT_FOUND, "404 Not Found.")
    }

    /// Creates a response with a JSON document.
    pub(crate) fn json(document: &serde_json::Value) -> Self {
        let mut response = Self::text(StatusCode::OK, document.to_string());
        response.set(CONTENT_TYPE, "application/json");
        response
    }

    /// Creates a response with a script.
    pub(crate) fn script(script: String) -> Self {
        let mut response = Self::text(StatusCode::OK, script);
        response.set(CONTENT_TYPE, "text/javascript");
        response
    }

    /// Creates a response with a message.
    pub(crate) fn message<M: Message>(message: &M, encoding: Encoding) -> Self {
        let content = Content::Bytes(write_message(encoding, message));
        let mut response = Self { status: StatusCode::OK, headers: Vec::new(), content };
        response.set(CONTENT_TYPE, encoding.media_type());
        response
    }

    /// Creates a 200 with a body that comes piece by piece. An error breaks the connection.
    pub(crate) fn pieces<E>(pieces: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> Self {
        let frames = pieces.map(|piece| piece.map(Frame::data).map_err(|_| Cut));
        let content = Content::Pieces(StreamBody::new(frames).boxed_unsync());
        Self { status: StatusCode::OK, headers: Vec::new(), content }
    }

    /// Creates a 307 to `location`.
    pub(crate) fn redirect(location: &str) -> Self {
        let mut response = Self::text(StatusCode::TEMPORARY_REDIRECT, "");
        response.set(LOCATION, location);
        response
    }

    /// Creates a 200 with a stream of events.
    pub(crate) fn events(stream: EventStream) -> Self {
        let media_type = stream.encoding().media_type();
        let mut response =
            Self { status: StatusCode::OK, headers: Vec::new(), content: Content::Events(stream) };
        response.set(CONTENT_TYPE, media_type);
        response
    }

    /// Creates a 200 with a stream of other messages.
    pub(crate) fn records(stream: EventStream) -> Self {
        let media_type = stream.encoding().media_type();
        Self::events(stream)
            .with_header(CONTENT_TYPE, "application/recordio")
            .with_header(HeaderName::from_static("message-content-type"), media_type)
    }

    /// Breaks the connection before any response, as if the network had lost it.
    pub(crate) fn broken() -> Self {
        Self { status: StatusCode::OK, headers: Vec::new(), content: Content::Broken }
    }

    /// Creates a 405. `allowed` lists the methods that the path supports.
    pub(crate) fn method_not_allowed(allowed: &[&str], method: &Method) -> Self {
        let quoted: Vec<_> = allowed.iter().map(|one| format!("'{one}'")).collect();
        let expected = quoted.join(", ");
        let text =
            format!("405 Method Not Allowed. Expecting one of {{ {expected} }}, but received '{method}'.");
        let mut response = Self::text(StatusCode::METHOD_NOT_ALLOWED, text);
        response.set(ALLOW, &allowed.join(", "));
        response
    }

    /// Compresses the body if the request's headers ask for it.
    pub(super) fn packed_for(mut self, request: &HeaderMap) -> Self {
        let packed = match &self.content {
            Content::Text(text) => gzip::pack(text.as_bytes(), request),
            Content::Bytes(bytes) => gzip::pack(bytes, request),
            Content::Events(_) | Content::Pieces(_) | Content::Broken => None,
        };
        if let Some(packed) = packed {
            self.content = Content::Bytes(packed);
            self.set(CONTENT_ENCODING, "gzip");
        }
        self
    }

    /// Changes the text, if the response has one.
    pub(crate) fn with_text(mut self, change: impl FnOnce(&str) -> String) -> Self {
        self.content = match self.content {
            Content::Text(text) => Content::Text(change(&text)),
            other => other,
        };
        self
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a header, unless the value is invalid in one. Ids in headers are checked before.
    fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.retain(|(other, _)| *other != name);
            self.headers.push((name, value));
        }
    }
}
