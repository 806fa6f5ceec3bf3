//! The wire form of the messages, from the table in `generated/messages.rs`. It is what prost's
//! derive macros would write, by prost's own functions; but these macros need no compiler of Rust
//! inside the compiler, for which users would wait.
//!
//! A line of the table is `LABEL KIND NAME = TAG`, in the order of tags, which is the order on the
//! wire. Labels are `optional`, `required` and `repeated`, `plain` for proto3's fields without
//! presence, and `map` from text to the kind.
//!
//! Two things are our own: how a `string` is read ([`super::text`]), and that what a message takes
//! in memory is [counted](budget). `deprecated` and `place` are for [`super::descriptor`], which
//! reads the same table.

use std::fmt;

use prost::bytes::{Buf, BufMut};
use prost::encoding::{DecodeContext, WireType, skip_field};
use prost::{DecodeError, Message, UnknownEnumValue};

use super::named::Named;
use super::too_large::too_large;
use super::{ahead, google, kinds, v1};
use crate::budget;

/// Every entry of the table goes to the macro of its name.
macro_rules! messages {
    ($($what:ident $name:ident in $($scope:ident)::+ { $($body:tt)* })*) => {
        $($what!($name, $($scope)::+::$name, { $($body)* });)*
    };
}

macro_rules! message {
    ($name:ident, $path:path, {$(
        $label:ident $kind:ident $(($of:path))? $field:ident = $($tag:literal)|+ $(, default $default:expr)? $(, set $set:ident)? $(, or $or:ident)?
            $(, deprecated $deprecated:literal)? $(, place $place:literal)?;
    )*}) => {
        impl super::sealed::Generated for $path {}
        impl Message for $path {
            fn encode_raw(&self, buf: &mut impl BufMut) {
                $(encode!($label $kind, $($tag)|+, &self.$field, buf);)*
            }
            fn merge_field(
                &mut self,
                tag: u32,
                wire_type: WireType,
                buf: &mut impl Buf,
                ctx: DecodeContext,
            ) -> Result<(), DecodeError> {
                match tag {
                    $($($tag)|+ => {
                        let merged = merge!($label $kind $(($of))?, &mut self.$field, (tag, wire_type, buf, ctx));
                        located(merged, stringify!($name), stringify!($field))
                    })*
                    _ => skip_field(wire_type, tag, buf, ctx),
                }
            }
            #[inline]
            fn encoded_len(&self) -> usize {
                0 $(+ encoded_len!($label $kind, $($tag)|+, &self.$field))*
            }
            fn clear(&mut self) {
                $(clear!($label $kind $(($of))?, self.$field $(, $default)?);)*
            }
        }
        impl Default for $path {
            fn default() -> Self {
                Self { $($field: initial!($label $kind $(($of))? $(, $default)?),)* }
            }
        }
        impl fmt::Debug for $path {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut shown = f.debug_struct(stringify!($name));
                $(shown.field(stringify!($field), shown!($label $kind $(($of))?, &self.$field));)*
                shown.finish()
            }
        }
        impl $path {
            $(accessors!($label $kind $(($of))?, $field $(, default $default)? $(, set $set)? $(, or $or)?);)*
        }
    };
}

macro_rules! encode {
    (optional oneof, $($tag:literal)|+, $value:expr, $buf:ident) => {
        if let Some(value) = $value {
            value.encode($buf);
        }
    };
    (optional $kind:ident, $tag:literal, $value:expr, $buf:ident) => {
        if let Some(value) = $value {
            kinds::$kind::encode($tag, value, $buf);
        }
    };
    (required $kind:ident, $tag:literal, $value:expr, $buf:ident) => {
        kinds::$kind::encode($tag, $value, $buf)
    };
    (repeated $kind:ident, $tag:literal, $value:expr, $buf:ident) => {
        for value in $value {
            kinds::$kind::encode($tag, value, $buf);
        }
    };
    (plain $kind:ident, $tag:literal, $value:expr, $buf:ident) => {
        if *$value != <number!($kind)>::default() {
            kinds::$kind::encode($tag, $value, $buf);
        }
    };
    (map $kind:ident, $tag:literal, $value:expr, $buf:ident) => {
        kinds::map::encode((kinds::$kind::encode, kinds::$kind::encoded_len), $tag, $value, $buf)
    };
}

macro_rules! merge {
    (optional oneof($of:path), $value:expr, ($tag:ident, $wire_type:ident, $buf:ident, $ctx:ident)) => {
        <$of>::merge($value, $tag, $wire_type, $buf, $ctx)
    };
    (optional $kind:ident $(($of:path))?, $value:expr, ($tag:ident, $wire_type:ident, $buf:ident, $ctx:ident)) => {
        kinds::$kind::merge($wire_type, ($value).get_or_insert_with(Default::default), $buf, $ctx)
    };
    (repeated $kind:ident $(($of:path))?, $value:expr, ($tag:ident, $wire_type:ident, $buf:ident, $ctx:ident)) => {
        budget::room($value, || ahead::elements($tag, $wire_type, $buf))
            .or_else(|_| too_large())
            .and_then(|()| kinds::$kind::merge_repeated($wire_type, $value, $buf, $ctx))
    };
    (map $kind:ident $(($of:path))?, $value:expr, ($tag:ident, $wire_type:ident, $buf:ident, $ctx:ident)) => {
        prost::encoding::check_wire_type(WireType::LengthDelimited, $wire_type)
            .and_then(|()| budget::entry($value).or_else(|_| too_large()))
            .and_then(|()| {
                kinds::btree_map::merge(kinds::string::merge, kinds::$kind::merge, $value, $buf, $ctx)
            })
    };
    ($label:ident $kind:ident $(($of:path))?, $value:expr, ($tag:ident, $wire_type:ident, $buf:ident, $ctx:ident)) => {
        kinds::$kind::merge($wire_type, $value, $buf, $ctx)
    };
}

macro_rules! encoded_len {
    (optional oneof, $($tag:literal)|+, $value:expr) => {
        ($value).as_ref().map_or(0, |value| value.encoded_len())
    };
    (optional $kind:ident, $tag:literal, $value:expr) => {
        ($value).as_ref().map_or(0, |value| kinds::$kind::encoded_len($tag, value))
    };
    (required $kind:ident, $tag:literal, $value:expr) => {
        kinds::$kind::encoded_len($tag, $value)
    };
    (repeated $kind:ident, $tag:literal, $value:expr) => {
        kinds::$kind::encoded_len_repeated($tag, $value)
    };
    (plain $kind:ident, $tag:literal, $value:expr) => {
        if *$value == <number!($kind)>::default() { 0 } else { kinds::$kind::encoded_len($tag, $value) }
    };
    (map $kind:ident, $tag:literal, $value:expr) => {
        kinds::map::encoded_len(kinds::$kind::encoded_len, $tag, $value)
    };
}

macro_rules! clear {
    (optional $kind:ident $(($of:path))?, $field:expr $(, $default:expr)?) => {
        $field = None
    };
    (required message($of:path), $field:expr) => {
        $field.clear()
    };
    (required string, $field:expr) => {
        $field.clear()
    };
    (required bytes, $field:expr) => {
        $field.clear()
    };
    (repeated $kind:ident $(($of:path))?, $field:expr) => {
        $field.clear()
    };
    (map $kind:ident $(($of:path))?, $field:expr) => {
        $field.clear()
    };
    ($label:ident $kind:ident $(($of:path))?, $field:expr $(, $default:expr)?) => {
        $field = initial!($label $kind $(($of))? $(, $default)?)
    };
}

/// The value of a field before anything is decoded into it.
macro_rules! initial {
    (optional $kind:ident $(($of:path))? $(, $default:expr)?) => {
        None
    };
    (repeated $kind:ident $(($of:path))?) => {
        Vec::new()
    };
    ($label:ident enumeration($of:path)) => {
        <$of>::default() as i32
    };
    ($label:ident enumeration($of:path), $default:expr) => {
        $default as i32
    };
    ($label:ident $kind:ident $(($of:path))?) => {
        Default::default()
    };
    ($label:ident $kind:ident, $default:expr) => {
        $default
    };
}

/// Values of enums are shown by their names.
macro_rules! shown {
    (optional enumeration($of:path), $value:expr) => {
        &($value).map(Named::<$of>::new)
    };
    (repeated enumeration($of:path), $value:expr) => {
        &($value).iter().map(|value| Named::<$of>::new(*value)).collect::<Vec<_>>()
    };
    ($label:ident enumeration($of:path), $value:expr) => {
        &Named::<$of>::new(*$value)
    };
    ($label:ident $kind:ident $(($of:path))?, $value:expr) => {
        $value
    };
}

/// A `oneof`: its member is a field of the message around it.
macro_rules! oneof {
    ($name:ident, $path:path, {$(
        $kind:ident $(($of:path))? $member:ident as $json:ident = $tag:literal;
    )*}) => {
        impl $path {
            fn encode(&self, buf: &mut impl BufMut) {
                match self {
                    $(Self::$member(value) => kinds::$kind::encode($tag, value, buf),)*
                }
            }
            fn merge(
                field: &mut Option<Self>,
                tag: u32,
                wire_type: WireType,
                buf: &mut impl Buf,
                ctx: DecodeContext,
            ) -> Result<(), DecodeError> {
                match (tag, field) {
                    $(($tag, Some(Self::$member(value))) => kinds::$kind::merge(wire_type, value, buf, ctx),
                    ($tag, field) => {
                        let mut value = Default::default();
                        kinds::$kind::merge(wire_type, &mut value, buf, ctx)?;
                        *field = Some(Self::$member(value));
                        Ok(())
                    })*
                    _ => skip_field(wire_type, tag, buf, ctx),
                }
            }
            #[inline]
            fn encoded_len(&self) -> usize {
                match self {
                    $(Self::$member(value) => kinds::$kind::encoded_len($tag, value),)*
                }
            }
        }
        impl fmt::Debug for $path {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$member(value) => {
                        f.debug_tuple(stringify!($member)).field(shown!(plain $kind $(($of))?, value)).finish()
                    })*
                }
            }
        }
    };
}

macro_rules! enumeration {
    ($name:ident, $path:path, { $first:ident = $first_number:literal; $($value:ident = $number:literal;)* }) => {
        impl $path {
            #[doc = concat!("Whether `value` is one of `", stringify!($name), "`.")]
            pub const fn is_valid(value: i32) -> bool {
                matches!(value, $first_number $(| $number)*)
            }
        }
        impl Default for $path {
            fn default() -> Self {
                Self::$first
            }
        }
        impl From<$path> for i32 {
            fn from(value: $path) -> Self {
                value as Self
            }
        }
        impl TryFrom<i32> for $path {
            type Error = UnknownEnumValue;
            fn try_from(value: i32) -> Result<Self, UnknownEnumValue> {
                match value {
                    $first_number => Ok(Self::$first),
                    $($number => Ok(Self::$value),)*
                    _ => Err(UnknownEnumValue(value)),
                }
            }
        }
    };
}

/// Adds the field in which the mistake is.
#[inline]
fn located(
    merged: Result<(), DecodeError>,
    message: &'static str,
    field: &'static str,
) -> Result<(), DecodeError> {
    merged.map_err(|mut error| {
        error.push(message, field);
        error
    })
}

include!("generated/messages.rs");
