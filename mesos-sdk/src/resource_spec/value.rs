//! The types of fields that are resources.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::ResourceProblem;
use super::total::{coalesce, scalar, thousandths};
use crate::proto::v1::Resource;
use crate::proto::v1::value::{Range, Ranges, Scalar, Set, Type};

/// A value that one resource holds: an amount, ranges or a set. An `Option` of it may be absent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type of a resource",
    label = "not an amount, ranges or a set",
    note = "write `f64`, `u64` or `u32` for an amount, `Vec<RangeInclusive<u64>>` for ranges, \
            `BTreeSet<String>` for a set, or an `Option` of one of these"
)]
pub trait ResourceValue: Sized {
    /// The unreserved resource called `name` with this value; `None` when it is nothing.
    fn to_resource(&self, name: &str) -> Option<Resource>;

    /// Reads the value from the sum of all resources of its name; `None` when there are none.
    ///
    /// The sum has one type and its value: scalars are added in fixed point with three decimals, ranges are sorted and
    /// joined, items of sets are sorted, each once.
    ///
    /// # Errors
    /// The sum is missing, has another type, or can't be held.
    fn from_total(total: Option<&Resource>) -> Result<Self, ResourceProblem>;
}

impl<T: ResourceValue> ResourceValue for Option<T> {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        self.as_ref()?.to_resource(name)
    }

    fn from_total(total: Option<&Resource>) -> Result<Self, ResourceProblem> {
        total.map(|total| T::from_total(Some(total))).transpose()
    }
}

impl ResourceValue for f64 {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        let rounded = thousandths(Scalar { value: *self });
        (rounded != 0).then(|| Resource { scalar: Some(scalar(rounded)), ..named(name, Type::Scalar) })
    }

    fn from_total(total: Option<&Resource>) -> Result<Self, ResourceProblem> {
        let amount = value(total, Type::Scalar, |total| total.scalar)?.value;
        if amount < 0.0 {
            return Err(ResourceProblem::Amount { amount, expected: "0 or more" });
        }
        Ok(amount)
    }
}

/// Whole amounts; exact up to 2^53 thousandths, which is more than 9 000 000 000 000.
impl ResourceValue for u64 {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        #[expect(clippy::cast_precision_loss, reason = "scalars are doubles on the wire")]
        let amount = *self as f64;
        amount.to_resource(name)
    }

    fn from_total(total: Option<&Resource>) -> Result<Self, ResourceProblem> {
        let amount = f64::from_total(total)?;
        if amount.fract() != 0.0 {
            return Err(ResourceProblem::Amount { amount, expected: "whole numbers" });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and not negative")]
        let whole = amount as Self;
        Ok(whole)
    }
}

impl ResourceValue for u32 {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        f64::from(*self).to_resource(name)
    }

    fn from_total(total: Option<&Resource>) -> Result<Self, ResourceProblem> {
        let whole = u64::from_total(total)?;
        Self::try_from(whole).map_err(|_| ResourceProblem::Amount {
            #[expect(clippy::cast_precision_loss, reason = "it was a double before")]
            amount: whole as f64,
            expected: "whole numbers up to 4294967295",
        })
    }
}

/// Ranges with both ends, in any order; they are read back sorted and joined.
impl ResourceValue for Vec<RangeInclusive<u64>> {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        let ranges = self.iter().filter(|range| !range.is_empty());
        let ranges = ranges.map(|range| Range { begin: *range.start(), end: *range.end() }).collect();
        let range = coalesce(ranges);
        (!range.is_empty()).then(|| Resource { ranges: Some(Ranges { range }), ..named(name, Type::Ranges) })
    }

    fn from_total(total: Option<&Resource>) -> Result<Self, ResourceProblem> {
        let ranges = value(total, Type::Ranges, |total| total.ranges.as_ref())?;
        Ok(ranges.range.iter().map(|range| range.begin..=range.end).collect())
    }
}

impl ResourceValue for BTreeSet<String> {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        let item: Vec<String> = self.iter().cloned().collect();
        (!item.is_empty()).then(|| Resource { set: Some(Set { item }), ..named(name, Type::Set) })
    }

    fn from_total(total: Option<&Resource>) -> Result<Self, ResourceProblem> {
        let set = value(total, Type::Set, |total| total.set.as_ref())?;
        Ok(set.item.iter().cloned().collect())
    }
}

fn named(name: &str, r#type: Type) -> Resource {
    Resource { name: name.to_owned(), r#type: r#type.into(), ..Resource::default() }
}

fn value<'a, V>(
    total: Option<&'a Resource>,
    expected: Type,
    value: impl FnOnce(&'a Resource) -> Option<V>,
) -> Result<V, ResourceProblem> {
    let total = total.ok_or(ResourceProblem::Missing)?;
    if total.r#type() != expected {
        return Err(ResourceProblem::WrongType { expected, found: total.r#type() });
    }
    value(total).ok_or(ResourceProblem::NoValue)
}
