//! What the messages are made of, for those that read and write them by their descriptors, as Mesos
//! does with JSON: the table of `generated/messages.rs` as values.

use crate::proto::json::Names;

use super::{google, v1};

/// A message of the v1 API.
pub trait Described {
    /// Returns what it is made of.
    fn message_type() -> &'static MessageType;
}

impl<M: Described> Described for Box<M> {
    fn message_type() -> &'static MessageType {
        M::message_type()
    }
}

/// What a message is made of.
#[derive(Clone, Copy, Debug)]
pub struct MessageType {
    /// Its path, as `v1::TaskInfo`.
    pub(crate) name: &'static str,
    /// In the order of tags.
    pub(crate) fields: &'static [Field],
}

#[derive(Debug)]
pub(crate) struct Field {
    name: &'static str,
    pub(crate) tag: u32,
    pub(crate) label: Label,
    pub(crate) kind: Kind,
    /// What JSON has where the field is not set.
    pub(crate) default: Option<Declared>,
    /// Where it stands as declared, if that differs from its place by tag.
    place: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    Optional,
    Required,
    Repeated,
    /// Without presence, as in proto3.
    Plain,
    /// From text to the kind of the field.
    Map,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Bool,
    Double,
    Int32,
    Int64,
    Uint32,
    Uint64,
    String,
    Bytes,
    Message(fn() -> &'static MessageType),
    Enumeration(Values),
    /// The members, each of which is a field of the message around it.
    Oneof(&'static [Field]),
}

/// The values of an enum, by number and by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Values {
    pub(crate) number: fn(&str) -> Option<i32>,
    pub(crate) name: fn(i32) -> Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Declared {
    Bool(bool),
    Double(f64),
    Whole(i64),
    Text(&'static str),
    Enumeration(i32),
}

impl MessageType {
    /// Returns every field, members of `oneof`s included.
    fn all(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.fields.iter().flat_map(|field| match field.kind {
            Kind::Oneof(members) => members,
            _ => std::slice::from_ref(field),
        })
    }

    pub(crate) fn by_name(&self, name: &[u8]) -> Option<&'static Field> {
        self.all().find(|field| field.name().as_bytes() == name)
    }

    pub(crate) fn by_tag(&self, tag: u32) -> Option<&'static Field> {
        self.all().find(|field| field.tag == tag)
    }

    /// Returns the fields in the order in which they are declared.
    pub(crate) fn declared(&self) -> Vec<&'static Field> {
        let mut fields: Vec<_> = self.fields.iter().enumerate().collect();
        fields.sort_by_key(|(index, field)| field.place.unwrap_or(*index));
        let members = |(_, field): (usize, &'static Field)| match field.kind {
            Kind::Oneof(members) => members,
            _ => std::slice::from_ref(field),
        };
        fields.into_iter().flat_map(members).collect()
    }
}

impl Field {
    /// Returns its name in the `.proto` files, which is also its name in JSON.
    pub(crate) fn name(&self) -> &'static str {
        self.name.strip_prefix("r#").unwrap_or(self.name)
    }
}

macro_rules! messages {
    ($($what:ident $name:ident in $($scope:ident)::+ { $($body:tt)* })*) => {
        $($what!(concat!($(stringify!($scope), "::",)+ stringify!($name)), $($scope)::+::$name, { $($body)* });)*
    };
}

macro_rules! message {
    ($full:expr, $path:path, {$(
        $label:ident $kind:ident $(($of:path))? $field:ident = $tag:literal $(| $tags:literal)*
            $(, default $default:expr)? $(, set $set:ident)? $(, or $or:ident)? $(, deprecated $deprecated:literal)? $(, place $place:literal)?;
    )*}) => {
        impl Described for $path {
            fn message_type() -> &'static MessageType {
                static TYPE: MessageType = MessageType { name: $full, fields: &[$(Field {
                    name: stringify!($field),
                    tag: $tag,
                    label: label!($label),
                    kind: kind!($kind $(($of))?),
                    default: declared!($kind $(, $default)? $(, deprecated $deprecated)?),
                    place: optional!($($place)?),
                }),*] };
                &TYPE
            }
        }
    };
}

/// The members of a `oneof`.
trait Members {
    const FIELDS: &'static [Field];
}

macro_rules! oneof {
    ($full:expr, $path:path, {$(
        $kind:ident $(($of:path))? $member:ident as $json:ident = $tag:literal;
    )*}) => {
        impl Members for $path {
            const FIELDS: &'static [Field] = &[$(Field {
                name: stringify!($json),
                tag: $tag,
                label: Label::Optional,
                kind: kind!($kind $(($of))?),
                default: None,
                place: None,
            }),*];
        }
    };
}

macro_rules! enumeration {
    ($full:expr, $path:path, $body:tt) => {};
}

macro_rules! label {
    (optional) => {
        Label::Optional
    };
    (required) => {
        Label::Required
    };
    (repeated) => {
        Label::Repeated
    };
    (plain) => {
        Label::Plain
    };
    (map) => {
        Label::Map
    };
}

macro_rules! kind {
    (bool) => {
        Kind::Bool
    };
    (double) => {
        Kind::Double
    };
    (int32) => {
        Kind::Int32
    };
    (int64) => {
        Kind::Int64
    };
    (uint32) => {
        Kind::Uint32
    };
    (uint64) => {
        Kind::Uint64
    };
    (string) => {
        Kind::String
    };
    (bytes) => {
        Kind::Bytes
    };
    (message($of:path)) => {
        Kind::Message(<$of as Described>::message_type)
    };
    (boxed($of:path)) => {
        Kind::Message(<$of as Described>::message_type)
    };
    (enumeration($of:path)) => {
        Kind::Enumeration(Values { number: <$of as Names>::number, name: <$of as Names>::name })
    };
    (oneof($of:path)) => {
        Kind::Oneof(<$of as Members>::FIELDS)
    };
}

/// What JSON has for a field that is not set, which is nothing if it is deprecated.
macro_rules! declared {
    ($kind:ident) => {
        None
    };
    ($kind:ident, $default:expr, deprecated $deprecated:literal) => {
        None
    };
    (bool, $default:expr) => {
        Some(Declared::Bool($default))
    };
    (double, $default:expr) => {
        Some(Declared::Double($default))
    };
    (string, $default:expr) => {
        Some(Declared::Text($default))
    };
    (enumeration, $default:expr) => {
        Some(Declared::Enumeration($default as i32))
    };
    ($kind:ident, $default:expr) => {
        Some(Declared::Whole($default))
    };
}

macro_rules! optional {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

include!("generated/messages.rs");
