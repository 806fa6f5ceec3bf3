//! The headers that name encodings, in requests to an agent's operator API: its requests and
//! responses may also be streams of records.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use mesos_sdk::wire::Encoding;

use crate::server::{HttpResponse, MESSAGE_CONTENT_TYPE, RECORD_IO, accepts};

pub(super) const MESSAGE_ACCEPT: &str = "message-accept";

const MESSAGES: [Encoding; 2] = [Encoding::Json, Encoding::Protobuf];

/// Checks them as Mesos does. What the body is missing is found out later.
pub(super) fn check(headers: &HeaderMap) -> Result<(), HttpResponse> {
    let content = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    match content {
        None | Some(RECORD_IO) => {}
        Some(content) if Encoding::from_media_type(content).is_none() => {
            return Err(unsupported(
                "Expecting 'Content-Type' of application/json or application/x-protobuf or application/recordio",
            ));
        }
        Some(_) if headers.contains_key(MESSAGE_CONTENT_TYPE) => {
            return Err(unsupported(
                "Expecting 'Message-Content-Type' to be not set for non-streaming requests",
            ));
        }
        Some(_) => {}
    }
    check_accept(headers)
}

fn check_accept(headers: &HeaderMap) -> Result<(), HttpResponse> {
    let allows = |name: &str, media_type: &str| {
        headers.get(name).is_none_or(|value| accepts(value.to_str().unwrap_or_default(), media_type))
    };
    let allows_message = |name: &str| MESSAGES.iter().any(|encoding| allows(name, encoding.media_type()));
    match (allows_message(ACCEPT.as_str()), allows(ACCEPT.as_str(), RECORD_IO)) {
        (true, _) if headers.contains_key(MESSAGE_ACCEPT) => {
            Err(not_acceptable("Expecting 'Message-Accept' to be not set for non-streaming responses"))
        }
        (false, true) if !allows_message(MESSAGE_ACCEPT) => Err(not_acceptable(
            "Expecting 'Message-Accept' to allow application/json or application/x-protobuf",
        )),
        (false, false) => Err(not_acceptable(
            "Expecting 'Accept' to allow application/json or application/x-protobuf or application/recordio",
        )),
        _ => Ok(()),
    }
}

fn unsupported(text: &str) -> HttpResponse {
    HttpResponse::text(StatusCode::UNSUPPORTED_MEDIA_TYPE, text)
}

fn not_acceptable(text: &str) -> HttpResponse {
    HttpResponse::text(StatusCode::NOT_ACCEPTABLE, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        check(&headers.collect::<HeaderMap>()).is_ok()
    }

    #[test]
    fn streams_and_messages_have_their_own_headers() {
        const CONTENT: (&str, &str) = ("content-type", "application/json");
        const STREAM: (&str, &str) = ("content-type", RECORD_IO);
        const RECORDS: (&str, &str) = ("accept", RECORD_IO);
        for (headers, taken) in [
            (&[CONTENT][..], true),
            (&[("content-type", "text/plain")], false),
            (&[CONTENT, (MESSAGE_CONTENT_TYPE, "application/json")], false),
            (&[STREAM, (MESSAGE_CONTENT_TYPE, "application/json")], true),
            (&[CONTENT, ("accept", "text/html")], false),
            (&[CONTENT, ("accept", "*/*"), (MESSAGE_ACCEPT, "application/json")], false),
            (&[CONTENT, (MESSAGE_ACCEPT, "application/json")], false),
            (&[CONTENT, RECORDS], true),
            (&[CONTENT, RECORDS, (MESSAGE_ACCEPT, "application/x-protobuf")], true),
            (&[CONTENT, RECORDS, (MESSAGE_ACCEPT, "text/html")], false),
        ] {
            assert_eq!(is_taken(headers), taken, "{headers:?}");
        }
    }
}
