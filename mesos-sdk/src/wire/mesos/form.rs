//! JSON in wire form.

use super::convert::{self, Numbers};
use super::required::{self, Findings};
use super::text::{self, Value};
use crate::budget;
use crate::proto::Generated;
use crate::proto::descriptor::MessageType;

/// A message of JSON as its wire form, read as leniently as by Mesos; required fields may be
/// missing. The outer error means that this takes too much memory.
pub(in super::super) fn wire_form_of<M: Generated>(
    text: &[u8],
    limit: usize,
) -> Result<Result<Vec<u8>, String>, budget::Exceeded> {
    let (wire, taken) =
        budget::within(limit, || wire_form(M::message_type(), &text::parse_written(text)?, Numbers::Exact));
    taken.map(|_| wire)
}

/// Returns the wire form of an object that has all required fields.
pub(super) fn whole_wire_form<M: Generated>(value: &Value<'_>, numbers: Numbers) -> Result<Vec<u8>, String> {
    let wire = wire_form(M::message_type(), value, numbers)?;
    let mut findings = Findings::default();
    let checked = required::check(M::message_type(), &[&wire], "", &mut findings);
    checked.map_err(|required::Malformed| "Too many messages within each other".to_owned())?;
    match findings.incomplete {
        true => Err(format!("Missing required fields: {}", findings.missing.join(", "))),
        false => Ok(wire),
    }
}

fn wire_form(message: &MessageType, value: &Value<'_>, numbers: Numbers) -> Result<Vec<u8>, String> {
    let Value::Object(entries) = value else { return Err("Expecting a JSON object".to_owned()) };
    let mut wire = Vec::new();
    convert::object(message, entries, numbers, &mut wire)?;
    Ok(wire)
}
