//! The checks that every call endpoint makes before it looks at the call.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use mesos_sdk::wire::Encoding;

use super::HttpResponse;
use super::quality::quality;

/// Returns the encoding of the body; Mesos compares the header literally.
pub(super) fn content_type(headers: &HeaderMap) -> Result<Encoding, HttpResponse> {
    let value = headers.get(CONTENT_TYPE);
    let value = value.ok_or_else(|| HttpResponse::bad_request("Expecting 'Content-Type' to be present"))?;
    value.to_str().ok().and_then(Encoding::from_media_type).ok_or_else(|| {
        let text = "Expecting 'Content-Type' of application/json or application/x-protobuf";
        HttpResponse::text(StatusCode::UNSUPPORTED_MEDIA_TYPE, text)
    })
}

/// Returns the encoding for the response: JSON if both are acceptable.
pub(super) fn accept(headers: &HeaderMap) -> Result<Encoding, HttpResponse> {
    let header = headers.get(ACCEPT).map(|value| value.to_str().unwrap_or_default());
    let acceptable = |encoding: &Encoding| header.is_none_or(|header| accepts(header, encoding.media_type()));
    [Encoding::Json, Encoding::Protobuf].into_iter().find(acceptable).ok_or_else(|| {
        let text = "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'";
        HttpResponse::text(StatusCode::NOT_ACCEPTABLE, text)
    })
}

/// Returns whether the value of `Accept` allows this media type. The first entry that matches
/// decides, the exact type before `application/*` before `*/*`.
pub(crate) fn accepts(header: &str, media_type: &str) -> bool {
    [media_type, "application/*", "*/*"]
        .into_iter()
        .find_map(|candidate| quality(header, candidate))
        .is_some_and(|quality| quality > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(accept: &str) -> HeaderMap {
        [(ACCEPT, accept.parse().unwrap())].into_iter().collect()
    }

    #[statement::proves(accept)]
    #[test]
    fn json_wins_when_both_are_allowed() {
        for value in
            ["*/*", "application/x-protobuf, application/json", "application/*;q=0.1", "Application/JSON"]
        {
            assert_eq!(accept(&headers(value)).unwrap(), Encoding::Json, "{value}");
        }
        assert_eq!(accept(&HeaderMap::new()).unwrap(), Encoding::Json);
    }

    #[statement::proves(accept)]
    #[test]
    fn protobuf_where_json_is_not_allowed() {
        for value in
            ["application/x-protobuf", "application/json;q=0, */*", "application/json; q=0.0,application/*"]
        {
            assert_eq!(accept(&headers(value)).unwrap(), Encoding::Protobuf, "{value}");
        }
    }

    #[statement::proves(accept)]
    #[test]
    fn neither_is_406() {
        for value in ["text/html", "", "application/json;q=0, application/x-protobuf;q=0"] {
            assert_eq!(accept(&headers(value)).unwrap_err().status, StatusCode::NOT_ACCEPTABLE, "{value}");
        }
    }
}
