//! A message as Mesos writes it in JSON: fields in the order in which they are declared, with their
//! declared defaults where they are not set.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::DecodeError;

use super::fields::{Content, Raw, belongs, enumeration, fields};
use crate::proto::descriptor::{Declared, Field, Kind, Label, MessageType, Values};
use crate::proto::json::WrittenDouble;

/// Appends the JSON of the message in `bytes`.
pub(super) fn object(message: &MessageType, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), DecodeError> {
    let mut found = fields(bytes).collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|raw| raw.tag);
    let mut separator = Separator::new(b'{');
    for field in message.declared() {
        let start = found.partition_point(|raw| raw.tag < field.tag);
        let values = found.get(start..).unwrap_or_default();
        let count = values.iter().take_while(|raw| raw.tag == field.tag).count();
        // An enum's value of a newer Mesos counts as not set.
        let values = values.iter().take(count).filter(|raw| belongs(field, raw.content)).copied();
        let values: Vec<_> = values.collect();
        if values.is_empty() && field.default.is_none() && !is_always_written(message, field) {
            continue;
        }
        separator.next(out);
        key(field.name().as_bytes(), out);
        field_value(field, &values, out)?;
    }
    separator.close(b'}', out);
    Ok(())
}

/// Returns whether the field is written even if it is empty: other code of Mesos writes the lists
/// of what a master or an agent has.
fn is_always_written(message: &MessageType, field: &Field) -> bool {
    let Some((endpoint, "GetTasks" | "GetExecutors" | "GetFrameworks" | "GetAgents")) =
        message.name.split_once("::response::")
    else {
        return false;
    };
    match endpoint {
        "v1::master" => !matches!(
            field.name(),
            "pending_tasks" | "orphan_tasks" | "orphan_executors" | "recovered_frameworks"
        ),
        _ => endpoint == "v1::agent",
    }
}

fn field_value(field: &Field, values: &[Raw<'_>], out: &mut Vec<u8>) -> Result<(), DecodeError> {
    match (field.label, values.last(), field.default) {
        (Label::Map, ..) => map(field.kind, values, out),
        (Label::Repeated, ..) => {
            let mut separator = Separator::new(b'[');
            for raw in values {
                separator.next(out);
                value(field.kind, raw.content, out)?;
            }
            separator.close(b']', out);
            Ok(())
        }
        (_, Some(raw), _) => value(field.kind, raw.content, out),
        (_, None, Some(declared)) => {
            default(field.kind, declared, out);
            Ok(())
        }
        (_, None, None) => Ok(()),
    }
}

fn map(kind: Kind, entries: &[Raw<'_>], out: &mut Vec<u8>) -> Result<(), DecodeError> {
    let mut separator = Separator::new(b'{');
    for raw in entries {
        let Content::Bytes(entry) = raw.content else { continue };
        let entry = fields(entry).collect::<Result<Vec<_>, _>>()?;
        let of_tag = |tag| entry.iter().rfind(|raw| raw.tag == tag).map(|raw| raw.content);
        separator.next(out);
        key(content_bytes(of_tag(1).unwrap_or(Content::Other)), out);
        value(kind, of_tag(2).unwrap_or(Content::Bytes(&[])), out)?;
    }
    separator.close(b'}', out);
    Ok(())
}

#[allow(clippy::cast_possible_truncation, reason = "numbers of 32 bits are written as 64")]
fn value(kind: Kind, content: Content<'_>, out: &mut Vec<u8>) -> Result<(), DecodeError> {
    let number = match content {
        Content::Varint(number) | Content::SixtyFourBit(number) => number,
        Content::Bytes(_) | Content::Other => 0,
    };
    match kind {
        Kind::Message(of) => return object(of(), content_bytes(content), out),
        Kind::Bool => append(out, &(number != 0)),
        Kind::Double => double(f64::from_bits(number), out),
        Kind::Int32 | Kind::Int64 => append(out, &number.cast_signed()),
        Kind::Uint32 | Kind::Uint64 => append(out, &number),
        Kind::String => append(out, &String::from_utf8_lossy(content_bytes(content))),
        Kind::Bytes => append(out, &STANDARD.encode(content_bytes(content))),
        Kind::Enumeration(values) => named(values, enumeration(number), out),
        Kind::Oneof(_) => {}
    }
    Ok(())
}

fn default(kind: Kind, declared: Declared, out: &mut Vec<u8>) {
    match (declared, kind) {
        (Declared::Bool(value), _) => append(out, &value),
        (Declared::Double(value), _) => double(value, out),
        (Declared::Whole(value), _) => append(out, &value),
        (Declared::Text(value), _) => append(out, &value),
        (Declared::Enumeration(number), Kind::Enumeration(values)) => named(values, number, out),
        (Declared::Enumeration(number), _) => append(out, &number),
    }
}

fn named(values: Values, number: i32, out: &mut Vec<u8>) {
    match (values.name)(number) {
        Some(name) => append(out, &name),
        None => append(out, &number),
    }
}

fn double(value: f64, out: &mut Vec<u8>) {
    append(out, &WrittenDouble(value));
}

fn key(name: &[u8], out: &mut Vec<u8>) {
    append(out, &String::from_utf8_lossy(name));
    out.push(b':');
}

fn content_bytes(content: Content<'_>) -> &[u8] {
    match content {
        Content::Bytes(bytes) => bytes,
        _ => &[],
    }
}

/// Appends a value. Text, numbers and booleans can always be written to memory.
fn append(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    let written = serde_json::to_vec(value).unwrap_or_default();
    out.extend_from_slice(&written);
}

/// What stands before each item of an object or a list.
struct Separator {
    open: u8,
    is_first: bool,
}

impl Separator {
    fn new(open: u8) -> Self {
        Self { open, is_first: true }
    }

    fn next(&mut self, out: &mut Vec<u8>) {
        out.push(if self.is_first { self.open } else { b',' });
        self.is_first = false;
    }

    fn close(self, close: u8, out: &mut Vec<u8>) {
        if self.is_first {
            out.push(self.open);
        }
        out.push(close);
    }
}
