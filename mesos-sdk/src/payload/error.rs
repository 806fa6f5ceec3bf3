//! What may be wrong with a payload.

use std::fmt::Display;

/// Bytes that are not the payload they should be, or a value that can't become one.
///
/// None of these goes away by trying again. Writer and reader disagree: check that scheduler and
/// executors are of the same version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// More bytes than [`Payload::LIMIT`](trait@crate::Payload#associatedconstant.LIMIT).
    #[error(
        "{payload} is too large: {size} bytes, the limit is {limit}; \
         send less, or raise it with #[payload(max_bytes = …)]"
    )]
    #[non_exhaustive]
    TooLarge {
        /// The type.
        payload: &'static str,
        /// How large it is, in bytes.
        size: usize,
        /// What is allowed, in bytes.
        limit: usize,
    },

    /// The bytes do not begin as this kind of payload does.
    #[error("data is not a {payload}: it begins with {found:?} and not with {expected:?}")]
    #[non_exhaustive]
    OtherKind {
        /// The type.
        payload: &'static str,
        /// The prefix of the type.
        expected: &'static str,
        /// What stands in its place.
        found: String,
    },

    /// The bytes are not JSON.
    #[error("data for {payload} is not JSON: line {line}, column {column}: {reason}")]
    #[non_exhaustive]
    NotJson {
        /// The type.
        payload: &'static str,
        /// Where in the data, from 1.
        line: usize,
        /// Where in the line, in bytes from 1; 0 in front of the first.
        column: usize,
        /// What was expected there.
        reason: String,
    },

    /// The data is well-formed, but not of this type.
    #[error("data does not match {payload}: {reason}")]
    #[non_exhaustive]
    Mismatch {
        /// The type.
        payload: &'static str,
        /// What does not match, and where.
        reason: String,
    },

    /// The value has no form as bytes, such as a map whose keys are structs.
    #[error("{payload} can't be written: {reason}")]
    #[non_exhaustive]
    Unwritable {
        /// The type.
        payload: &'static str,
        /// Which part of it.
        reason: String,
    },
}

impl PayloadError {
    /// Returns whether the data may well be another kind of payload: its prefix is not that of this
    /// type.
    pub fn is_other_kind(&self) -> bool {
        matches!(self, Self::OtherKind { .. })
    }

    /// Refuses a payload that is too large; for payloads written by hand.
    ///
    /// # Errors
    /// [`TooLarge`](Self::TooLarge), when `size` is more than `limit`.
    pub fn check_size(payload: &'static str, size: usize, limit: usize) -> Result<(), Self> {
        if size > limit { Err(Self::TooLarge { payload, size, limit }) } else { Ok(()) }
    }

    /// Creates an error for data that does not begin with `prefix`; for payloads written by hand.
    pub fn other_kind(payload: &'static str, prefix: &'static str, data: &[u8]) -> Self {
        let begin = &data[..data.len().min(prefix.len())];
        Self::OtherKind { payload, expected: prefix, found: String::from_utf8_lossy(begin).into_owned() }
    }

    /// Creates an error for data that is not of this type; for payloads written by hand.
    pub fn mismatch(payload: &'static str, reason: impl Display) -> Self {
        Self::Mismatch { payload, reason: reason.to_string() }
    }

    /// Creates an error for a value that cannot be encoded; for payloads written by hand.
    pub fn unwritable(payload: &'static str, reason: impl Display) -> Self {
        Self::Unwritable { payload, reason: reason.to_string() }
    }
}
