//! Bytes on the wire.
#[cfg(feature = "json")]
pub(crate) mod json;
