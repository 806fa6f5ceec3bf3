//! The two encodings of the v1 API.

use bytes::Bytes;

#[cfg(feature = "json")]
use super::lossy;
#[cfg(feature = "json")]
use super::mesos::wire_form_of;
use crate::budget;
use crate::proto::Generated;

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

/// A message of the v1 API in either encoding. Every generated type is one, and no other type: with
/// the feature `json` or without it.
///
/// ```compile_fail,E0277
/// #[derive(Debug, Default)]
/// struct Foreign;
///
/// impl prost::Message for Foreign {
///     fn encode_raw(&self, _: &mut impl bytes::BufMut) {}
///     fn merge_field(
///         &mut self,
///         tag: u32,
///         wire_type: prost::encoding::WireType,
///         buf: &mut impl bytes::Buf,
///         context: prost::encoding::DecodeContext,
///     ) -> Result<(), prost::DecodeError> {
///         prost::encoding::skip_field(wire_type, tag, buf, context)
///     }
///     fn encoded_len(&self) -> usize {
///         0
///     }
///     fn clear(&mut self) {}
/// }
///
/// mesos_sdk::wire::Encoding::Protobuf.encode(&Foreign);
/// ```
pub trait Message: Generated {}
impl<M: Generated> Message for M {}

/// The bytes are not a message of the expected type, or one that takes too much memory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed {encoding} message: {reason}")]
pub struct DecodeError {
    encoding: &'static str,
    reason: String,
    is_too_large: bool,
}

impl DecodeError {
    /// Creates the error of a message without a required field.
    pub(crate) fn lacks(encoding: Encoding, field: &str) -> Self {
        let reason = format!("it lacks the required field {field}");
        Self { encoding: encoding.name(), reason, is_too_large: false }
    }

    /// Returns whether it would take too much memory.
    pub fn is_too_large(&self) -> bool {
        self.is_too_large
    }
}

impl Encoding {
    /// Returns the value of `Content-Type` and `Accept`; Mesos compares it literally.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            #[cfg(feature = "json")]
            Self::Json => "application/json",
        }
    }

    /// Returns the encoding with this media type.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        match media_type {
            "application/x-protobuf" => Some(Self::Protobuf),
            #[cfg(feature = "json")]
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }

    /// Returns the bytes of `message`.
    pub fn encode<M: Message>(self, message: &M) -> Bytes {
        match self {
            Self::Protobuf => message.encode_to_vec().into(),
            #[cfg(feature = "json")]
            // Maps of the v1 API have text keys, so this can't fail.
            Self::Json => serde_json::to_vec(message).unwrap_or_default().into(),
        }
    }

    /// Returns the message in `bytes`, of which it keeps nothing: a field that is kept for long
    /// would keep all that came with it.
    ///
    /// Bytes that are not UTF-8, which Mesos passes on in strings, are read as U+FFFD.
    ///
    /// # Errors
    ///
    /// The bytes are not such a message, or it takes too much memory: more than
    /// [`DECODED_FACTOR`](super::DECODED_FACTOR) times its size and
    /// [`DECODED_FLOOR`](super::DECODED_FLOOR).
    pub fn decode<M: Message>(self, bytes: &[u8]) -> Result<M, DecodeError> {
        self.decode_within(bytes, usize::MAX).map(|(message, _)| message)
    }

    /// Returns the same, of a message that takes at most `limit` bytes of memory; with how many it
    /// takes, about.
    ///
    /// # Errors
    ///
    /// As those of [`decode`](Self::decode).
    pub fn decode_within<M: Message>(self, bytes: &[u8], limit: usize) -> Result<(M, usize), DecodeError> {
        let limit = budget::limit(bytes.len()).min(limit);
        let decoded = match self.attempt(bytes, limit) {
            // In protobuf each string is seen to where it is read.
            #[cfg(feature = "json")]
            Err(Some(reason)) if self == Self::Json => Self::read_leniently(bytes, limit, reason),
            decoded => decoded,
        };
        decoded.map_err(|reason| {
            let too_large = || format!("decoded, it takes more than the limit of {limit} bytes of memory");
            let is_too_large = reason.is_none();
            DecodeError { encoding: self.name(), reason: reason.unwrap_or_else(too_large), is_too_large }
        })
    }

    /// Decodes a message. An error without a reason means that it takes too much memory.
    fn attempt<M: Message>(self, bytes: &[u8], limit: usize) -> Result<(M, usize), Option<String>> {
        let (decoded, taken) = budget::within(limit, || {
            budget::charge(bytes.len().saturating_add(size_of::<M>())).map_err(|_| String::new())?;
            match self {
                Self::Protobuf => M::decode(bytes).map_err(|error| error.to_string()),
                #[cfg(feature = "json")]
                Self::Json => serde_json::from_slice(bytes).map_err(|error| error.to_string()),
            }
        });
        let taken = taken.map_err(|budget::Exceeded| None)?;
        decoded.map(|message| (message, taken)).map_err(Some)
    }

    /// Returns what serde does not take: text that is none, and the odd forms that Mesos reads or
    /// writes.
    #[cfg(feature = "json")]
    fn read_leniently<M: Message>(
        json: &[u8],
        limit: usize,
        reason: String,
    ) -> Result<(M, usize), Option<String>> {
        let repaired = lossy::repaired(json);
        let read = match &repaired {
            Some(text) => Self::Json.attempt(text.as_bytes(), limit),
            None => Err(Some(reason)),
        };
        let text = repaired.as_deref().map_or(json, str::as_bytes);
        read.or_else(|problem| match (problem, wire_form_of::<M>(text, limit)) {
            (Some(reason), Ok(Ok(wire))) => {
                Self::Protobuf.attempt(&wire, limit).map_err(|problem| problem.map(|_| reason))
            }
            (Some(_), Err(budget::Exceeded)) => Err(None),
            (problem, _) => Err(problem),
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Protobuf => "protobuf",
            #[cfg(feature = "json")]
            Self::Json => "JSON",
        }
    }
}
