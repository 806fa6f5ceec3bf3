//! The types of fields that are resources.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::{ResourceNeed, ResourceSpecErrorKind};
use crate::proto::v1::Resource;
use crate::proto::v1::value::{Range, Set, Type};
use crate::resources::{Ranges, Resources, Scalar};

/// A value that one resource holds: an amount, ranges or a set. An `Option` of it may be absent.
///
/// A type of your own goes by way of one of these:
///
/// ```
/// use mesos_sdk::proto::v1::Resource;
/// use mesos_sdk::resource_spec::{ResourceSpecErrorKind, ResourceValue};
/// use mesos_sdk::resources::Resources;
///
/// struct Cores(f64);
///
/// impl ResourceValue for Cores {
///     fn to_resource(&self, name: &str) -> Option<Resource> {
///         self.0.to_resource(name)
///     }
///
///     fn from_named(resources: &Resources, name: &str) -> Result<Self, ResourceSpecErrorKind> {
///         f64::from_named(resources, name).map(Self)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the type of a resource",
    label = "not an amount, ranges or a set",
    note = "write `f64`, `u64` or `u32` for an amount, `Vec<RangeInclusive<u64>>` for ranges, \
            `BTreeSet<String>` for a set, or an `Option` of one of these"
)]
pub trait ResourceValue: Sized {
    /// Returns the unreserved resource called `name` with this value; `None` when it is nothing.
    fn to_resource(&self, name: &str) -> Option<Resource>;

    /// Reads the value from the total of `resources`, all of which are called `name`.
    ///
    /// # Errors
    /// There are none, they have another type, or their total can't be held.
    fn from_named(resources: &Resources, name: &str) -> Result<Self, ResourceSpecErrorKind>;

    /// Returns what an agent must have for this value, or `None` if that is nothing.
    fn to_need(&self, name: &str) -> Option<ResourceNeed> {
        self.to_resource(name).map(ResourceNeed::Resource)
    }
}

impl<T: ResourceValue> ResourceValue for Option<T> {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        self.as_ref()?.to_resource(name)
    }

    fn from_named(resources: &Resources, name: &str) -> Result<Self, ResourceSpecErrorKind> {
        if resources.is_empty() { Ok(None) } else { T::from_named(resources, name).map(Some) }
    }

    fn to_need(&self, name: &str) -> Option<ResourceNeed> {
        self.as_ref()?.to_need(name)
    }
}

impl ResourceValue for f64 {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        let amount = Scalar::new(*self);
        (amount != Scalar::ZERO)
            .then(|| Resource { scalar: Some(amount.into()), ..named(name, Type::Scalar) })
    }

    fn from_named(resources: &Resources, name: &str) -> Result<Self, ResourceSpecErrorKind> {
        let amount = total(resources, Type::Scalar, resources.scalar(name))?;
        // Mesos' own double of 3.119 is a little less; this is the one that is written 3.119 in
        // Rust.
        #[expect(clippy::cast_precision_loss, reason = "the wire carries doubles")]
        let nearest = amount.thousandths() as Self / 1000.0;
        Ok(nearest)
    }
}

/// Whole amounts, exact up to 9 000 000 000 000.
impl ResourceValue for u64 {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        #[expect(clippy::cast_precision_loss, reason = "scalars are doubles on the wire")]
        let amount = *self as f64;
        amount.to_resource(name)
    }

    fn from_named(resources: &Resources, name: &str) -> Result<Self, ResourceSpecErrorKind> {
        whole(resources, name, "whole numbers")
    }
}

impl ResourceValue for u32 {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        f64::from(*self).to_resource(name)
    }

    fn from_named(resources: &Resources, name: &str) -> Result<Self, ResourceSpecErrorKind> {
        whole(resources, name, "whole numbers up to 4294967295")
    }
}

/// Ranges with both ends, in any order; they are read back sorted and joined.
impl ResourceValue for Vec<RangeInclusive<u64>> {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        let ranges = self.iter().filter(|range| !range.is_empty());
        let ranges = ranges.map(|range| Range { begin: *range.start(), end: *range.end() });
        let ranges = Ranges::from(ranges.collect::<Vec<_>>());
        (!ranges.is_empty()).then(|| Resource { ranges: Some(ranges.into()), ..named(name, Type::Ranges) })
    }

    fn from_named(resources: &Resources, name: &str) -> Result<Self, ResourceSpecErrorKind> {
        let ranges = total(resources, Type::Ranges, resources.ranges(name))?;
        Ok(ranges.as_slice().iter().map(|range| range.begin..=range.end).collect())
    }
}

impl ResourceValue for BTreeSet<String> {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        let item: Vec<String> = self.iter().cloned().collect();
        (!item.is_empty()).then(|| Resource { set: Some(Set { item }), ..named(name, Type::Set) })
    }

    fn from_named(resources: &Resources, name: &str) -> Result<Self, ResourceSpecErrorKind> {
        total(resources, Type::Set, resources.set(name)).map(Self::from_iter)
    }
}

fn named(name: &str, r#type: Type) -> Resource {
    Resource { name: name.to_owned(), r#type: r#type.into(), ..Resource::default() }
}

/// Returns the total of the `expected` type, provided that no resource has another one.
pub(super) fn total<T>(
    resources: &Resources,
    expected: Type,
    total: Option<T>,
) -> Result<T, ResourceSpecErrorKind> {
    match resources.iter().find(|resource| resource.r#type() != expected) {
        Some(other) => Err(ResourceSpecErrorKind::WrongType { expected, found: other.r#type() }),
        None => total.ok_or(ResourceSpecErrorKind::Missing),
    }
}

fn whole<T: TryFrom<i64>>(
    resources: &Resources,
    name: &str,
    expected: &'static str,
) -> Result<T, ResourceSpecErrorKind> {
    let amount = total(resources, Type::Scalar, resources.scalar(name))?;
    let units = amount.thousandths() / 1000;
    let held = T::try_from(units).ok().filter(|_| amount == Scalar::from_thousandths(units * 1000));
    held.ok_or(ResourceSpecErrorKind::Amount { amount, expected })
}
