//! The end of decoding a message that takes too much memory.

use prost::DecodeError;

/// The message takes too much memory. Whoever has set the budget says so in words; this ends the decoding.
#[cold]
pub(super) fn too_large() -> Result<(), DecodeError> {
    prost::encoding::decode_varint(&mut &[][..]).map(drop)
}
