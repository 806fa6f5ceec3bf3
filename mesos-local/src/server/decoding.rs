//! Decoding of calls, within a limit on the memory that all calls of a server take together.

use std::future::ready;

use http::StatusCode;
use mesos_sdk::wire::{CallError, Encoding, Message, read_call_within, read_list_within, read_object_within};

use super::HttpResponse;
use super::connection_limit::{Permit, Room, Turn};
use super::limits::MAX_DECODED;

/// The name of a call in the agent's operator API.
pub(super) const AGENT_CALL: &str = "agent::Call";

/// Parses a body as soon as there is memory for the result. The result keeps its share of the
/// memory until it is dropped.
pub(super) async fn decode<T: Send>(
    parse: impl Fn() -> Result<(T, usize), HttpResponse> + Send,
    permit: &Permit,
) -> Result<(T, Room), HttpResponse> {
    decode_after(|| ready(None), parse, permit).await
}

/// Does the same, but for one connection at a time: others are served before that.
pub(super) async fn decode_in_turn<T: Send>(
    parse: impl Fn() -> Result<(T, usize), HttpResponse> + Send,
    permit: &Permit,
) -> Result<(T, Room), HttpResponse> {
    decode_after(|| permit.turn(), parse, permit).await
}

/// Does the same in each of the turns that `turn` waits for.
async fn decode_after<'p, T: Send, F: Future<Output = Option<Turn<'p>>> + Send>(
    turn: impl Fn() -> F + Send,
    parse: impl Fn() -> Result<(T, usize), HttpResponse> + Send,
    permit: &Permit,
) -> Result<(T, Room), HttpResponse> {
    let (found, memory) = {
        let _turn = turn().await;
        parse()?
    };
    if let Some(room) = permit.room(memory) {
        return Ok((found, room));
    }
    // The body alone takes less memory while it waits.
    drop(found);
    let room = permit.wait_for_room(memory).await.ok_or_else(HttpResponse::broken)?;
    let _turn = turn().await;
    Ok((parse()?.0, room))
}

/// Decodes the call in `body`, which Mesos calls `name`. Returns it with the memory that it takes.
pub(super) fn call<C: Message>(
    name: &str,
    encoding: Encoding,
    body: &[u8],
) -> Result<(C, usize), HttpResponse> {
    read_call_within(encoding, body, MAX_DECODED).map_err(|error| match error {
        CallError::TooLarge => too_large(),
        // That API words its errors differently.
        CallError::Protobuf if name == AGENT_CALL => {
            HttpResponse::bad_request("Failed to parse body into a protobuf object")
        }
        CallError::Call(reason) if name == AGENT_CALL => HttpResponse::bad_request(reason),
        error => HttpResponse::bad_request(error.to_string()),
    })
}

/// Decodes a JSON list of messages. Returns it with the memory that it takes. `in_words` describes
/// what is wrong with an invalid text.
pub(crate) fn list<M: Message>(
    json: &[u8],
    in_words: impl Fn(CallError) -> String,
) -> Result<(Vec<M>, usize), HttpResponse> {
    read_list_within(json, MAX_DECODED).map_err(|error| refusal(error, in_words))
}

/// Does the same for a single message.
pub(crate) fn object<M: Message>(
    json: &[u8],
    in_words: impl Fn(CallError) -> String,
) -> Result<(M, usize), HttpResponse> {
    read_object_within(json, MAX_DECODED).map_err(|error| refusal(error, in_words))
}

fn refusal(error: CallError, in_words: impl Fn(CallError) -> String) -> HttpResponse {
    match error {
        CallError::TooLarge => too_large(),
        error => HttpResponse::bad_request(in_words(error)),
    }
}

fn too_large() -> HttpResponse {
    let text = format!("The call takes more memory than {MAX_DECODED} bytes, or far more than its size");
    HttpResponse::text(StatusCode::PAYLOAD_TOO_LARGE, text)
}

#[cfg(test)]
mod tests {
    use mesos_sdk::proto::v1::scheduler::Call;

    use super::*;

    fn refusal(encoding: Encoding, body: &[u8]) -> Option<(u16, String)> {
        let response = call::<Call>("scheduler::Call", encoding, body).err()?;
        Some((response.status.as_u16(), format!("{:?}", response.content)))
    }

    #[test]
    fn protobuf_text_need_not_be_utf_8() {
        let json = |name: &[u8]| {
            [br#"{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"u","name":""#, name, br#""}}}"#]
                .concat()
        };
        for name in [&b"r\xe9p"[..], br"\ud83d\ude00"] {
            assert_eq!(refusal(Encoding::Json, &json(name)), None);
        }
        for body in [&json(br"\ud800")[..], &json(br"\udc00"), b"{\xff}", b"[1", b"{}{}"] {
            let (status, text) = refusal(Encoding::Json, body).unwrap();
            assert!(status == 400 && text.contains("Failed to parse body into JSON: "), "{text}");
        }
        let name = [b"\x10\x01\x1a\x0a\x0a\x08\x0a\x01u\x12\x03r", &b"\xe9p"[..]].concat();
        assert_eq!(refusal(Encoding::Protobuf, &name), None);
    }

    #[test]
    fn call_above_the_memory_limit_is_refused() {
        // 2 MiB of empty operations, behind the type, the tag and their length.
        let operations = [0x12, 0].repeat(1 << 20);
        let body = [&[0x10, 3, 0x22, 0x80, 0x80, 0x80, 1][..], &operations].concat();
        assert_eq!(refusal(Encoding::Protobuf, &body).unwrap().0, 413);
        let json = format!(r#"{{"accept":{{"operations":[{}]}}}}"#, vec!["{}"; 1 << 20].join(","));
        assert_eq!(refusal(Encoding::Json, json.as_bytes()).unwrap().0, 413);
    }
}
