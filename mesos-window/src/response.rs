//! Responses to browsers.

use std::convert::Infallible;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use serde_json::Value;

use crate::guard::HEADERS;

/// The body of a response.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

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
    pieces: impl Stream<Item = Bytes> + Send + 'static,
) -> Response<Body> {
    let frames = pieces.map(|piece| Ok(Frame::data(piece)));
    build(StatusCode::OK, media_type, StreamBody::new(frames).boxed_unsync())
}

/// Adds a header.
pub(crate) fn with(mut response: Response<Body>, name: HeaderName, value: HeaderValue) -> Response<Body> {
    response.headers_mut().insert(name, value);
    response
}

fn whole(status: StatusCode, media_type: &'static str, content: Bytes) -> Response<Body> {
    build(status, media_type, Full::from(content).boxed_unsync())
}

fn build(status: StatusCode, media_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().extend(HEADERS);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
