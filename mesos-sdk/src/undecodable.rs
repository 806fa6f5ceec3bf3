//! What a peer sends and nobody here can decode.

use bytes::Bytes;

use crate::wire::{DecodeError, RecordError};
use crate::{Error, ErrorKind};

/// How many of its bytes are kept.
const BEGINNING: usize = 256;

/// A message of a peer that could not be decoded and was passed over: one message is not a reason
/// to leave a peer that is well otherwise, and would send it again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Undecodable {
    /// Who sent it, and what is wrong with it. Its kind is [`ErrorKind::Undecodable`].
    pub error: Error,
    /// How many bytes it has.
    pub length: usize,
    /// The first of them, at most 256; none of a message that is larger than the limit.
    pub beginning: Bytes,
    /// How many there were by now, this one included.
    pub count: u64,
}

impl Undecodable {
    /// Describes what `peer` has sent; `what` is as in `an event`.
    pub(crate) fn new(peer: &str, what: &str, bytes: &[u8], reason: DecodeError) -> Self {
        let beginning = Bytes::copy_from_slice(&bytes[..bytes.len().min(BEGINNING)]);
        let text = format!("{peer} sends {what} that can't be decoded");
        let error = Error::new(ErrorKind::Undecodable, text).with_source(reason);
        Self { error, length: bytes.len(), beginning, count: 1 }
    }

    /// Describes an event of so many bytes that `peer` sends, which is larger than the limit.
    pub(crate) fn too_large(peer: &str, length: u64, reason: RecordError) -> Self {
        let text = format!("{peer} sends an event that is larger than the limit");
        let error = Error::new(ErrorKind::Undecodable, text).with_source(reason);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Self { error, length, beginning: Bytes::new(), count: 1 }
    }

    /// Returns the same, after so many others, and logs it.
    pub(crate) fn after(mut self, others: &mut u64) -> Self {
        *others = others.saturating_add(1);
        self.count = *others;
        self.log();
        self
    }

    /// Writes it to the log.
    pub(crate) fn log(&self) {
        tracing::warn!(
            error = ?self.error,
            length = self.length,
            beginning = %self.beginning.escape_ascii(),
            count = self.count,
            "passed over a message that can't be decoded"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::scheduler::Event;
    use crate::wire::Encoding;

    #[test]
    fn sample_sender_and_cause_are_kept() {
        let bytes = [0xff; 1000];
        let reason = Encoding::Protobuf.decode::<Event>(&bytes).unwrap_err();
        let undecodable = Undecodable::new("master m:5050", "an event", &bytes, reason).after(&mut 2);
        assert_eq!((undecodable.length, undecodable.count), (1000, 3));
        assert_eq!(&undecodable.beginning[..], &bytes[..BEGINNING]);
        assert_eq!(undecodable.error.kind(), ErrorKind::Undecodable);
        let line = format!("{:#}", undecodable.error);
        assert!(
            line.starts_with("master m:5050 sends an event that can't be decoded: malformed protobuf"),
            "{line}"
        );
    }
}
