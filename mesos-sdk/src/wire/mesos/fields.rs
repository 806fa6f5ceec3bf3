//! The fields of a message on the wire, without decoding it.

use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use crate::proto::descriptor::{Field, Kind, Label};

/// One field as it stands on the wire.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'a> {
    pub(super) tag: u32,
    pub(super) content: Content<'a>,
    /// With its key.
    pub(super) whole: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Content<'a> {
    Varint(u64),
    SixtyFourBit(u64),
    Bytes(&'a [u8]),
    /// Of no field of the v1 API.
    Other,
}

/// Returns every field of the message in `bytes`.
pub(super) fn fields(mut bytes: &[u8]) -> impl Iterator<Item = Result<Raw<'_>, DecodeError>> {
    std::iter::from_fn(move || {
        let read = (!bytes.is_empty()).then(|| next(&mut bytes))?;
        if read.is_err() {
            bytes = &[];
        }
        Some(read)
    })
}

fn next<'a>(bytes: &mut &'a [u8]) -> Result<Raw<'a>, DecodeError> {
    let before = *bytes;
    let (tag, wire_type) = decode_key(bytes)?;
    let mut value = *bytes;
    skip_field(wire_type, tag, bytes, DecodeContext::default())?;
    let whole = before.get(..before.len() - bytes.len()).unwrap_or_default();
    let content = match wire_type {
        WireType::Varint => Content::Varint(decode_varint(&mut value)?),
        WireType::SixtyFourBit => {
            let number = value.first_chunk().map(|number| u64::from_le_bytes(*number));
            Content::SixtyFourBit(number.unwrap_or_default())
        }
        WireType::LengthDelimited => {
            decode_varint(&mut value)?;
            Content::Bytes(value.get(..value.len() - bytes.len()).unwrap_or_default())
        }
        _ => Content::Other,
    };
    Ok(Raw { tag, content, whole })
}

/// Returns whether this is a value of `field`. Mesos passes over what is not, unknown values of
/// enums too.
pub(super) fn belongs(field: &Field, content: Content<'_>) -> bool {
    match (content, field.kind) {
        (Content::Bytes(_), Kind::String | Kind::Bytes | Kind::Message(_)) => true,
        // Numbers may come packed. Entries of maps are messages, and their values texts or
        // messages.
        (Content::Bytes(_), _) => matches!(field.label, Label::Map | Label::Repeated),
        (Content::Varint(number), Kind::Enumeration(values)) => (values.name)(enumeration(number)).is_some(),
        (Content::Varint(_), kind) => {
            matches!(kind, Kind::Bool | Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64)
        }
        (Content::SixtyFourBit(_), kind) => matches!(kind, Kind::Double),
        (Content::Other, _) => false,
    }
}

/// Converts an enum, which has 32 bits and is written as 64.
#[allow(clippy::cast_possible_truncation, reason = "protobuf cuts it off")]
pub(super) fn enumeration(number: u64) -> i32 {
    number.cast_signed() as i32
}
