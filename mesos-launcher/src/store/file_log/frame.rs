//! One write as bytes: a header of fixed length, and a line of JSON.
//!
//! Neither contains a zero byte. So zeros in a file are what a disk has not written, and a frame
//! without them is as it was written, or was damaged afterwards.

use serde::{Deserialize, Serialize};

use crate::store::{Change, Epoch};

/// `LLLLLLLL BBBBBBBB HHHHHHHH` and the end of the line: the length of the body, its checksum, and
/// the checksum of these two, in hexadecimal digits.
pub(super) const HEADER: usize = 27;
const CHECKED: usize = 17;

/// The longest frame. The largest [write](crate::store::MAX_WRITE) fits, even if JSON escapes each
/// of its letters.
pub(super) const MAX_FRAME: usize = 512 << 20;

/// A write.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) epoch: Epoch,
    pub(super) changes: Vec<Change>,
}

/// What a header states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The length of the body, without the end of its line.
    length: usize,
    checksum: u32,
}

impl Header {
    /// Returns how many bytes the frame has.
    pub(super) fn frame(self) -> usize {
        HEADER + self.length + 1
    }

    /// Reads the header at the beginning of `bytes`, if there is a whole and sound one.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..HEADER)?;
        // At most offsets of a damaged file, that is all to look at.
        if bytes[8] != b' ' {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let number = |at: usize| u32::from_str_radix(text.get(at..at + 8)?, 16).ok();
        let (length, checksum, own) = (number(0)?, number(9)?, number(18)?);
        let length = usize::try_from(length).ok()?;
        (crc32fast::hash(&bytes[..CHECKED]) == own).then_some(Self { length, checksum })
    }

    /// Returns the body of the frame at the beginning of `bytes`, if it is whole and sound.
    pub(super) fn body(self, bytes: &[u8]) -> Option<&[u8]> {
        let body = bytes.get(HEADER..self.frame())?.get(..self.length)?;
        (crc32fast::hash(body) == self.checksum).then_some(body)
    }
}

/// Returns the frame of an entry.
pub(super) fn frame(entry: &Entry) -> serde_json::Result<Vec<u8>> {
    let body = serde_json::to_string(entry)?;
    let checked = format!("{:08x} {:08x}", body.len(), crc32fast::hash(body.as_bytes()));
    let own = crc32fast::hash(checked.as_bytes());
    Ok(format!("{checked} {own:08x}\n{body}\n").into_bytes())
}
