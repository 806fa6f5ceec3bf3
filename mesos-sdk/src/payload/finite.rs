//! Finds numbers that JSON has no form for: `serde_json` writes `null`, which can't be read as a
//! number again.

use std::fmt::{self, Display};

use serde_core::Serialize;
use serde_core::ser::{
    self, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// Refuses a value that contains such a number; the error names its place.
pub(super) fn check(value: &impl Serialize) -> Result<(), Problem> {
    value.serialize(Check)
}

/// Where something is wrong, from the outermost field inwards, and what.
#[derive(Debug)]
pub(super) struct Problem {
    path: String,
    what: String,
}

impl Problem {
    fn within(mut self, outer: impl Display) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{outer}{separator}{}", self.path);
        self
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.what),
            path => write!(f, "{path}: {}", self.what),
        }
    }
}

impl std::error::Error for Problem {}

impl ser::Error for Problem {
    fn custom<T: Display>(what: T) -> Self {
        Self { path: String::new(), what: what.to_string() }
    }
}

fn finite(number: f64) -> Result<(), Problem> {
    match number.is_finite() {
        true => Ok(()),
        false => Err(ser::Error::custom(format!("JSON has no form for the number {number}"))),
    }
}

/// Writes nothing.
#[derive(Clone, Copy)]
struct Check;

/// Accepts values of these types.
macro_rules! fine {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, _: $type) -> Result<(), Problem> {
            Ok(())
        })*
    };
}

impl Serializer for Check {
    type Ok = ();
    type Error = Problem;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Check;
    type SerializeStructVariant = Check;

    fine! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_u128: u128, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str
    }
    fn serialize_f32(self, number: f32) -> Result<(), Problem> {
        finite(number.into())
    }
    fn serialize_f64(self, number: f64) -> Result<(), Problem> {
        finite(number)
    }
    fn serialize_none(self) -> Result<(), Problem> {
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Problem> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Problem> {
        Ok(())
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Problem> {
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Problem> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Problem> {
        value.serialize(self).map_err(|problem| problem.within(variant))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Items, Problem> {
        Ok(Items(0))
    }
    fn serialize_tuple(self, _: usize) -> Result<Items, Problem> {
        Ok(Items(0))
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items, Problem> {
        Ok(Items(0))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Items, Problem> {
        Ok(Items(0))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Entries, Problem> {
        Ok(Entries { key: String::new() })
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Problem> {
        Ok(self)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Problem> {
        Ok(self)
    }
}

/// The items of a list, by their index.
struct Items(usize);

impl Items {
    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Problem> {
        let index = self.0;
        self.0 += 1;
        value.serialize(Check).map_err(|problem| problem.within(format_args!("[{index}]")))
    }
}

/// What every kind of list has in common.
macro_rules! list {
    ($($list:ident: $method:ident),*) => {
        $(impl $list for Items {
            type Ok = ();
            type Error = Problem;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Problem> {
                self.item(value)
            }
            fn end(self) -> Result<(), Problem> {
                Ok(())
            }
        })*
    };
}
list! {
    SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
}

/// What both kinds of struct have in common.
macro_rules! fields {
    ($($fields:ident),*) => {
        $(impl $fields for Check {
            type Ok = ();
            type Error = Problem;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Problem> {
                value.serialize(*self).map_err(|problem| problem.within(name))
            }
            fn end(self) -> Result<(), Problem> {
                Ok(())
            }
        })*
    };
}
fields!(SerializeStruct, SerializeStructVariant);

/// The entries of a map, by their key.
struct Entries {
    key: String,
}

impl SerializeMap for Entries {
    type Ok = ();
    type Error = Problem;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Problem> {
        // Keys that can't be written are refused later.
        self.key = serde_json::to_string(key).unwrap_or_default();
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Problem> {
        value.serialize(Check).map_err(|problem| problem.within(format_args!("[{}]", self.key)))
    }
    fn end(self) -> Result<(), Problem> {
        Ok(())
    }
}
