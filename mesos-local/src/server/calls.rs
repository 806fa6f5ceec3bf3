//! A request whose body is a stream of calls.

use std::marker::PhantomData;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use mesos_sdk::timer::within;
use mesos_sdk::wire::{Encoding, Message, RecordDecoder, RecordError};

use super::connection_limit::{Permit, Room};
use super::limits::{MAX_BODY, READ_TIMEOUT};
use super::{HttpResponse, decoding};

pub(crate) const RECORD_IO: &str = "application/recordio";
pub(crate) const MESSAGE_CONTENT_TYPE: &str = "message-content-type";

/// Returns whether these are the headers of such a request.
pub(super) fn is_stream(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value == RECORD_IO)
}

/// Calls as they come.
#[derive(Debug)]
pub(crate) struct Calls<C> {
    body: Incoming,
    decoder: RecordDecoder,
    encoding: Encoding,
    permit: Arc<Permit>,
    /// That of the call which was given last.
    room: Option<Room>,
    kind: PhantomData<fn() -> C>,
}

impl<C: Message> Calls<C> {
    pub(super) fn new(
        headers: &HeaderMap,
        body: Incoming,
        permit: Arc<Permit>,
    ) -> Result<Self, HttpResponse> {
        let kind = headers.get(MESSAGE_CONTENT_TYPE).ok_or_else(|| {
            HttpResponse::bad_request("Expecting 'Message-Content-Type' to be set for streaming requests")
        })?;
        let encoding = kind.to_str().ok().and_then(Encoding::from_media_type).ok_or_else(|| {
            let text = "Expecting 'Message-Content-Type' of application/json or application/x-protobuf";
            HttpResponse::text(StatusCode::UNSUPPORTED_MEDIA_TYPE, text)
        })?;
        Ok(Self {
            body,
            decoder: RecordDecoder::new(MAX_BODY),
            encoding,
            permit,
            room: None,
            kind: PhantomData,
        })
    }

    /// Returns the next call, or `None` at the end. The error is the response to the request.
    pub(crate) async fn next(&mut self) -> Result<Option<C>, HttpResponse> {
        loop {
            let record = self.decoder.next_record().map_err(|error| undecodable(&error))?;
            if let Some(record) = record {
                // From now on the next is waited for.
                self.permit.wait();
                self.room = None;
                let parse = || decoding::call(decoding::AGENT_CALL, self.encoding, &record);
                let (call, room) = decoding::decode(parse, &self.permit).await?;
                self.room = Some(room);
                return Ok(Some(call));
            }
            match within(READ_TIMEOUT, self.body.frame()).await {
                Some(Some(Ok(frame))) => {
                    let bytes = frame.into_data().unwrap_or_default();
                    self.permit.hold(bytes.len());
                    self.decoder.push(&bytes);
                }
                Some(None) => return Ok(None),
                Some(Some(Err(_))) | None => return Err(HttpResponse::broken()),
            }
        }
    }
}

fn undecodable(error: &RecordError) -> HttpResponse {
    HttpResponse::text(StatusCode::INTERNAL_SERVER_ERROR, format!("Decoder failure: {error}"))
}
