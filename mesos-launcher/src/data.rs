//! Bytes of a program in records, which are JSON.

use std::fmt;

use mesos_sdk::payload::Bytes;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An input or a result. It is stored as a text if it is one, and else as a list of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Data(pub(crate) Bytes);

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.collect_seq(&self.0[..]),
        }
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrNumbers)
    }
}

struct TextOrNumbers;

impl<'de> Visitor<'de> for TextOrNumbers {
    type Value = Data;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or bytes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Data, E> {
        Ok(Data(Bytes::copy_from_slice(text.as_bytes())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Data, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = numbers.next_element::<u8>()? {
            bytes.push(byte);
        }
        Ok(Data(bytes.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_are_read_back() {
        let texts = [
            ("{\"a\":\"ä\u{1}\"}".as_bytes(), r#""{\"a\":\"ä\u0001\"}""#),
            (b"", "\"\""),
            (b"\xff\x00", "[255,0]"),
        ];
        for (bytes, text) in texts {
            let data = Data(Bytes::from_static(bytes));
            assert_eq!(serde_json::to_string(&data).unwrap(), text);
            assert_eq!(serde_json::from_str::<Data>(text).unwrap(), data);
        }
        assert!(serde_json::from_str::<Data>("[256]").is_err());
    }
}
