//! RecordIO: `"<length in ASCII decimals>\n<that many bytes>"`, one after the other.
//!
//! Follows [recordio.md](https://mesos.apache.org/documentation/latest/recordio/). Record boundaries have nothing
//! to do with the boundaries of HTTP chunks.

use bytes::{Buf as _, Bytes, BytesMut};

/// The largest record that a decoder takes unless it is told otherwise: 64 MiB.
pub const DEFAULT_MAX_RECORD: usize = 64 << 20;

/// The length of the longest decimal number of 64 bits.
const MAX_HEADER: usize = 20;

/// Splits a stream of bytes into records.
///
/// After an error every further call gives the same error: a stream that has lost its framing can't be trusted
/// again, so the connection must be dropped.
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
/// # Ok::<(), mesos_sdk::wire::MalformedRecord>(())
/// ```
#[derive(Debug)]
pub struct RecordDecoder {
    buffer: BytesMut,
    /// The length of the record whose header has been read.
    pending: Option<usize>,
    max_record: usize,
    failed: Option<MalformedRecord>,
}

/// The stream is not RecordIO, or a record is larger than allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedRecord {
    /// The length line is not a decimal number.
    #[error("a record's length line is not a number: {0:?}")]
    Length(String),
    /// A record is larger than the limit.
    #[error("a record of {length} bytes is larger than the limit of {limit}: raise the limit")]
    TooLarge {
        /// What the length line said.
        length: u64,
        /// The limit in force.
        limit: usize,
    },
}

impl Default for RecordDecoder {
    fn default() -> Self {
        Self::new(DEFAULT_MAX_RECORD)
    }
}

impl RecordDecoder {
    /// A decoder that refuses records larger than `max_record` bytes.
    pub fn new(max_record: usize) -> Self {
        Self { buffer: BytesMut::new(), pending: None, max_record, failed: None }
    }

    /// Adds bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next complete record, or `None` until more bytes are pushed.
    pub fn next_record(&mut self) -> Result<Option<Bytes>, MalformedRecord> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.split().inspect_err(|error| {
            self.buffer = BytesMut::new();
            self.failed = Some(error.clone());
        })
    }

    /// Whether the bytes so far end within a record.
    pub fn is_midway(&self) -> bool {
        self.pending.is_some() || !self.buffer.is_empty()
    }

    fn split(&mut self) -> Result<Option<Bytes>, MalformedRecord> {
        if self.pending.is_none() {
            self.pending = self.header()?;
        }
        let Some(length) = self.pending else { return Ok(None) };
        if self.buffer.len() < length {
            self.buffer.reserve(length - self.buffer.len());
            return Ok(None);
        }
        self.pending = None;
        Ok(Some(self.buffer.split_to(length).freeze()))
    }

    fn header(&mut self) -> Result<Option<usize>, MalformedRecord> {
        let window = &self.buffer[..self.buffer.len().min(MAX_HEADER + 1)];
        let Some(end) = window.iter().position(|byte| *byte == b'\n') else {
            return match window.len() > MAX_HEADER || !window.iter().all(u8::is_ascii_digit) {
                true => Err(not_a_length(window)),
                false => Ok(None),
            };
        };
        let length = parse_length(&window[..end])?;
        let limit = self.max_record;
        let fitting = usize::try_from(length).ok().filter(|length| *length <= limit);
        self.buffer.advance(end + 1);
        fitting.map(Some).ok_or(MalformedRecord::TooLarge { length, limit })
    }
}

/// `payload` as one record.
pub fn encode_record(payload: &[u8]) -> Bytes {
    let mut record = format!("{}\n", payload.len()).into_bytes();
    record.extend_from_slice(payload);
    record.into()
}

fn parse_length(digits: &[u8]) -> Result<u64, MalformedRecord> {
    let text = std::str::from_utf8(digits).ok().filter(|_| digits.iter().all(u8::is_ascii_digit));
    text.and_then(|text| text.parse().ok()).ok_or_else(|| not_a_length(digits))
}

fn not_a_length(line: &[u8]) -> MalformedRecord {
    MalformedRecord::Length(String::from_utf8_lossy(line).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(chunks: &[&[u8]]) -> Result<Vec<Bytes>, MalformedRecord> {
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

    #[test]
    fn rec1_length_line_then_that_many_bytes() {
        assert_eq!(records(&[b"5\nhello0\n3\na\nb"]).unwrap(), [&b"hello"[..], b"", b"a\nb"]);
    }

    #[test]
    fn rec2_one_byte_at_a_time() {
        let bytes = b"5\nhello12\n123456789012".map(|byte| [byte]);
        let chunks: Vec<&[u8]> = bytes.iter().map(|byte| &byte[..]).collect();
        assert_eq!(records(&chunks).unwrap(), [&b"hello"[..], b"123456789012"]);
    }

    #[test]
    fn rec3_a_malformed_length_is_final() {
        let mut decoder = RecordDecoder::default();
        decoder.push(b"x\n1\na");
        let error = decoder.next_record().unwrap_err();
        assert_eq!(error, MalformedRecord::Length("x".to_owned()));
        decoder.push(b"1\na");
        assert_eq!(decoder.next_record().unwrap_err(), error);
    }

    #[test]
    fn rec3_more_than_the_limit_is_refused_before_it_is_buffered() {
        assert_eq!(records(&[b"101\n"]), Err(MalformedRecord::TooLarge { length: 101, limit: 100 }));
        assert!(matches!(records(&[b"18446744073709551616\n"]), Err(MalformedRecord::Length(_))));
        assert!(matches!(records(&[b"111111111111111111111"]), Err(MalformedRecord::Length(_))));
    }
}
