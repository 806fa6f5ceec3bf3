//! Chunks and records, split where they lie: only a record that two reads share is copied.
//!
//! They trust the stream, which is one of our own.

/// Takes the chunks of HTTP apart.
#[derive(Debug)]
pub enum Chunks {
    /// In the line with the size, of which this much has been read.
    Size(usize),
    /// So many bytes are left.
    Data(usize),
    /// In the line break after them.
    Gap,
}

impl Default for Chunks {
    fn default() -> Self {
        Self::Size(0)
    }
}

impl Chunks {
    /// Takes bytes as they came, and hands on what is in chunks.
    pub fn feed(&mut self, mut bytes: &[u8], mut on_data: impl FnMut(&[u8])) {
        while let Some(&byte) = bytes.first() {
            let used = if let Self::Data(left) = self {
                let length = bytes.len().min(*left);
                on_data(&bytes[..length]);
                *self = if length == *left { Self::Gap } else { Self::Data(*left - length) };
                length
            } else {
                self.line(byte);
                1
            };
            bytes = &bytes[used..];
        }
    }

    fn line(&mut self, byte: u8) {
        match (&*self, byte) {
            (Self::Gap, b'\n') => *self = Self::Size(0),
            (Self::Size(size), b'\n') => *self = Self::Data(*size),
            (_, b'\r') => {}
            (Self::Size(size), digit) => *self = Self::Size(size << 4 | hex(digit)),
            _ => {}
        }
    }
}

fn hex(digit: u8) -> usize {
    (digit as char).to_digit(16).unwrap_or_default() as usize
}

/// Takes the records apart.
#[derive(Debug, Default)]
pub struct Records {
    /// The length line so far.
    length: usize,
    in_record: bool,
    begun: Vec<u8>,
}

impl Records {
    /// Takes bytes as they came, and hands on each record as soon as it is whole.
    pub fn feed(&mut self, mut bytes: &[u8], mut on_record: impl FnMut(&[u8])) {
        while let Some(&byte) = bytes.first() {
            if !self.in_record {
                self.in_record = byte == b'\n';
                if !self.in_record {
                    self.length = self.length * 10 + usize::from(byte - b'0');
                }
                bytes = &bytes[1..];
                continue;
            }
            let missing = self.length - self.begun.len();
            let (now, later) = bytes.split_at(missing.min(bytes.len()));
            bytes = later;
            if now.len() < self.length {
                self.begun.reserve_exact(missing);
                self.begun.extend_from_slice(now);
                if now.len() < missing {
                    return;
                }
                on_record(&self.begun);
                self.begun.clear();
            } else {
                on_record(now);
            }
            (self.length, self.in_record) = (0, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use mesos_sdk::wire::Encoding;

    use super::{Chunks, Records};
    use crate::stream::{Mix, Stream, event};

    #[test]
    fn records_do_not_depend_on_chunks() {
        let stream = Stream::new(Mix::Updates, Encoding::Protobuf, 20);
        let wanted: Vec<_> = (0..20).map(|i| Encoding::Protobuf.encode(&event(Mix::Updates, i))).collect();
        for read in [1, 7, 300, 4096, stream.bytes.len()] {
            let (mut chunks, mut records, mut found) = (Chunks::Size(0), Records::default(), Vec::new());
            for bytes in stream.bytes.chunks(read) {
                chunks.feed(bytes, |data| records.feed(data, |record| found.push(record.to_vec())));
            }
            assert_eq!(found, wanted, "{read} bytes at a time");
        }
    }
}
