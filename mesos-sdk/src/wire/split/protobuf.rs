//! The elements of lists in a protobuf message.

use prost::encoding::{WireType, decode_varint};

use super::input::Input;
use super::{Content, Field, SplitError};

/// The longest varint.
const MAX_VARINT: usize = 10;

/// Splits a protobuf message.
#[derive(Debug)]
pub(crate) struct Protobuf<T: 'static> {
    pub(super) input: Input,
    /// Where the input begins in the message.
    at: u64,
    /// How many bytes, from there, need not be read.
    passing: u64,
    /// The wanted fields of the message that is being read, and where it ends, after those of the
    /// messages around it.
    open: Vec<(&'static [Field<T>], u64)>,
    /// Whether the message has a wanted field.
    pub(super) has_entered: bool,
    limit: usize,
}

/// The beginning of a field.
struct Head {
    tag: u32,
    wire_type: WireType,
    size: usize,
    /// How many bytes the value after it has.
    length: u64,
}

impl<T: Copy> Protobuf<T> {
    pub(super) fn new(fields: &'static [Field<T>], limit: usize) -> Self {
        let open = vec![(fields, u64::MAX)];
        Self { input: Input::default(), at: 0, passing: 0, open, has_entered: false, limit }
    }

    pub(super) fn next(&mut self) -> Result<Option<(T, &[u8])>, SplitError> {
        while self.pass() {
            let (fields, end) = self.innermost();
            let Some(head) = head(self.input.rest())? else { return Ok(None) };
            let after = (self.at + head.size as u64).checked_add(head.length);
            let after = after.filter(|after| *after <= end).ok_or(SplitError::Malformed)?;
            match fields.iter().find(|field| field.tag == head.tag).map(|field| field.content) {
                Some(_) if head.wire_type != WireType::LengthDelimited => return Err(SplitError::Malformed),
                Some(Content::Message(fields)) => {
                    self.has_entered = true;
                    self.open.push((fields, after));
                    self.passing = head.size as u64;
                }
                Some(Content::Elements(element)) => {
                    let whole = self.whole(&head)?;
                    if whole > self.input.rest().len() {
                        return Ok(None);
                    }
                    self.passing = whole as u64;
                    return Ok(Some((element, &self.input.rest()[head.size..whole])));
                }
                None => self.passing = after - self.at,
            }
        }
        Ok(None)
    }

    pub(super) fn is_complete(&mut self) -> bool {
        let has_passed = self.pass();
        self.innermost();
        has_passed && self.input.rest().is_empty() && self.open.len() == 1
    }

    /// Returns the wanted fields of the message that is being read, and its end.
    fn innermost(&mut self) -> (&'static [Field<T>], u64) {
        while self.open.len() > 1 && self.open.pop_if(|(_, end)| *end == self.at).is_some() {}
        self.open.last().copied().unwrap_or((&[], 0))
    }

    /// Returns the size of an element with its head.
    fn whole(&self, head: &Head) -> Result<usize, SplitError> {
        let length = usize::try_from(head.length).ok().filter(|length| *length <= self.limit);
        Ok(head.size.saturating_add(length.ok_or(SplitError::TooLarge(self.limit))?))
    }

    /// Passes what need not be read. Returns whether all of that has arrived.
    fn pass(&mut self) -> bool {
        let passed = self.input.pass(usize::try_from(self.passing).unwrap_or(usize::MAX)) as u64;
        self.at = self.at.saturating_add(passed);
        self.passing -= passed;
        self.passing == 0
    }
}

/// Returns the beginning of a field, once all of it has arrived.
fn head(bytes: &[u8]) -> Result<Option<Head>, SplitError> {
    let mut rest = bytes;
    let Some(key) = varint(&mut rest)? else { return Ok(None) };
    let wire_type = WireType::try_from(key & 7).map_err(|_| SplitError::Malformed)?;
    let tag = u32::try_from(key >> 3).ok().filter(|tag| *tag > 0).ok_or(SplitError::Malformed)?;
    let length = match wire_type {
        WireType::SixtyFourBit => Some(8),
        WireType::ThirtyTwoBit => Some(4),
        WireType::LengthDelimited => varint(&mut rest)?,
        // The number belongs to the head.
        WireType::Varint => varint(&mut rest)?.map(|_| 0),
        // Mesos has no groups.
        WireType::StartGroup | WireType::EndGroup => return Err(SplitError::Malformed),
    };
    Ok(length.map(|length| Head { tag, wire_type, size: bytes.len() - rest.len(), length }))
}

/// Takes a number from the beginning of `bytes`, or returns `None` if it is not complete.
fn varint(bytes: &mut &[u8]) -> Result<Option<u64>, SplitError> {
    if !bytes.iter().take(MAX_VARINT).any(|byte| *byte < 0x80) {
        return if bytes.len() < MAX_VARINT { Ok(None) } else { Err(SplitError::Malformed) };
    }
    decode_varint(bytes).map(Some).map_err(|_| SplitError::Malformed)
}
