//! Sets of whole numbers, kept as ranges: ports.

use std::borrow::Cow;
use std::fmt;
use std::ops::{AddAssign, SubAssign};

use crate::proto::v1;
use crate::proto::v1::value::Range;

/// Whole numbers as ranges (both ends belong to them), sorted, with neither overlap nor adjacent
/// ranges. A range whose end is below its begin holds no number, and is left out.
///
/// ```
/// use mesos_sdk::proto::v1::value::Range;
/// use mesos_sdk::resources::Ranges;
/// let ports = Ranges::from(vec![Range { begin: 4, end: 6 }, Range { begin: 1, end: 3 }]);
/// assert_eq!(ports.to_string(), "[1-6]");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ranges(Vec<Range>);

impl Ranges {
    /// Returns the ranges in order.
    pub fn as_slice(&self) -> &[Range] {
        &self.0
    }

    /// Returns how many numbers there are, at most `u64::MAX`.
    pub fn size(&self) -> u64 {
        size(&self.0)
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns all numbers in order.
    pub fn numbers(&self) -> impl Iterator<Item = u64> {
        self.0.iter().flat_map(|range| range.begin..=range.end)
    }

    /// Returns whether every number of `other` is among these.
    pub fn contains(&self, other: &Self) -> bool {
        covers(&self.0, &other.0)
    }
}

impl From<Vec<Range>> for Ranges {
    fn from(mut ranges: Vec<Range>) -> Self {
        if !is_normal(&ranges) {
            normalize(&mut ranges);
        }
        Self(ranges)
    }
}

impl From<v1::value::Ranges> for Ranges {
    fn from(ranges: v1::value::Ranges) -> Self {
        ranges.range.into()
    }
}

impl From<Ranges> for v1::value::Ranges {
    fn from(ranges: Ranges) -> Self {
        Self { range: ranges.0 }
    }
}

impl AddAssign<&Ranges> for Ranges {
    fn add_assign(&mut self, other: &Self) {
        add(&mut self.0, &other.0);
    }
}

impl SubAssign<&Ranges> for Ranges {
    fn sub_assign(&mut self, other: &Self) {
        subtract(&mut self.0, &other.0);
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.0)
    }
}

/// Writes ranges as they stand.
pub(super) fn write(f: &mut fmt::Formatter<'_>, ranges: &[Range]) -> fmt::Result {
    f.write_str("[")?;
    for (index, range) in ranges.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(f, "{separator}{}-{}", range.begin, range.end)?;
    }
    f.write_str("]")
}

pub(super) fn size(ranges: &[Range]) -> u64 {
    let sizes = ranges.iter().filter_map(|range| range.end.checked_sub(range.begin));
    sizes.fold(0, |total, size| total.saturating_add(size.saturating_add(1)))
}

pub(super) fn add(ranges: &mut Vec<Range>, more: &[Range]) {
    ranges.extend_from_slice(more);
    normalize(ranges);
}

pub(super) fn subtract(ranges: &mut Vec<Range>, less: &[Range]) {
    let less = normal(less);
    let mut rest = Vec::with_capacity(ranges.len() + less.len());
    for range in normal(ranges).iter() {
        let first = less.partition_point(|cut| cut.end < range.begin);
        cut_out(*range, &less[first..], &mut rest);
    }
    *ranges = rest;
}

/// Returns whether `outer` holds every number of `inner`.
pub(super) fn contains(outer: &[Range], inner: &[Range]) -> bool {
    covers(&normal(outer), &normal(inner))
}

pub(super) fn equal(left: &[Range], right: &[Range]) -> bool {
    normal(left) == normal(right)
}

pub(super) fn is_normal(ranges: &[Range]) -> bool {
    ranges.iter().all(|range| range.begin <= range.end)
        && ranges.windows(2).all(|pair| pair[0].end.checked_add(1).is_some_and(|next| next < pair[1].begin))
}

fn normal(ranges: &[Range]) -> Cow<'_, [Range]> {
    if is_normal(ranges) {
        return Cow::Borrowed(ranges);
    }
    let mut ranges = ranges.to_vec();
    normalize(&mut ranges);
    Cow::Owned(ranges)
}

fn normalize(ranges: &mut Vec<Range>) {
    ranges.retain(|range| range.begin <= range.end);
    coalesce(ranges);
}

/// Sorts and joins ranges as Mesos does when it reads them: an inverted one stays, for the
/// validation to find.
pub(super) fn coalesce(ranges: &mut Vec<Range>) {
    ranges.sort_unstable_by_key(|range| (range.begin, range.end));
    ranges.dedup_by(|next, kept| {
        let joined = next.begin <= kept.end.saturating_add(1);
        if joined {
            kept.end = kept.end.max(next.end);
        }
        joined
    });
}

/// Returns whether `outer` covers `inner`. Both are in normal form.
fn covers(outer: &[Range], inner: &[Range]) -> bool {
    inner.iter().all(|range| {
        let candidate = outer.get(outer.partition_point(|outer| outer.end < range.end));
        candidate.is_some_and(|outer| outer.begin <= range.begin)
    })
}

/// Adds to `rest` what the `cuts`, none of which ends before `range`, leave of it.
fn cut_out(range: Range, cuts: &[Range], rest: &mut Vec<Range>) {
    let mut begin = range.begin;
    for cut in cuts.iter().take_while(|cut| cut.begin <= range.end) {
        if begin < cut.begin {
            rest.push(Range { begin, end: cut.begin - 1 });
        }
        if cut.end >= range.end {
            return;
        }
        begin = cut.end + 1;
    }
    rest.push(Range { begin, end: range.end });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(pairs: &[(u64, u64)]) -> Ranges {
        pairs.iter().map(|&(begin, end)| Range { begin, end }).collect::<Vec<_>>().into()
    }

    #[statement::proves(range)]
    #[test]
    fn sorted_and_coalesced() {
        assert_eq!(ranges(&[(4, 6), (1, 3), (9, 9), (8, 10)]), ranges(&[(1, 6), (8, 10)]));
        assert_eq!(ranges(&[(0, u64::MAX), (7, 8)]).as_slice(), [Range { begin: 0, end: u64::MAX }]);
    }

    #[statement::proves(range)]
    #[test]
    fn inverted_ranges_are_empty() {
        let inverted = ranges(&[(5, 3), (9, 0), (u64::MAX, 0)]);
        assert_eq!((&inverted, inverted.is_empty(), inverted.size()), (&Ranges::default(), true, 0));
        assert_eq!(ranges(&[(1, 2), (7, 2), (4, 5), (6, 3)]), ranges(&[(1, 2), (4, 5)]));
        let mut ports = ranges(&[(1, 10)]);
        ports += &inverted;
        ports -= &inverted;
        assert_eq!(ports, ranges(&[(1, 10)]));
        assert!(ports.contains(&inverted) && inverted.contains(&inverted) && !inverted.contains(&ports));
        assert_eq!(size(&[Range { begin: 5, end: 3 }]), 0);
    }

    #[statement::proves(range)]
    #[test]
    fn difference_cuts_inside_and_at_both_ends() {
        for (left, right, rest) in [
            (&[(1, 10)][..], &[(3, 4), (6, 6)][..], &[(1, 2), (5, 5), (7, 10)][..]),
            (&[(1, 10)], &[(0, 1), (10, 12)], &[(2, 9)]),
            (&[(1, 3), (5, 7)], &[(2, 6)], &[(1, 1), (7, 7)]),
            (&[(1, 3)], &[(0, u64::MAX)], &[]),
            (&[(1, 3)], &[(5, 7)], &[(1, 3)]),
            (&[(0, u64::MAX)], &[(1, u64::MAX - 1)], &[(0, 0), (u64::MAX, u64::MAX)]),
        ] {
            let mut left = ranges(left);
            left -= &ranges(right);
            assert_eq!(left, ranges(rest));
        }
    }

    #[statement::proves(range)]
    #[test]
    fn contains_needs_every_number() {
        let outer = ranges(&[(1, 4), (6, 9)]);
        assert!(outer.contains(&ranges(&[(2, 3), (6, 9)])) && outer.contains(&ranges(&[])));
        assert!(!outer.contains(&ranges(&[(4, 6)])) && !outer.contains(&ranges(&[(9, 10)])));
        assert_eq!((outer.size(), outer.numbers().last()), (8, Some(9)));
        assert_eq!(ranges(&[(0, u64::MAX)]).size(), u64::MAX);
    }
}
