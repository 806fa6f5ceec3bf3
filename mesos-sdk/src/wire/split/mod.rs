//! The elements of lists in a message that is never in memory as a whole: its bytes go in as they
//! arrive, the elements of the wanted lists come out, and everything else is passed over unchecked.

mod input;
#[cfg(feature = "json")]
mod json;
mod protobuf;
#[cfg(test)]
#[cfg(feature = "json")]
mod tests;
#[cfg(feature = "json")]
mod value;

#[cfg(feature = "json")]
use self::json::Json;
use self::protobuf::Protobuf;
use super::Encoding;

/// A field on the way from the message to a list.
#[derive(Debug)]
pub(crate) struct Field<T: 'static> {
    pub(crate) tag: u32,
    /// Its name in JSON.
    #[cfg_attr(not(feature = "json"), allow(dead_code, reason = "protobuf has only tags"))]
    pub(crate) name: &'static str,
    pub(crate) content: Content<T>,
}

/// What a field contains.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<T: 'static> {
    /// A message with some of its fields.
    Message(&'static [Field<T>]),
    /// A list of wanted elements, and what to do with each.
    Elements(T),
}

/// Splits a message in either encoding. It buffers at most one element, and what is pushed at once.
#[derive(Debug)]
pub(crate) enum Splitter<T: 'static> {
    Protobuf(Protobuf<T>),
    #[cfg(feature = "json")]
    Json(Json<T>),
}

/// Why a message can't be split further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SplitError {
    #[error("the bytes are not such a message")]
    Malformed,
    #[error("an element has more than {0} bytes")]
    TooLarge(usize),
    #[error("the message ends early")]
    CutOff,
    #[error("the message lacks the requested part")]
    Missing,
}

impl<T: Copy> Splitter<T> {
    /// Creates a splitter of a message that has one of these fields. An element has at most `limit`
    /// bytes.
    pub(crate) fn new(encoding: Encoding, fields: &'static [Field<T>], limit: usize) -> Self {
        match encoding {
            Encoding::Protobuf => Self::Protobuf(Protobuf::new(fields, limit)),
            #[cfg(feature = "json")]
            Encoding::Json => Self::Json(Json::new(fields, limit)),
        }
    }

    /// Adds bytes as they came.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Protobuf(splitter) => splitter.input.push(bytes),
            #[cfg(feature = "json")]
            Self::Json(splitter) => splitter.input.push(bytes),
        }
    }

    /// Returns the next element, or `None` until more bytes are pushed.
    pub(crate) fn next(&mut self) -> Result<Option<(T, &[u8])>, SplitError> {
        match self {
            Self::Protobuf(splitter) => splitter.next(),
            #[cfg(feature = "json")]
            Self::Json(splitter) => splitter.next(),
        }
    }

    /// Fails if the message, all of whose elements were returned, is not complete.
    pub(crate) fn end(&mut self) -> Result<(), SplitError> {
        let (is_complete, has_entered) = match self {
            Self::Protobuf(splitter) => (splitter.is_complete(), splitter.has_entered),
            #[cfg(feature = "json")]
            Self::Json(splitter) => (splitter.is_complete(), splitter.has_entered),
        };
        match (is_complete, has_entered) {
            (true, true) => Ok(()),
            (true, false) => Err(SplitError::Missing),
            (false, _) => Err(SplitError::CutOff),
        }
    }
}
