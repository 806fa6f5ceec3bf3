//! Which required fields are missing in a message, and the message without what its descriptor does
//! not know.

use prost::DecodeError;
use prost::encoding::{WireType, encode_key, encode_varint};

use super::fields::{Content, belongs, fields};
use crate::budget;
use crate::proto::descriptor::{Field, Kind, Label, MessageType};

/// Messages within each other, as protobuf's own readers have it.
const MAX_DEPTH: usize = 100;

/// The bytes are not a message.
#[derive(Debug)]
pub(super) struct Malformed;

impl From<DecodeError> for Malformed {
    fn from(_: DecodeError) -> Self {
        Self
    }
}

/// Whoever has set the budget knows better.
impl From<budget::Exceeded> for Malformed {
    fn from(_: budget::Exceeded) -> Self {
        Self
    }
}

/// What was found in a message on the wire.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Required fields that are not there, as `kill.task_id`, in Mesos' order.
    pub(super) missing: Vec<String>,
    /// Whether anything is missing: Mesos has no name for what a value of a map lacks that is not
    /// there itself.
    pub(super) incomplete: bool,
    /// Whether a value is not of its field's type: see [`strip`].
    pub(super) strange: bool,
    depth: usize,
}

/// Looks through the message that `parts` make up together.
pub(super) fn check(
    message: &MessageType,
    parts: &[&[u8]],
    prefix: &str,
    findings: &mut Findings,
) -> Result<(), Malformed> {
    let mut seen = Vec::new();
    let mut messages: Vec<(&Field, &[u8])> = Vec::new();
    for raw in parts.iter().flat_map(|part| fields(part)) {
        let raw = raw?;
        let Some(field) = message.by_tag(raw.tag) else { continue };
        if !belongs(field, raw.content) {
            findings.strange = true;
            continue;
        }
        if field.label == Label::Required && !seen.contains(&field.tag) {
            seen.push(field.tag);
        }
        if let (Kind::Message(_), Content::Bytes(bytes)) = (field.kind, raw.content) {
            budget::room(&mut messages, || 0)?;
            messages.push((field, bytes));
        }
    }
    let is_missing = |field: &&&Field| field.label == Label::Required && !seen.contains(&field.tag);
    if message.fields.iter().any(|field| is_missing(&&field)) {
        findings.incomplete = true;
        for field in message.declared().into_iter().filter(|field| is_missing(&field)) {
            let name = format!("{prefix}{}", field.name());
            // In the list, and in the text of the error.
            budget::charge(name.len().saturating_mul(2))?;
            budget::room(&mut findings.missing, || 0)?;
            findings.missing.push(name);
        }
    }
    if messages.is_empty() {
        return Ok(());
    }
    findings.depth = Some(findings.depth + 1).filter(|depth| *depth < MAX_DEPTH).ok_or(Malformed)?;
    messages.sort_by_key(|(field, _)| field.tag);
    messages.chunk_by(|(one, _), (other, _)| one.tag == other.tag).try_for_each(|of_field| {
        budget::charge(size_of_val(of_field))?;
        let parts: Vec<_> = of_field.iter().map(|(_, bytes)| *bytes).collect();
        of_field.first().map_or(Ok(()), |(field, _)| check_field(field, &parts, prefix, findings))
    })?;
    findings.depth -= 1;
    Ok(())
}

fn check_field(
    field: &Field,
    parts: &[&[u8]],
    prefix: &str,
    findings: &mut Findings,
) -> Result<(), Malformed> {
    let Kind::Message(of) = field.kind else { return Ok(()) };
    let path = format!("{prefix}{}", field.name());
    match field.label {
        Label::Repeated => parts
            .iter()
            .enumerate()
            .try_for_each(|(index, part)| check(of(), &[part], &format!("{path}[{index}]."), findings)),
        Label::Map => parts.iter().enumerate().try_for_each(|(index, part)| {
            let values = entry_values(part)?;
            if values.is_empty() {
                findings.incomplete |= of().fields.iter().any(|field| field.label == Label::Required);
                return Ok(());
            }
            check(of(), &values, &format!("{path}[{index}].value."), findings)
        }),
        _ => check(of(), parts, &format!("{path}."), findings),
    }
}

/// Returns the value in an entry of a map.
fn entry_values(entry: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    let values = fields(entry).map(|raw| {
        raw.map(|raw| match raw.content {
            Content::Bytes(bytes) if raw.tag == 2 => Some(bytes),
            _ => None,
        })
    });
    Ok(values.filter_map(Result::transpose).collect::<Result<_, _>>()?)
}

/// Returns the same message without the values that are not of their fields' types, which Mesos
/// passes over.
pub(super) fn strip(message: &MessageType, bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut kept = Vec::with_capacity(bytes.len());
    for raw in fields(bytes) {
        let raw = raw?;
        match (message.by_tag(raw.tag), raw.content) {
            (Some(field), content) if !belongs(field, content) => {}
            (Some(Field { kind: Kind::Message(of), label, tag, .. }), Content::Bytes(bytes))
                if *label != Label::Map =>
            {
                let inner = strip(of(), bytes)?;
                encode_key(*tag, WireType::LengthDelimited, &mut kept);
                encode_varint(inner.len() as u64, &mut kept);
                kept.extend_from_slice(&inner);
            }
            _ => kept.extend_from_slice(raw.whole),
        }
    }
    Ok(kept)
}
