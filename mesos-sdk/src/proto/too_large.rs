//! The end of decoding a message that takes too much memory.

use prost::DecodeError;

/// The message takes too much memory. The code that has set the budget replaces its text; this ends
/// the decoding.
#[cold]
pub(super) fn too_large() -> Result<(), DecodeError> {
    prost::encoding::decode_varint(&mut &[][..]).map(drop)
}
