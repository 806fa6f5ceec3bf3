//! Contents of messages: mostly what a message may have, in any order and more than once, and now
//! and then what it may not.

use prost::encoding::{WireType, encode_key, encode_varint};
use protox::prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

/// Messages in one another.
const DEPTH: usize = 4;
/// No message has it.
const UNKNOWN: u32 = 5000;
/// What is not UTF-8 is for [`Kind::Bytes`] alone: in a string the library reads it, and prost does
/// not.
const TEXTS: [&[u8]; 4] = [b"", b"text", "Wörter".as_bytes(), &[0xff, 0xfe]];
const NUMBERS: [u64; 5] = [0, 1, 300, 0xffff_ffff, u64::MAX];

/// A field of bytes.
pub(crate) fn field(tag: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_key(tag, WireType::LengthDelimited, &mut out);
    encode_varint(bytes.len() as u64, &mut out);
    [out, bytes.to_vec()].concat()
}

/// What decides about the contents. Zeros come when it is used up.
pub(crate) struct Choices<'a>(std::slice::Iter<'a, u8>);

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.iter())
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % end.max(1)
    }

    fn rarely(&mut self) -> bool {
        self.0.next() == Some(&0xff)
    }

    /// The bytes of a message, cut off now and then.
    pub(crate) fn message(&mut self, message: &MessageDescriptor) -> Vec<u8> {
        let mut bytes = self.fields(message, DEPTH);
        if self.rarely() {
            bytes.truncate(self.below(bytes.len()));
        }
        bytes
    }

    fn fields(&mut self, message: &MessageDescriptor, depth: usize) -> Vec<u8> {
        let all: Vec<_> = message.fields().collect();
        let mut out = Vec::new();
        for _ in 0..self.below(6) {
            match all.get(self.below(all.len() + 1)) {
                Some(field) => out.extend(self.field(field, depth)),
                None => out.extend(self.value(UNKNOWN, &Kind::Bytes, depth)),
            }
        }
        out
    }

    fn field(&mut self, field: &FieldDescriptor, depth: usize) -> Vec<u8> {
        let (tag, kind) = (field.number(), field.kind());
        if self.rarely() {
            let bytes = matches!(kind, Kind::Bytes | Kind::String);
            return self.value(tag, if bytes { &Kind::Fixed32 } else { &Kind::Bytes }, depth);
        }
        let number = !matches!(kind, Kind::Message(_) | Kind::String | Kind::Bytes);
        if field.is_list() && number && self.below(2) == 0 {
            return self::field(tag, &self.packed());
        }
        self.value(tag, &kind, depth)
    }

    /// Numbers without keys.
    fn packed(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        for _ in 0..self.below(4) {
            encode_varint(self.number(), &mut out);
        }
        out
    }

    fn value(&mut self, tag: u32, kind: &Kind, depth: usize) -> Vec<u8> {
        let fixed = |wire_type, bytes: &[u8]| {
            let mut out = Vec::new();
            encode_key(tag, wire_type, &mut out);
            [out, bytes.to_vec()].concat()
        };
        match kind {
            Kind::Message(message) => match depth.checked_sub(1) {
                Some(depth) => field(tag, &self.fields(message, depth)),
                None => field(tag, &[]),
            },
            Kind::String => field(tag, TEXTS[self.below(3)]),
            Kind::Bytes => field(tag, TEXTS[self.text()]),
            Kind::Double => fixed(
                WireType::SixtyFourBit,
                &(f64::from(self.0.next().copied().unwrap_or_default()) / 8.0).to_le_bytes(),
            ),
            Kind::Fixed32 => fixed(WireType::ThirtyTwoBit, &[1, 2, 3, 4]),
            _ => {
                let mut out = Vec::new();
                encode_varint(self.number(), &mut out);
                fixed(WireType::Varint, &out)
            }
        }
    }

    /// Rarely one that is not UTF-8.
    fn text(&mut self) -> usize {
        if self.rarely() { 3 } else { self.below(3) }
    }

    /// Half of them small, as the values of enums are.
    fn number(&mut self) -> u64 {
        match self.below(2) {
            0 => self.below(24) as u64,
            _ => NUMBERS[self.below(NUMBERS.len())],
        }
    }
}
