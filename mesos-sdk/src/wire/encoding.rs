//! The two encodings of the v1 API.

use bytes::Bytes;

/// How messages are encoded ([`Content-Type`]).
///
/// [`Content-Type`]: https://mesos.apache.org/documentation/latest/scheduler-http-api/
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// `application/x-protobuf`: smaller and faster; the default.
    #[default]
    Protobuf,
    /// `application/json`: for reading along.
    #[cfg(feature = "json")]
    Json,
}

/// A message of the v1 API in either encoding. Every generated type is one.
#[cfg(feature = "json")]
pub trait Message: prost::Message + Default + serde::Serialize + serde::de::DeserializeOwned {}
#[cfg(feature = "json")]
impl<M: prost::Message + Default + serde::Serialize + serde::de::DeserializeOwned> Message for M {}

/// A message of the v1 API in either encoding. Every generated type is one.
#[cfg(not(feature = "json"))]
pub trait Message: prost::Message + Default {}
#[cfg(not(feature = "json"))]
impl<M: prost::Message + Default> Message for M {}

/// The bytes are no message of the expected type.
#[derive(Debug, thiserror::Error)]
#[error("malformed {encoding} message: {reason}")]
pub struct MalformedMessage {
    encoding: &'static str,
    reason: String,
}

impl Encoding {
    /// The value of `Content-Type` and `Accept`; Mesos compares it literally.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            #[cfg(feature = "json")]
            Self::Json => "application/json",
        }
    }

    /// The encoding with this media type.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        match media_type {
            "application/x-protobuf" => Some(Self::Protobuf),
            #[cfg(feature = "json")]
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }

    /// The bytes of `message`.
    pub fn encode<M: Message>(self, message: &M) -> Bytes {
        match self {
            Self::Protobuf => message.encode_to_vec().into(),
            #[cfg(feature = "json")]
            // Maps of the v1 API have text keys and its numbers are finite or written as null, so this can't fail.
            Self::Json => serde_json::to_vec(message).unwrap_or_default().into(),
        }
    }

    /// The message in `bytes`, of which it keeps nothing: a field that is kept for long would keep all that came with it.
    pub fn decode<M: Message>(self, bytes: &[u8]) -> Result<M, MalformedMessage> {
        match self {
            Self::Protobuf => M::decode(bytes)
                .map_err(|error| MalformedMessage { encoding: "protobuf", reason: error.to_string() }),
            #[cfg(feature = "json")]
            Self::Json => serde_json::from_slice(bytes)
                .map_err(|error| MalformedMessage { encoding: "JSON", reason: error.to_string() }),
        }
    }
}
