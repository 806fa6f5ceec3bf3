//! Responses to browsers.

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use mesos_sdk::Error;
use serde_json::Value;

use crate::guard::HEADERS;

/// The body of a response. An error cuts the connection, so that nobody takes what came for all.
pub(crate) type Body = UnsyncBoxBody<Bytes, Error>;

/// Creates a response with a text for people.
pub(crate) fn text(status: StatusCode, text: impl Into<String>) -> Response<Body> {
    whole(status, "text/plain; charset=utf-8", Bytes::from(text.into()))
}

/// Creates a response with a document.
pub(crate) fn json(document: &Value) -> Response<Body> {
    whole(StatusCode::OK, "application/json", Bytes::from(document.to_string()))
}

/// Creates a response with a file of the page.
pub(crate) fn file(media_type: &'static str, content: &'static str) -> Response<Body> {
    whole(StatusCode::OK, media_type, Bytes::from_static(content.as_bytes()))
}

/// Creates a 200 whose body comes piece by piece.
pub(crate) fn pieces(
    media_type: &'static str,
    pieces: impl Stream<Item = Result<Bytes, Error>> + Send + 'static,
) -> Response<Body> {
    let frames = pieces.map(|piece| {
        let piece = piece.inspect_err(|error| tracing::debug!(?error, "a response is cut off"));
        piece.map(Frame::data)
    });
    build(StatusCode::OK, media_type, StreamBody::new(frames).boxed_unsync())
}

/// Adds a header.
pub(crate) fn with(mut response: Response<Body>, name: HeaderName, value: HeaderValue) -> Response<Body> {
    response.headers_mut().insert(name, value);
    response
}

fn whole(status: StatusCode, media_type: &'static str, content: Bytes) -> Response<Body> {
    build(status, media_type, Full::from(content).map_err(|never| match never {}).boxed_unsync())
}

fn build(status: StatusCode, media_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().extend(HEADERS);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
