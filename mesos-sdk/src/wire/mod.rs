//! Bytes on the wire: RecordIO framing and the two encodings of a message.
//!
//! Everything here is pure: bytes in, values out. Schedulers do not need it; servers and tools that speak the
//! v1 API do.

pub(crate) mod budget;
mod encoding;
#[cfg(feature = "json")]
pub(crate) mod json;
#[cfg(any(feature = "json", feature = "zookeeper"))]
pub(crate) mod lossy;
#[cfg(feature = "json")]
mod mesos;
/// What messages with a `oneof` are read from JSON as.
#[cfg(feature = "json")]
#[allow(clippy::all, clippy::pedantic, unused_qualifications, reason = "generated code")]
pub(crate) mod oneofs {
    include!("../proto/generated/oneofs.rs");
}
mod recordio;
#[cfg(test)]
mod tests;

pub use budget::{DECODED_FACTOR, DECODED_FLOOR};
pub use encoding::{DecodeError, Encoding, Message};
#[cfg(feature = "json")]
pub(crate) use mesos::read_list;
#[cfg(feature = "json")]
pub use mesos::{
    CallError, read_call, read_call_within, read_list_within, read_object_within, write_message,
};
pub use recordio::{DEFAULT_MAX_RECORD, RecordDecoder, RecordError, encode_record};
