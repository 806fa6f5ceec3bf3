//! The functions of every kind of field, under its name in the table of messages: prost's, but for strings and boxes.

use prost::DecodeError;
pub(super) use prost::encoding::{
    bool, btree_map, bytes, double, int32, int32 as enumeration, int64, message, uint32, uint64,
};

pub(super) use super::text as string;

/// A message in a box, whose memory is not that of the message around it.
pub(super) mod boxed {
    use prost::bytes::Buf;
    use prost::encoding::message;
    pub(in super::super) use prost::encoding::message::{encode, encoded_len};
    use prost::encoding::{DecodeContext, WireType};
    use prost::{DecodeError, Message};

    use super::too_large;
    use crate::wire::budget;

    pub(in super::super) fn merge<M: Message>(
        wire_type: WireType,
        value: &mut Box<M>,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        budget::charge(size_of::<M>()).or_else(|_| too_large())?;
        message::merge(wire_type, &mut **value, buf, ctx)
    }
}

/// The message takes too much memory. Whoever has set the budget says so in words; this ends the decoding.
#[cold]
pub(super) fn too_large() -> Result<(), DecodeError> {
    prost::encoding::decode_varint(&mut &[][..]).map(drop)
}
