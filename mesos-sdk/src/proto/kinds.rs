//! The functions of every kind of field, under its name in the table of messages: prost's, but for
//! strings and messages.

pub(super) use prost::encoding::{
    bool, btree_map, bytes, double, int32, int32 as enumeration, int64, uint32, uint64,
};

pub(super) use super::text as string;

pub(super) mod message {
    use prost::bytes::Buf;
    pub(in super::super) use prost::encoding::message::{encode, encoded_len, encoded_len_repeated};
    use prost::encoding::{self, DecodeContext, WireType};
    use prost::{DecodeError, Message};

    use super::super::ahead;

    pub(in super::super) fn merge<M: Message>(
        wire_type: WireType,
        value: &mut M,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        let outer = ahead::begin(buf);
        let merged = encoding::message::merge(wire_type, value, buf, ctx);
        ahead::end(outer);
        merged
    }

    /// Decodes an element where it stays: it may be large.
    pub(in super::super) fn merge_repeated<M: Message + Default>(
        wire_type: WireType,
        values: &mut Vec<M>,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        values.push(M::default());
        let merged = values.last_mut().map_or(Ok(()), |value| merge(wire_type, value, buf, ctx));
        if merged.is_err() {
            values.pop();
        }
        merged
    }
}

/// A message in a box, whose memory is not that of the message around it.
pub(super) mod boxed {
    use prost::bytes::Buf;
    pub(in super::super) use prost::encoding::message::{encode, encoded_len};
    use prost::encoding::{DecodeContext, WireType};
    use prost::{DecodeError, Message};

    use super::super::too_large::too_large;
    use super::message;
    use crate::budget;

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

/// A map whose keys are text. Key and value of each entry are always written: prost leaves out what
/// equals its default, and a master that misses the required fields of such a value refuses the
/// whole call.
pub(super) mod map {
    use std::collections::BTreeMap;

    use prost::bytes::BufMut;
    use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len};

    use super::string;

    pub(in super::super) fn encode<V, B: BufMut>(
        (encode, encoded_len): (impl Fn(u32, &V, &mut B), impl Fn(u32, &V) -> usize),
        tag: u32,
        entries: &BTreeMap<String, V>,
        buf: &mut B,
    ) {
        for (key, value) in entries {
            encode_key(tag, WireType::LengthDelimited, buf);
            encode_varint((string::encoded_len(1, key) + encoded_len(2, value)) as u64, buf);
            string::encode(1, key, buf);
            encode(2, value, buf);
        }
    }

    pub(in super::super) fn encoded_len<V>(
        encoded_len: impl Fn(u32, &V) -> usize,
        tag: u32,
        entries: &BTreeMap<String, V>,
    ) -> usize {
        let lengths = entries.iter().map(|(key, value)| string::encoded_len(1, key) + encoded_len(2, value));
        lengths.map(|length| key_len(tag) + encoded_len_varint(length as u64) + length).sum()
    }
}
