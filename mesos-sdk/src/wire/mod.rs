//! The wire format: RecordIO framing and the two encodings of a message.
//!
//! Everything here is pure: bytes in, values out. Schedulers do not need this module; servers and
//! tools for the v1 API do.

mod encoding;
#[cfg(any(feature = "json", feature = "zookeeper"))]
pub(crate) mod lossy;
#[cfg(feature = "json")]
mod mesos;
mod recordio;
pub(crate) mod split;
#[cfg(test)]
mod tests;

pub use crate::budget::{DECODED_FACTOR, DECODED_FLOOR};
pub use encoding::{DecodeError, Encoding, Message};
#[cfg(feature = "json")]
pub(crate) use mesos::read_list;
#[cfg(feature = "json")]
pub use mesos::{
    CallError, read_call, read_call_within, read_list_within, read_object_within, write_message,
};
pub use recordio::{DEFAULT_MAX_RECORD, RecordDecoder, RecordError, encode_record};
