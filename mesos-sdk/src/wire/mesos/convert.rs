//! JSON into the wire form of a message, as Mesos' own reader takes it: `null` is nothing, one
//! value is a list of one, numbers and booleans may be text, enums are names, and what is not known
//! is passed over.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost::encoding::{WireType, encode_key, encode_varint};

use super::text::{self, Value};
use crate::proto::descriptor::{Field, Kind, Label, MessageType};
use crate::proto::json::number::Number;

/// A length is written when it is known, into as many bytes as any can have.
const LENGTH_BYTES: usize = 5;

/// Base64 without padding, whatever its last bits are.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// What becomes of numbers that their field can't hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// They are cut off, or wrap around, as in Mesos.
    Cut,
    /// They are refused; and NaN, which Mesos can't read, is taken.
    Exact,
}

type Entries<'a> = [(Cow<'a, [u8]>, Value<'a>)];

/// Appends to `out` the fields of a message of this type; the error is in Mesos' words.
pub(super) fn object(
    message: &MessageType,
    entries: &Entries<'_>,
    numbers: Numbers,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    for (name, value) in entries {
        if let Some(field) = message.by_name(name) {
            Target::new(field, numbers).put(value, out)?;
        }
    }
    Ok(())
}

/// The field that a value is for.
struct Target {
    name: &'static str,
    tag: u32,
    label: Label,
    kind: Kind,
    numbers: Numbers,
}

impl Target {
    fn new(field: &Field, numbers: Numbers) -> Self {
        let Field { tag, label, kind, .. } = *field;
        Self { name: field.name(), tag, label, kind, numbers }
    }

    fn put(&self, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        match value {
            Value::Null => Ok(()),
            Value::List(items) if matches!(self.label, Label::Repeated | Label::Map) => {
                items.iter().try_for_each(|item| self.put(item, out))
            }
            Value::List(_) => self.unexpected("array"),
            Value::Object(entries) if self.label == Label::Map => {
                entries.iter().try_for_each(|(key, value)| self.put_entry(key, value, out))
            }
            Value::Object(entries) => match self.kind {
                Kind::Message(of) => self.put_message(out, |out| object(of(), entries, self.numbers, out)),
                _ => self.unexpected("object"),
            },
            Value::Text(_) if self.label == Label::Map => self.unexpected("string"),
            Value::Text(text) => self.put_text(text, out),
            // The values of maps are texts and messages.
            Value::Number(number) => self.put_number(*number, out),
            Value::Bool(value) if matches!(self.kind, Kind::Bool) => {
                self.put_varint(u64::from(*value), out);
                Ok(())
            }
            Value::Bool(_) => self.unexpected("boolean"),
        }
    }

    /// Returns an entry of a map is a message of two fields.
    fn put_entry(&self, key: &[u8], value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        let own = |name, tag, kind| Self { name, tag, label: Label::Optional, kind, numbers: self.numbers };
        self.put_message(out, |out| {
            own("key", 1, Kind::String).put_bytes(key, out);
            own("value", 2, self.kind).put(value, out)
        })
    }

    fn put_text(&self, text: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
        match self.kind {
            Kind::String => self.put_bytes(text, out),
            Kind::Bytes => self.put_bytes(&self.base64(text)?, out),
            Kind::Enumeration(values) => {
                let name = String::from_utf8_lossy(text);
                match (values.number)(&name) {
                    Some(number) => self.put_varint(i64::from(number).cast_unsigned(), out),
                    None if self.label == Label::Required => {
                        return Err(format!("Failed to find enum for '{name}'"));
                    }
                    None => {}
                }
            }
            Kind::Bool => match text::parse(text) {
                Ok(Value::Bool(value)) => self.put_varint(u64::from(value), out),
                other => return Err(self.not_parsed(text, "boolean", other)),
            },
            Kind::Message(_) | Kind::Oneof(_) => return self.unexpected("string"),
            _ => return self.put_number(self.number(text)?, out),
        }
        Ok(())
    }

    fn number(&self, text: &[u8]) -> Result<Number, String> {
        match (self.kind, text) {
            (Kind::Double, b"Infinity") => Ok(Number::Float(f64::INFINITY)),
            (Kind::Double, b"-Infinity") => Ok(Number::Float(f64::NEG_INFINITY)),
            (Kind::Double, b"NaN") if self.numbers == Numbers::Exact => Ok(Number::Float(f64::NAN)),
            _ => match text::parse(text) {
                Ok(Value::Number(number)) => Ok(number),
                other => Err(self.not_parsed(text, "number", other)),
            },
        }
    }

    fn put_number(&self, number: Number, out: &mut Vec<u8>) -> Result<(), String> {
        let exact = self.numbers == Numbers::Exact;
        let misfit = || format!("{number:?} does not fit field '{}'", self.name);
        let bits = match self.kind {
            Kind::Double => {
                encode_key(self.tag, WireType::SixtyFourBit, out);
                out.extend_from_slice(&number.as_f64().to_le_bytes());
                return Ok(());
            }
            Kind::Int32 if exact => i64::from(number.exact::<i32>().ok_or_else(misfit)?).cast_unsigned(),
            Kind::Int64 if exact => number.exact::<i64>().ok_or_else(misfit)?.cast_unsigned(),
            Kind::Uint32 if exact => number.exact::<u32>().ok_or_else(misfit)?.into(),
            Kind::Uint64 if exact => number.exact().ok_or_else(misfit)?,
            Kind::Int32 => i64::from(number.as_i32()).cast_unsigned(),
            Kind::Int64 => number.as_i64().cast_unsigned(),
            Kind::Uint32 => number.as_u32().into(),
            Kind::Uint64 => number.as_u64(),
            _ => return self.unexpected("number"),
        };
        self.put_varint(bits, out);
        Ok(())
    }

    fn put_varint(&self, value: u64, out: &mut Vec<u8>) {
        encode_key(self.tag, WireType::Varint, out);
        encode_varint(value, out);
    }

    fn put_bytes(&self, bytes: &[u8], out: &mut Vec<u8>) {
        encode_key(self.tag, WireType::LengthDelimited, out);
        encode_varint(bytes.len() as u64, out);
        out.extend_from_slice(bytes);
    }

    fn put_message(
        &self,
        out: &mut Vec<u8>,
        fields: impl FnOnce(&mut Vec<u8>) -> Result<(), String>,
    ) -> Result<(), String> {
        encode_key(self.tag, WireType::LengthDelimited, out);
        let start = out.len();
        out.extend_from_slice(&[0; LENGTH_BYTES]);
        fields(out)?;
        let length = out.len() - start - LENGTH_BYTES;
        for (index, byte) in out.iter_mut().skip(start).take(LENGTH_BYTES).enumerate() {
            let more = if index + 1 < LENGTH_BYTES { 0x80 } else { 0 };
            *byte = u8::try_from(length >> (7 * index) & 0x7f).unwrap_or_default() | more;
        }
        Ok(())
    }

    /// Decodes Base64, ignoring white space and everything from the padding on.
    fn base64(&self, text: &[u8]) -> Result<Vec<u8>, String> {
        let digits = text.iter().take_while(|byte| **byte != b'=').copied();
        let mut digits: Vec<_> = digits.filter(|byte| !byte.is_ascii_whitespace() && *byte != 0x0b).collect();
        let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        if let Some(other) = digits.iter().find(|byte| !is_digit(byte)) {
            let (name, other) = (self.name, String::from_utf8_lossy(std::slice::from_ref(other)));
            return Err(format!("Failed to base64 decode bytes field '{name}': Invalid character '{other}'"));
        }
        if digits.len() % 4 == 1 {
            digits.pop();
        }
        BASE64.decode(&digits).map_err(|error| error.to_string())
    }

    fn unexpected<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("Not expecting a JSON {what} for field '{}'", self.name))
    }

    fn not_parsed(&self, text: &[u8], what: &str, found: Result<Value<'_>, String>) -> String {
        let reason = found.err().unwrap_or_else(|| "Unexpected JSON type parsed".to_owned());
        let (text, name) = (String::from_utf8_lossy(text), self.name);
        format!("Failed to parse '{text}' as a JSON {what} for field '{name}': {reason}")
    }
}
