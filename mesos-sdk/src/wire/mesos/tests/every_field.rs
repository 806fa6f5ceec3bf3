//! Every required field of every message that a call can contain, from the descriptors.

use serde_json::{Map, Value, json};

use super::super::fields::{Content, belongs};
use super::super::*;
use crate::proto::descriptor::{Field, Kind, Label, MessageType};
use crate::proto::v1::{agent, executor, master, scheduler};

/// Deeper than any message is within a call, without those that contain themselves.
const MAX_DEPTH: usize = 16;

/// Returns a value for a field, with what is required in it.
fn value(kind: Kind) -> Value {
    match kind {
        Kind::Bool => json!(true),
        Kind::String | Kind::Bytes => json!("aaaa"),
        Kind::Message(of) => Value::Object(complete(of())),
        Kind::Enumeration(values) => json!((0..10_000).find_map(values.name).expect("a value")),
        _ => json!(1),
    }
}

/// Returns the message with nothing but its required fields.
fn complete(message: &MessageType) -> Map<String, Value> {
    let required = message.fields.iter().filter(|field| field.label == Label::Required);
    required.map(|field| (field.name().to_owned(), value(field.kind))).collect()
}

/// Visits each type of message once, with the fields that lead to it.
fn visit(
    message: &'static MessageType,
    path: &mut Vec<&'static Field>,
    seen: &mut Vec<&'static str>,
    check: &mut impl FnMut(&'static MessageType, &[&'static Field]),
) {
    if seen.contains(&message.name) || path.len() > MAX_DEPTH {
        return;
    }
    seen.push(message.name);
    check(message, path);
    for field in message.declared() {
        if let Kind::Message(of) = field.kind {
            path.push(field);
            visit(of(), path, seen, check);
            path.pop();
        }
    }
}

/// Returns the JSON of a call with `inner` where the path leads, and how Mesos names that place.
fn call(root: &MessageType, path: &[&Field], inner: Value) -> (Value, String) {
    let (mut owners, mut place) = (vec![complete(root)], String::new());
    for (index, field) in path.iter().enumerate() {
        place += field.name();
        place += match field.label {
            Label::Repeated => "[0].",
            Label::Map => "[0].value.",
            _ => ".",
        };
        if index + 1 < path.len()
            && let Kind::Message(of) = field.kind
        {
            owners.push(complete(of()));
        }
    }
    let nested = path.iter().zip(owners).rev().fold(inner, |inner, (field, mut owner)| {
        let inner = if field.label == Label::Map { json!({"key": inner}) } else { inner };
        owner.insert(field.name().to_owned(), inner);
        Value::Object(owner)
    });
    (nested, place)
}

fn read<C: Message>(json: &Value) -> Result<C, String> {
    read_call(Encoding::Json, json.to_string().as_bytes()).map_err(|error| error.to_string())
}

/// Checks each required field of each message below a call. Returns how many there are, and how
/// many of them are enums.
fn check_calls<C: Message>() -> (usize, usize) {
    let (root, mut fields, mut enums) = (C::message_type(), 0, 0);
    visit(root, &mut Vec::new(), &mut Vec::new(), &mut |message, path| {
        let with = |contents: Map<String, Value>| call(root, path, Value::Object(contents));
        let (whole, _) = with(complete(message));
        read::<C>(&whole).unwrap_or_else(|error| panic!("{whole}: {error}"));
        for field in message.fields.iter().filter(|field| field.label == Label::Required) {
            fields += 1;
            check_missing::<C>(field, &with, complete(message));
            if let Kind::Enumeration(_) = field.kind {
                enums += 1;
                check_unknown::<C>(field, &with, complete(message));
                // On the wire, a number that is not known leaves the field missing.
                assert!(!belongs(field, Content::Varint(9999)), "{}", field.name());
            }
        }
    });
    (fields, enums)
}

fn check_missing<C: Message>(
    field: &Field,
    with: &impl Fn(Map<String, Value>) -> (Value, String),
    mut contents: Map<String, Value>,
) {
    for nothing in [None, Some(Value::Null)] {
        contents.remove(field.name());
        contents.extend(nothing.map(|null| (field.name().to_owned(), null)));
        let (call, place) = with(contents.clone());
        let error = read::<C>(&call).map(drop).expect_err(&call.to_string());
        let words = format!("Missing required fields: {place}{}", field.name());
        assert!(error.ends_with(&words), "{call}: {error}");
        let wire = wire(C::message_type(), &call);
        assert_eq!(read_call::<C>(Encoding::Protobuf, &wire).err(), Some(CallError::Protobuf), "{call}");
    }
}

/// Checks that a name that is not known is refused, as well as a number, and a number as text.
fn check_unknown<C: Message>(
    field: &Field,
    with: &impl Fn(Map<String, Value>) -> (Value, String),
    mut contents: Map<String, Value>,
) {
    for (unknown, words) in [
        (json!("FUNNY"), "Failed to find enum for 'FUNNY'".to_owned()),
        (json!("1"), "Failed to find enum for '1'".to_owned()),
        (json!(1), format!("Not expecting a JSON number for field '{}'", field.name())),
    ] {
        contents.insert(field.name().to_owned(), unknown);
        let (call, _) = with(contents.clone());
        let error = read::<C>(&call).map(drop).expect_err(&call.to_string());
        assert!(error.ends_with(&words), "{call}: {error}");
    }
}

/// Returns the wire form of a call that may lack what is required.
fn wire(root: &MessageType, call: &Value) -> Vec<u8> {
    let (text, mut wire) = (call.to_string(), Vec::new());
    let Ok(text::Value::Object(entries)) = text::parse(text.as_bytes()) else { panic!("{text}") };
    convert::object(root, &entries, Numbers::Cut, &mut wire).expect(&text);
    wire
}

#[test]
fn every_required_field_is_required() {
    let checked = [
        check_calls::<scheduler::Call>(),
        check_calls::<executor::Call>(),
        check_calls::<master::Call>(),
        check_calls::<agent::Call>(),
    ];
    assert!(checked.iter().all(|(fields, enums)| *fields > 20 && *enums > 0), "{checked:?}");
}
