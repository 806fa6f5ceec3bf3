//! Fields of type `string`: [`prost::encoding::string`], but for bytes that are not UTF-8. Mesos
//! does not look at them, and neither do Go and Python before they send them, so they are read with
//! U+FFFD in their place.

use std::str;

use prost::DecodeError;
use prost::bytes::Buf;
pub(super) use prost::encoding::string::{encode, encoded_len, encoded_len_repeated};
use prost::encoding::{DecodeContext, WireType, check_wire_type, decode_varint};

use super::too_large::too_large;
use crate::budget;

pub(super) fn merge(
    wire_type: WireType,
    value: &mut String,
    buf: &mut impl Buf,
    ctx: DecodeContext,
) -> Result<(), DecodeError> {
    check_wire_type(WireType::LengthDelimited, wire_type)?;
    let length = decode_varint(buf)?;
    let Some(length) = usize::try_from(length).ok().filter(|length| *length <= buf.remaining()) else {
        // prost's own error of a field that is cut off, which can't be made otherwise.
        return prost::encoding::bytes::merge(wire_type, &mut Vec::new(), &mut &[1][..], ctx);
    };
    match buf.chunk().get(..length) {
        Some(bytes) => {
            *value = text(bytes)?;
            buf.advance(length);
        }
        None => *value = text(&buf.copy_to_bytes(length))?,
    }
    Ok(())
}

pub(super) fn merge_repeated(
    wire_type: WireType,
    values: &mut Vec<String>,
    buf: &mut impl Buf,
    ctx: DecodeContext,
) -> Result<(), DecodeError> {
    let mut value = String::new();
    merge(wire_type, &mut value, buf, ctx)?;
    values.push(value);
    Ok(())
}

#[inline]
fn text(bytes: &[u8]) -> Result<String, DecodeError> {
    match str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => lossy(bytes),
    }
}

/// Returns the text with invalid bytes replaced, so that one byte may become three.
#[cold]
fn lossy(bytes: &[u8]) -> Result<String, DecodeError> {
    budget::charge(bytes.len().saturating_mul(2)).or_else(|_| too_large())?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}
