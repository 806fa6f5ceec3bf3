//! What a message may take in memory when it is decoded: two bytes can stand for several hundred
//! bytes of empty fields.
//!
//! The budget is kept beside the decoders, which have no place for it: `prost` and `serde` call one
//! another through our own functions for lists, maps and boxes, and these charge it before they
//! allocate. What lies within another value is part of it. Memory that is taken is at most about
//! twice what is charged.

use std::cell::Cell;
use std::collections::BTreeMap;

/// How many times its size a message may take in memory when decoded, beyond [`DECODED_FLOOR`].
/// The state of a cluster with a million small tasks takes 7 times its size, the list of its agents
/// 9 times.
pub const DECODED_FACTOR: usize = 32;
/// What every message may take in memory when decoded, in bytes: 64 MiB.
pub const DECODED_FLOOR: usize = 64 << 20;

/// How many entries the smallest map has room for.
const NODE: usize = 11;

thread_local! {
    /// What the message that is being decoded may take yet, below 0 once it was too much. What is
    /// decoded outside of [`within`] has no limit.
    static LEFT: Cell<isize> = const { Cell::new(isize::MAX) };
}

/// It would be too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded;

/// Returns how many bytes a message of this size may take when decoded.
pub(crate) fn limit(bytes: usize) -> usize {
    bytes.saturating_mul(DECODED_FACTOR).saturating_add(DECODED_FLOOR)
}

/// Decodes within a limit; with what that took.
pub(crate) fn within<T>(limit: usize, decode: impl FnOnce() -> T) -> (T, Result<usize, Exceeded>) {
    /// Puts the outer budget back, whatever happens.
    struct Outer(isize);
    impl Drop for Outer {
        fn drop(&mut self) {
            LEFT.set(self.0);
        }
    }
    let limit = isize::try_from(limit).unwrap_or(isize::MAX);
    let _outer = Outer(LEFT.replace(limit));
    let decoded = decode();
    let taken = limit.saturating_sub(LEFT.get());
    let within = LEFT.get() >= 0;
    (decoded, if within { Ok(taken.unsigned_abs()) } else { Err(Exceeded) })
}

/// Takes so many bytes.
#[inline]
pub(crate) fn charge(bytes: usize) -> Result<(), Exceeded> {
    let left = LEFT.get().saturating_sub_unsigned(bytes);
    LEFT.set(left);
    if left < 0 { Err(Exceeded) } else { Ok(()) }
}

/// Makes room for one more item: for `expected` ones, or else for as many as the list itself would.
#[inline]
pub(crate) fn room<T>(list: &mut Vec<T>, expected: impl FnOnce() -> usize) -> Result<(), Exceeded> {
    if list.len() < list.capacity() {
        return Ok(());
    }
    let more = match (list.capacity(), expected()) {
        (0, 0) => 4,
        (capacity, expected) => capacity.max(expected),
    };
    charge(more.saturating_mul(size_of::<T>()))?;
    list.reserve_exact(more);
    Ok(())
}

/// Charges one more entry.
pub(crate) fn entry<K, V>(map: &BTreeMap<K, V>) -> Result<(), Exceeded> {
    let entries = if map.is_empty() { NODE } else { 2 };
    charge(entries * (size_of::<K>() + size_of::<V>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budget_is_for_one_message() {
        let (_, taken) = within(100, || charge(60));
        assert_eq!(taken, Ok(60));
        let (last, taken) = within(100, || charge(60).and_then(|()| charge(41)));
        assert_eq!((last, taken), (Err(Exceeded), Err(Exceeded)));
        assert_eq!(charge(usize::MAX / 4), Ok(()), "outside there is no limit");
        assert_eq!(within(0, || ()).1, Ok(0));
    }

    #[test]
    fn list_is_charged_before_it_grows() {
        let mut list = Vec::<u64>::new();
        let (grown, taken) = within(100, || {
            for number in 0.. {
                room(&mut list, || 0)?;
                list.push(number);
            }
            Ok::<_, Exceeded>(())
        });
        assert_eq!((grown, taken), (Err(Exceeded), Err(Exceeded)));
        assert_eq!((list.len(), list.capacity()), (8, 8), "of 64 bytes; 128 would be too much");
    }

    #[test]
    fn map_is_charged_for_keys_and_values() {
        let mut map = BTreeMap::<u64, u64>::new();
        let (grown, taken) = within(1000, || {
            (0..3).try_for_each(|number| {
                entry(&map)?;
                map.insert(number, number);
                Ok::<_, Exceeded>(())
            })
        });
        assert_eq!((grown, taken), (Ok(()), Ok(11 * 16 + 2 * 2 * 16)));
    }

    #[test]
    fn a_panic_does_not_leave_its_budget_behind() {
        let panicked = std::panic::catch_unwind(|| within(1, || panic!("by a message")));
        assert!(panicked.is_err());
        assert_eq!(charge(2), Ok(()));
    }
}
