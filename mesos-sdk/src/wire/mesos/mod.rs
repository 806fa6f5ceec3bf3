//! Messages as Mesos reads and writes them, for servers of the v1 API: what it takes is taken, and
//! what it refuses is refused in its words.

mod convert;
mod fields;
mod form;
mod required;
#[cfg(test)]
mod tests;
mod text;
mod write;

use std::borrow::Cow;

use bytes::Bytes;

use self::convert::Numbers;
use self::form::whole_wire_form;
pub(super) use self::form::wire_form_of;
use self::required::Findings;
use self::text::Value;
use super::{Encoding, Message};
use crate::budget;

/// Mesos' error where it expects an object or a list.
const ANOTHER_TYPE: &str = "Unexpected JSON type parsed";

/// The body of a request does not contain a call. The text is that of the response 400 of Mesos.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The bytes are not a protobuf message, or lack a required field.
    #[error("Failed to parse body into Call protobuf")]
    Protobuf,
    /// The text is not JSON, and why.
    #[error("Failed to parse body into JSON: {0}")]
    Json(String),
    /// The JSON is not a call, and why.
    #[error("Failed to convert JSON into Call protobuf: {0}")]
    Call(String),
    /// The call takes too much memory. Mesos has no such limit.
    #[error("The call takes too much memory")]
    TooLarge,
}

/// Reads the call in the body of a request.
///
/// Required fields have to be there. In JSON `null` is nothing, one value is a list of one, numbers
/// and booleans may be text, and enums are names; in both encodings an enum value that is not known
/// counts as not set.
///
/// # Errors
/// [`CallError`], with the text of Mesos' response.
pub fn read_call<M: Message>(encoding: Encoding, body: &[u8]) -> Result<M, CallError> {
    read_call_within(encoding, body, usize::MAX).map(|(call, _)| call)
}

/// Returns the same, of a call that takes at most `limit` bytes of memory; with how many it takes,
/// about.
///
/// # Errors
/// [`CallError`], with the text of Mesos' response.
pub fn read_call_within<M: Message>(
    encoding: Encoding,
    body: &[u8],
    limit: usize,
) -> Result<(M, usize), CallError> {
    let limit = budget::limit(body.len()).min(limit);
    match encoding {
        Encoding::Protobuf => {
            let wire = looked_through(limit, || checked::<M>(body))?.ok_or(CallError::Protobuf)?;
            decode(&wire, limit, |_| CallError::Protobuf)
        }
        Encoding::Json => {
            let wire = || call_wire_form::<M>(&text::parse(body).map_err(CallError::Json)?);
            decode(&looked_through(limit, wire)??, limit, CallError::Call)
        }
    }
}

/// Reads a JSON message as Mesos reads those that are not calls, in requests that are older than
/// its v1 API; also returns approximately how much memory it takes.
///
/// # Errors
/// [`CallError`], each with the reason alone in Mesos' words: [`Json`](CallError::Json) also where
/// the text is another value than an object.
pub fn read_object_within<M: Message>(json: &[u8], limit: usize) -> Result<(M, usize), CallError> {
    let limit = budget::limit(json.len()).min(limit);
    let wire = || match text::parse(json).map_err(CallError::Json)? {
        object @ Value::Object(_) => call_wire_form::<M>(&object),
        _ => Err(CallError::Json(ANOTHER_TYPE.to_owned())),
    };
    decode(&looked_through(limit, wire)??, limit, CallError::Call)
}

/// Returns the same of a list of messages.
///
/// # Errors
/// As those of [`read_object_within`].
pub fn read_list_within<M: Message>(json: &[u8], limit: usize) -> Result<(Vec<M>, usize), CallError> {
    let limit = budget::limit(json.len()).min(limit);
    let wires = || match text::parse(json).map_err(CallError::Json)? {
        Value::List(items) => items.iter().map(call_wire_form::<M>).collect::<Result<Vec<_>, _>>(),
        _ => Err(CallError::Json(ANOTHER_TYPE.to_owned())),
    };
    let wires = looked_through(limit, wires)??;
    let mut taken = wires.len().saturating_mul(size_of::<M>());
    let mut messages = Vec::new();
    for wire in &wires {
        let left = limit.checked_sub(taken).ok_or(CallError::TooLarge)?;
        let (message, memory) = decode(wire, left, CallError::Call)?;
        taken = taken.saturating_add(memory);
        messages.push(message);
    }
    Ok((messages, taken))
}

/// Returns what it takes to look through a body is gone before the message is decoded.
fn looked_through<T>(limit: usize, look: impl FnOnce() -> T) -> Result<T, CallError> {
    let (looked, taken) = budget::within(limit, look);
    taken.map_err(|budget::Exceeded| CallError::TooLarge)?;
    Ok(looked)
}

fn call_wire_form<M: Message>(value: &Value<'_>) -> Result<Vec<u8>, CallError> {
    whole_wire_form::<M>(value, Numbers::Cut).map_err(CallError::Call)
}

fn decode<M: Message>(
    wire: &[u8],
    limit: usize,
    malformed: impl Fn(String) -> CallError,
) -> Result<(M, usize), CallError> {
    Encoding::Protobuf.decode_within(wire, limit).map_err(|error| match error.is_too_large() {
        true => CallError::TooLarge,
        false => malformed(error.to_string()),
    })
}

/// Writes a message as Mesos does: in JSON with the defaults that are declared.
pub fn write_message<M: Message>(encoding: Encoding, message: &M) -> Bytes {
    match encoding {
        Encoding::Protobuf => encoding.encode(message),
        Encoding::Json => {
            let mut text = Vec::new();
            // What was encoded a moment ago can be read.
            let _ = write::object(M::message_type(), &message.encode_to_vec(), &mut text);
            text.into()
        }
    }
}

/// Reads a list of messages; the outer error is about the text as a whole.
pub(crate) fn read_list<M: Message>(text: &str) -> Result<Vec<Result<M, String>>, String> {
    let read = |item: &Value<'_>| {
        let wire = whole_wire_form::<M>(item, Numbers::Exact)?;
        Encoding::Protobuf.decode(&wire).map_err(|error| error.to_string())
    };
    match text::parse(text.as_bytes())? {
        Value::List(items) => Ok(items.iter().map(read).collect()),
        _ => Err("Expecting a JSON array".to_owned()),
    }
}

/// Returns the message in `body` without what its descriptor does not know, if all is there that is
/// required.
fn checked<M: Message>(body: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut findings = Findings::default();
    required::check(M::message_type(), &[body], "", &mut findings).ok()?;
    match findings {
        Findings { incomplete: true, .. } => None,
        Findings { strange: true, .. } => required::strip(M::message_type(), body).ok().map(Cow::Owned),
        _ => Some(Cow::Borrowed(body)),
    }
}
