//! Mesos' JSON form of protobuf values where it differs from what serde would choose: enum values
//! by name, `bytes` as Base64, infinite numbers as text; numbers may come as text, and whole ones
//! as `1.0`.
//!
//! A name that this version does not know becomes [`UNKNOWN_NAME`], an unknown number stays what it
//! is: a newer master must not break an older framework.

pub(crate) mod number;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::{Error as _, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::SerializeSeq as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::number::Number as JsonNumber;
use crate::budget;

/// Stands for an enum value whose JSON name this version does not know.
pub(crate) const UNKNOWN_NAME: i32 = -1;

/// An enum of the v1 API, by its names in the `.proto` files.
pub(crate) trait Names {
    fn number(name: &str) -> Option<i32>;
    fn name(number: i32) -> Option<&'static str>;
}

macro_rules! names {
    ($($enumeration:path,)*) => {
        $(impl $crate::proto::json::Names for $enumeration {
            fn number(name: &str) -> Option<i32> {
                Self::from_str_name(name).map(|value| value as i32)
            }
            fn name(number: i32) -> Option<&'static str> {
                Self::try_from(number).ok().map(|value| value.as_str_name())
            }
        })*
    };
}
include!("../generated/names.rs");

/// A value with its own JSON form, kept in the generated types as `Kept`.
pub(crate) trait Form {
    type Kept;
    fn write<S: Serializer>(kept: &Self::Kept, serializer: S) -> Result<S::Ok, S::Error>;
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Kept, D::Error>;
}

/// Adapter for required fields (`#[serde(with = "…")]`).
pub(crate) struct Required<F>(PhantomData<F>);

impl<F: Form> Required<F> {
    pub(crate) fn serialize<S: Serializer>(kept: &F::Kept, serializer: S) -> Result<S::Ok, S::Error> {
        F::write(kept, serializer)
    }
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<F::Kept, D::Error> {
        F::read(deserializer)
    }
}

/// Adapter for optional fields; `null` counts as absent.
pub(crate) struct Optional<F>(PhantomData<F>);

#[allow(clippy::ref_option, reason = "serde calls it with the field as it is")]
impl<F: Form> Optional<F> {
    pub(crate) fn serialize<S: Serializer>(kept: &Option<F::Kept>, serializer: S) -> Result<S::Ok, S::Error> {
        kept.as_ref().map(Borrowed::<F>).serialize(serializer)
    }
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<F::Kept>, D::Error> {
        Ok(Option::<Owned<F>>::deserialize(deserializer)?.map(|owned| owned.0))
    }
}

/// Adapter for repeated fields.
pub(crate) struct Repeated<F>(PhantomData<F>);

impl<F: Form> Repeated<F> {
    pub(crate) fn serialize<S: Serializer>(kept: &[F::Kept], serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(kept.len()))?;
        for item in kept {
            list.serialize_element(&Borrowed::<F>(item))?;
        }
        list.end()
    }
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<F::Kept>, D::Error> {
        list::<D, Owned<F>>(deserializer).map(|list| list.into_iter().map(|owned| owned.0).collect())
    }
}

/// Returns a list whose memory is [counted](budget), as that of maps and boxes is.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(Counted::<Vec<T>>(PhantomData))
}

pub(crate) fn map<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    deserializer.deserialize_map(Counted::<BTreeMap<String, T>>(PhantomData))
}

pub(crate) fn boxed<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Box<T>>, D::Error> {
    let Some(message) = Option::<T>::deserialize(deserializer)? else { return Ok(None) };
    budget::charge(size_of::<T>()).map_err(too_large)?;
    Ok(Some(Box::new(message)))
}

/// Creates the error; the code that has set the budget replaces its text.
#[cold]
fn too_large<E: serde::de::Error>(_: budget::Exceeded) -> E {
    E::custom("too large")
}

struct Counted<C>(PhantomData<C>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Counted<Vec<T>> {
    type Value = Vec<T>;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            budget::room(&mut list, || 0).map_err(too_large)?;
            list.push(item);
        }
        list.shrink_to_fit();
        Ok(list)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Counted<BTreeMap<String, T>> {
    type Value = BTreeMap<String, T>;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<BTreeMap<String, T>, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry()? {
            budget::entry(&map).map_err(too_large)?;
            map.insert(key, value);
        }
        Ok(map)
    }
}

struct Borrowed<'a, F: Form>(&'a F::Kept);

impl<F: Form> Serialize for Borrowed<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        F::write(self.0, serializer)
    }
}

struct Owned<F: Form>(F::Kept);

impl<'de, F: Form> Deserialize<'de> for Owned<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        F::read(deserializer).map(Self)
    }
}

/// An enum value: written by name, read by name or number.
pub(crate) struct Enum<E>(PhantomData<E>);

impl<E: Names> Form for Enum<E> {
    type Kept = i32;
    fn write<S: Serializer>(kept: &i32, serializer: S) -> Result<S::Ok, S::Error> {
        match E::name(*kept) {
            Some(name) => serializer.serialize_str(name),
            None => serializer.serialize_i32(*kept),
        }
    }
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
        deserializer.deserialize_any(EnumVisitor::<E>(PhantomData))
    }
}

struct EnumVisitor<E>(PhantomData<E>);

impl<E: Names> Visitor<'_> for EnumVisitor<E> {
    type Value = i32;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name or number of an enum value")
    }
    fn visit_str<X>(self, name: &str) -> Result<i32, X> {
        Ok(E::number(name).unwrap_or(UNKNOWN_NAME))
    }
    fn visit_i64<X: serde::de::Error>(self, number: i64) -> Result<i32, X> {
        i32::try_from(number).map_err(|_| X::invalid_value(Unexpected::Signed(number), &self))
    }
    fn visit_u64<X: serde::de::Error>(self, number: u64) -> Result<i32, X> {
        i32::try_from(number).map_err(|_| X::invalid_value(Unexpected::Unsigned(number), &self))
    }
}

/// `bytes`: Base64 text.
pub(crate) struct Base64;

impl Form for Base64 {
    type Kept = Bytes;
    fn write<S: Serializer>(kept: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(kept))
    }
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map(Bytes::from).map_err(D::Error::custom)
    }
}

/// A whole number: written as such, read as any number that is whole, or as text.
pub(crate) struct Number<N>(PhantomData<N>);

impl<N: Copy + Serialize + TryFrom<i64> + TryFrom<u64>> Form for Number<N> {
    type Kept = N;
    fn write<S: Serializer>(kept: &N, serializer: S) -> Result<S::Ok, S::Error> {
        kept.serialize(serializer)
    }
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<N, D::Error> {
        deserializer.deserialize_any(NumberVisitor::<N>(PhantomData))
    }
}

struct NumberVisitor<N>(PhantomData<N>);

impl<N: TryFrom<i64> + TryFrom<u64>> Visitor<'_> for NumberVisitor<N> {
    type Value = N;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a whole number that the field can hold")
    }
    fn visit_str<X: serde::de::Error>(self, text: &str) -> Result<N, X> {
        let number = JsonNumber::parse(text).ok().and_then(JsonNumber::exact);
        number.ok_or_else(|| X::invalid_value(Unexpected::Str(text), &self))
    }
    fn visit_f64<X: serde::de::Error>(self, number: f64) -> Result<N, X> {
        let whole = JsonNumber::Float(number).exact();
        whole.ok_or_else(|| X::invalid_value(Unexpected::Float(number), &self))
    }
    fn visit_i64<X: serde::de::Error>(self, number: i64) -> Result<N, X> {
        N::try_from(number).map_err(|_| X::invalid_value(Unexpected::Signed(number), &self))
    }
    fn visit_u64<X: serde::de::Error>(self, number: u64) -> Result<N, X> {
        N::try_from(number).map_err(|_| X::invalid_value(Unexpected::Unsigned(number), &self))
    }
}

/// A `double`: written as a number, and as text where JSON has none; read as either.
pub(crate) struct Double;

impl Form for Double {
    type Kept = f64;
    fn write<S: Serializer>(kept: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        match kept {
            kept if kept.is_finite() => serializer.serialize_f64(*kept),
            kept if kept.is_nan() => serializer.serialize_str("NaN"),
            kept if *kept > 0.0 => serializer.serialize_str("Infinity"),
            _ => serializer.serialize_str("-Infinity"),
        }
    }
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        deserializer.deserialize_any(DoubleVisitor)
    }
}

struct DoubleVisitor;

impl Visitor<'_> for DoubleVisitor {
    type Value = f64;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number")
    }
    fn visit_f64<X>(self, number: f64) -> Result<f64, X> {
        Ok(number)
    }
    #[allow(clippy::cast_precision_loss, reason = "the field holds no more")]
    fn visit_i64<X>(self, number: i64) -> Result<f64, X> {
        Ok(number as f64)
    }
    #[allow(clippy::cast_precision_loss, reason = "the field holds no more")]
    fn visit_u64<X>(self, number: u64) -> Result<f64, X> {
        Ok(number as f64)
    }
    fn visit_str<X: serde::de::Error>(self, text: &str) -> Result<f64, X> {
        match text {
            "Infinity" => Ok(f64::INFINITY),
            "-Infinity" => Ok(f64::NEG_INFINITY),
            "NaN" => Ok(f64::NAN),
            _ => JsonNumber::parse(text)
                .map(JsonNumber::as_f64)
                .map_err(|_| X::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}

/// A double in its JSON form.
pub(crate) struct WrittenDouble(pub(crate) f64);

impl Serialize for WrittenDouble {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Double::write(&self.0, serializer)
    }
}
