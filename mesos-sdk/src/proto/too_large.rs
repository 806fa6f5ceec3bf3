//! The end of decoding a message that takes too much memory.

use prost::DecodeError;

/// Fails because the message takes too much memory, which ends the decoding. The code that has set
/// the budget replaces the text.
#[cold]
pub(super) fn too_large() -> Result<(), DecodeError> {
    prost::encoding::decode_varint(&mut &[][..]).map(drop)
}
