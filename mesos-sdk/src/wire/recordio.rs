//! RecordIO: `"<length in ASCII decimals>\n<that many bytes>"`, one after the other.
//!
//! Follows [recordio.md](https://mesos.apache.org/documentation/latest/recordio/). Record
//! boundaries have nothing to do with the boundaries of HTTP chunks.

use std::collections::VecDeque;

use bytes::{Buf as _, Bytes, BytesMut};

/// The default limit of a record: 64 MiB.
pub const DEFAULT_MAX_RECORD: usize = 64 << 20;

/// How many bytes of a record room is made for before they come: where the limit is very large, a
/// length alone must not take all memory.
const ROOM_AHEAD: usize = DEFAULT_MAX_RECORD;

/// The largest record that is passed over when it is above the limit: 1 GiB. A larger length is
/// taken for a sign that the stream is not `RecordIO`.
const MAX_SKIPPED: u64 = 1 << 30;

/// The length of the longest decimal number of 64 bits.
const MAX_HEADER: usize = 20;

/// Splits a stream of bytes into records.
///
/// A record above the limit is an error, and then passed over: the next call returns the record
/// after it. After any other error every further call returns the same error: a stream that has
/// lost its framing can't be trusted again, so drop the connection.
///
/// ```
/// use mesos_sdk::wire::RecordDecoder;
///
/// let mut decoder = RecordDecoder::default();
/// decoder.push(b"5\nhel");
/// assert_eq!(decoder.next_record()?, None);
/// decoder.push(b"lo2\nhi");
/// assert_eq!(decoder.next_record()?.as_deref(), Some(&b"hello"[..]));
/// assert_eq!(decoder.next_record()?.as_deref(), Some(&b"hi"[..]));
/// # Ok::<(), mesos_sdk::wire::RecordError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecordDecoder {
    /// What came and is not looked at yet.
    pieces: VecDeque<Bytes>,
    /// The digits of a length line that has not come to its end.
    line: Vec<u8>,
    /// The length of the record whose length line has been read.
    pending: Option<usize>,
    /// How many bytes of a record that is too large are still to be passed over.
    skipping: u64,
    /// The beginning of a record that came in several pieces.
    begun: BytesMut,
    max_record: usize,
    failed: Option<RecordError>,
}

/// The stream is not RecordIO, or a record is larger than allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The length line is not a decimal number.
    #[error("a record's length line is not a number: {0:?}")]
    Length(String),
    /// A record is larger than the limit.
    #[error(
        "a record of {length} bytes is larger than the limit of {limit}: raise the limit, \
             ClientOptions::max_message_size"
    )]
    TooLarge {
        /// The value of the length line.
        length: u64,
        /// The limit in force.
        limit: usize,
    },
}

impl RecordError {
    /// Returns the length of the record that is passed over, or `None` if the stream has lost its
    /// framing.
    pub fn passed_over(&self) -> Option<u64> {
        match self {
            Self::Length(_) => None,
            Self::TooLarge { length, .. } => Some(*length).filter(|length| *length <= MAX_SKIPPED),
        }
    }
}

impl Default for RecordDecoder {
    fn default() -> Self {
        Self::new(DEFAULT_MAX_RECORD)
    }
}

impl RecordDecoder {
    /// Creates a decoder that refuses records larger than `max_record` bytes.
    pub fn new(max_record: usize) -> Self {
        let (pieces, line, begun) = (VecDeque::new(), Vec::new(), BytesMut::new());
        Self { pieces, line, pending: None, skipping: 0, begun, max_record, failed: None }
    }

    /// Adds bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.push_bytes(Bytes::copy_from_slice(bytes));
    }

    /// Adds bytes as they came. A record that lies in them as a whole shares their memory; others
    /// are copied together.
    pub fn push_bytes(&mut self, bytes: Bytes) {
        if self.failed.is_none() && !bytes.is_empty() {
            self.pieces.push_back(bytes);
        }
    }

    /// Returns the next complete record, or `None` until more bytes are pushed.
    pub fn next_record(&mut self) -> Result<Option<Bytes>, RecordError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.split().inspect_err(|error| {
            if error.passed_over().is_none() {
                self.pieces.clear();
                self.failed = Some(error.clone());
            }
        })
    }

    /// Returns whether the bytes so far end within a record.
    pub fn has_partial_record(&self) -> bool {
        self.pending.is_some() || self.skipping > 0 || !self.line.is_empty() || !self.pieces.is_empty()
    }

    /// Returns the largest record that is taken, in bytes.
    pub(crate) fn max_record(&self) -> usize {
        self.max_record
    }

    fn split(&mut self) -> Result<Option<Bytes>, RecordError> {
        self.skip();
        while self.pending.is_none() {
            let Some(piece) = self.pieces.front_mut() else { return Ok(None) };
            let length = read_line(&mut self.line, piece)?;
            self.drop_used();
            length.map_or(Ok(()), |length| self.begin(length))?;
        }
        let Some(length) = self.pending else { return Ok(None) };
        let record = self.record(length);
        if record.is_some() {
            self.pending = None;
        }
        Ok(record)
    }

    /// Begins a record, or passes over one that is too large.
    fn begin(&mut self, length: u64) -> Result<(), RecordError> {
        self.pending = usize::try_from(length).ok().filter(|length| *length <= self.max_record);
        if self.pending.is_some() {
            return Ok(());
        }
        self.skipping = length;
        Err(RecordError::TooLarge { length, limit: self.max_record })
    }

    /// Drops what has come of a record that is too large.
    fn skip(&mut self) {
        while let Some(piece) = self.pieces.front_mut().filter(|_| self.skipping > 0) {
            let most = usize::try_from(self.skipping).map_or(piece.len(), |left| left.min(piece.len()));
            piece.advance(most);
            self.skipping -= most as u64;
            self.drop_used();
        }
    }

    fn record(&mut self, length: usize) -> Option<Bytes> {
        if let Some(piece) =
            self.pieces.front_mut().filter(|piece| self.begun.is_empty() && piece.len() >= length)
        {
            let record = piece.split_to(length);
            self.drop_used();
            return Some(record);
        }
        self.begun.reserve((length - self.begun.len()).min(ROOM_AHEAD));
        while let Some(piece) = self.pieces.front_mut().filter(|_| self.begun.len() < length) {
            let most = piece.len().min(length - self.begun.len());
            self.begun.extend_from_slice(&piece[..most]);
            piece.advance(most);
            self.drop_used();
        }
        (self.begun.len() == length).then(|| std::mem::take(&mut self.begun).freeze())
    }

    fn drop_used(&mut self) {
        if self.pieces.front().is_some_and(Bytes::is_empty) {
            self.pieces.pop_front();
        }
    }
}

/// Reads on in a length line that began with `line`; `None` if it does not end in `piece`.
fn read_line(line: &mut Vec<u8>, piece: &mut Bytes) -> Result<Option<u64>, RecordError> {
    let most = MAX_HEADER + 1 - line.len();
    let end = piece.iter().take(most).position(|byte| *byte == b'\n');
    let Some(end) = end else {
        line.extend_from_slice(&piece[..piece.len().min(most)]);
        piece.clear();
        return match line.len() > MAX_HEADER || !line.iter().all(u8::is_ascii_digit) {
            true => Err(not_a_length(line)),
            false => Ok(None),
        };
    };
    let length = match line.is_empty() {
        true => parse_length(&piece[..end])?,
        false => parse_length(&[line, &piece[..end]].concat())?,
    };
    line.clear();
    piece.advance(end + 1);
    Ok(Some(length))
}

/// Encodes `payload` as one record.
pub fn encode_record(payload: &[u8]) -> Bytes {
    let mut record = format!("{}\n", payload.len()).into_bytes();
    record.extend_from_slice(payload);
    record.into()
}

fn parse_length(digits: &[u8]) -> Result<u64, RecordError> {
    let text = std::str::from_utf8(digits).ok().filter(|_| digits.iter().all(u8::is_ascii_digit));
    text.and_then(|text| text.parse().ok()).ok_or_else(|| not_a_length(digits))
}

fn not_a_length(line: &[u8]) -> RecordError {
    RecordError::Length(String::from_utf8_lossy(line).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(chunks: &[&[u8]]) -> Result<Vec<Bytes>, RecordError> {
        let mut decoder = RecordDecoder::new(100);
        let mut found = Vec::new();
        for chunk in chunks {
            decoder.push(chunk);
            while let Some(record) = decoder.next_record()? {
                found.push(record);
            }
        }
        Ok(found)
    }

    #[statement::proves(rec1)]
    #[test]
    fn length_takes_no_memory() {
        let mut decoder = RecordDecoder::new(usize::MAX);
        decoder.push(format!("{}\nx", u64::MAX).as_bytes());
        assert_eq!(decoder.next_record(), Ok(None));
    }

    #[statement::proves(rec1)]
    #[test]
    fn record_is_a_length_line_and_bytes() {
        assert_eq!(records(&[b"5\nhello0\n3\na\nb"]).unwrap(), [&b"hello"[..], b"", b"a\nb"]);
    }

    #[statement::proves(rec2)]
    #[test]
    fn one_byte_at_a_time() {
        let bytes = b"5\nhello12\n123456789012".map(|byte| [byte]);
        let chunks: Vec<&[u8]> = bytes.iter().map(|byte| &byte[..]).collect();
        assert_eq!(records(&chunks).unwrap(), [&b"hello"[..], b"123456789012"]);
    }

    #[statement::proves(rec2)]
    #[test]
    fn chunk_boundaries_do_not_matter() {
        let bytes = b"5\nhello0\n12\n1234567890122\nhi";
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let cut = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                assert_eq!(records(&cut).unwrap(), [&b"hello"[..], b"", b"123456789012", b"hi"]);
            }
        }
    }

    #[statement::proves(rec2)]
    #[test]
    fn only_boundaries_are_between_records() {
        let mut decoder = RecordDecoder::default();
        assert!(!decoder.has_partial_record());
        for (bytes, has_partial_record) in [("5", true), ("\nhe", true), ("llo", false), ("2\nhi1", true)] {
            decoder.push(bytes.as_bytes());
            while decoder.next_record().unwrap().is_some() {}
            assert_eq!(decoder.has_partial_record(), has_partial_record, "after {bytes:?}");
        }
    }

    #[test]
    fn whole_record_is_not_copied() {
        let bytes = Bytes::from_static(b"5\nhello2\nhi");
        let mut decoder = RecordDecoder::default();
        decoder.push_bytes(bytes.clone());
        for at in [2, 9] {
            assert_eq!(decoder.next_record().unwrap().unwrap().as_ptr(), bytes[at..].as_ptr());
        }
    }

    #[statement::proves(rec3)]
    #[test]
    fn malformed_length_is_final() {
        let mut decoder = RecordDecoder::default();
        decoder.push(b"x\n1\na");
        let error = decoder.next_record().unwrap_err();
        assert_eq!(error, RecordError::Length("x".to_owned()));
        decoder.push(b"1\na");
        assert_eq!(decoder.next_record().unwrap_err(), error);
    }

    #[statement::proves(rec3)]
    #[test]
    fn record_of_exactly_the_limit_is_accepted() {
        let record = [b'x'; 100];
        assert_eq!(records(&[&encode_record(&record)]).unwrap(), [&record[..]]);
    }

    #[test]
    fn record_above_the_limit_is_passed_over() {
        let stream = [b"2\nhi101\n".as_slice(), &[b'1'; 101], b"5\nhello"].concat();
        for at_a_time in 1..=stream.len() {
            let mut decoder = RecordDecoder::new(100);
            let mut found = Vec::new();
            for piece in stream.chunks(at_a_time) {
                decoder.push(piece);
                while let Some(item) = decoder.next_record().transpose() {
                    found.push(item);
                }
                assert!(decoder.begun.len() <= 5, "it is buffered");
            }
            let too_large = RecordError::TooLarge { length: 101, limit: 100 };
            assert_eq!(found, [Ok("hi".into()), Err(too_large), Ok("hello".into())]);
        }
    }

    #[test]
    fn stream_ends_within_a_record_passed_over() {
        let mut decoder = RecordDecoder::new(1);
        decoder.push(b"2\nh");
        assert!(decoder.next_record().is_err());
        assert_eq!((decoder.next_record(), decoder.has_partial_record()), (Ok(None), true));
        decoder.push(b"i");
        assert_eq!((decoder.next_record(), decoder.has_partial_record()), (Ok(None), false));
    }

    #[statement::proves(rec3)]
    #[test]
    fn length_beyond_reason_is_final() {
        let too_large = RecordError::TooLarge { length: MAX_SKIPPED + 1, limit: 100 };
        assert_eq!(too_large.passed_over(), None);
        assert_eq!(records(&[b"1073741825\n"]), Err(too_large));
        let passed_over = RecordError::TooLarge { length: MAX_SKIPPED, limit: 100 }.passed_over();
        assert_eq!(passed_over, Some(MAX_SKIPPED));
        assert!(matches!(records(&[b"18446744073709551616\n"]), Err(RecordError::Length(_))));
        assert!(matches!(records(&[b"111111111111111111111"]), Err(RecordError::Length(_))));
    }
}
