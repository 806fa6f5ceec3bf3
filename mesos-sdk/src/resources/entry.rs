//! One entry of [`Resources`](super::Resources), and how two entries compare, add and subtract.

use crate::proto::v1::Resource;
use crate::proto::v1::value::{Range, Type};

use super::{ResourceError, Scalar, disk, format, ranges, reservation, set, validate};

/// A valid resource, and how many copies of it there are.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) resource: Resource,
    /// More than one for shared resources only.
    pub(super) copies: usize,
}

impl Entry {
    pub(super) fn new(mut resource: Resource) -> Result<Self, ResourceError> {
        validate(&resource)?;
        format::upgrade(&mut resource);
        Ok(Self { resource, copies: 1 })
    }

    pub(super) fn is_empty(&self) -> bool {
        is_empty(&self.resource)
    }

    pub(super) fn contains(&self, other: &Self) -> bool {
        self.contains_resource(&other.resource, other.copies)
    }

    /// Returns whether this entry contains at least `copies` copies of a valid resource.
    pub(super) fn contains_resource(&self, resource: &Resource, copies: usize) -> bool {
        match self.resource.shared {
            Some(_) => self.copies >= copies && equal(&self.resource, resource),
            None => subtractable(&self.resource, resource) && value_contains(&self.resource, resource),
        }
    }

    /// Adds `other` if the two make one entry, and returns whether they do.
    pub(super) fn try_merge(&mut self, other: &Self) -> bool {
        let addable = addable(&self.resource, &other.resource);
        if addable && self.resource.shared.is_some() {
            self.copies += other.copies;
        } else if addable {
            add_value(&mut self.resource, &other.resource);
        }
        addable
    }

    /// Subtracts `other` if the two are of a kind, and returns what remains; otherwise `None`. A
    /// scalar or a number of copies does not go below zero.
    pub(super) fn try_subtract(&mut self, other: &Self) -> Option<Remainder> {
        if !subtractable(&self.resource, &other.resource) {
            return None;
        }
        if self.resource.shared.is_some() {
            self.copies = self.copies.saturating_sub(other.copies);
            return Some(if self.copies == 0 { Remainder::Empty } else { Remainder::NonEmpty });
        }
        subtract_value(&mut self.resource, &other.resource);
        Some(if self.is_empty() { Remainder::Empty } else { Remainder::NonEmpty })
    }
}

/// What remains of an entry after a subtraction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Remainder {
    NonEmpty,
    Empty,
}

/// Returns whether a resource is empty: a scalar that rounds to zero, no range, no item.
pub fn is_empty(resource: &Resource) -> bool {
    match resource.r#type() {
        Type::Scalar => scalar(resource) == Scalar::ZERO,
        Type::Ranges => range(resource).is_empty(),
        Type::Set => item(resource).is_empty(),
        Type::Text => false,
    }
}

pub(super) fn scalar(resource: &Resource) -> Scalar {
    resource.scalar.map_or(Scalar::ZERO, Scalar::from)
}

pub(super) fn range(resource: &Resource) -> &[Range] {
    resource.ranges.as_ref().map_or(&[], |ranges| &ranges.range)
}

pub(super) fn item(resource: &Resource) -> &[String] {
    resource.set.as_ref().map_or(&[], |set| &set.item)
}

/// Returns whether two resources are equal, including their values. As in Mesos, the order of a
/// set's items counts.
pub(super) fn equal(left: &Resource, right: &Resource) -> bool {
    equal_but_for_value(left, right)
        && match left.r#type() {
            Type::Scalar => scalar(left) == scalar(right),
            Type::Ranges => ranges::equal(range(left), range(right)),
            Type::Set => item(left) == item(right),
            Type::Text => false,
        }
}

/// Returns whether the sum of two resources is one resource.
fn addable(left: &Resource, right: &Resource) -> bool {
    match left.shared {
        Some(_) => equal(left, right),
        None => equal_but_for_value(left, right) && !is_indivisible(left),
    }
}

/// Returns whether the right resource can be subtracted from the left one, at least in part.
fn subtractable(left: &Resource, right: &Resource) -> bool {
    match left.shared {
        Some(_) => equal(left, right),
        None if is_indivisible(left) => equal(left, right),
        None => equal_but_for_value(left, right),
    }
}

fn is_indivisible(resource: &Resource) -> bool {
    resource.disk.as_ref().is_some_and(disk::is_indivisible)
}

/// Returns whether two resources are equal in everything but their values.
fn equal_but_for_value(left: &Resource, right: &Resource) -> bool {
    left.name == right.name
        && left.r#type == right.r#type
        && left.shared.is_some() == right.shared.is_some()
        && left.revocable.is_some() == right.revocable.is_some()
        && left.allocation_info == right.allocation_info
        && left.provider_id == right.provider_id
        && disk::equal(left.disk.as_ref(), right.disk.as_ref())
        && reservation::equal_stacks(&left.reservations, &right.reservations)
}

/// Returns whether the value of one resource contains that of the other.
fn value_contains(left: &Resource, right: &Resource) -> bool {
    match left.r#type() {
        Type::Scalar => scalar(left) >= scalar(right),
        Type::Ranges => ranges::contains(range(left), range(right)),
        Type::Set => set::contains(item(left), item(right)),
        Type::Text => false,
    }
}

fn add_value(resource: &mut Resource, other: &Resource) {
    if let Some(value) = &mut resource.scalar {
        *value = (Scalar::from(*value) + scalar(other)).into();
    } else if let Some(value) = &mut resource.ranges {
        ranges::add(&mut value.range, range(other));
    } else if let Some(value) = &mut resource.set {
        set::add(&mut value.item, item(other));
    }
}

fn subtract_value(resource: &mut Resource, other: &Resource) {
    if let Some(value) = &mut resource.scalar {
        *value = (Scalar::from(*value) - scalar(other)).max(Scalar::ZERO).into();
    } else if let Some(value) = &mut resource.ranges {
        ranges::subtract(&mut value.range, range(other));
    } else if let Some(value) = &mut resource.set {
        set::subtract(&mut value.item, item(other));
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::v1::ResourceProviderId;
    use crate::proto::v1::resource::disk_info::{Persistence, Source, source};
    use crate::proto::v1::resource::{AllocationInfo, DiskInfo, RevocableInfo, SharedInfo};
    use crate::proto::v1::value;
    use crate::resources::Resources;

    use super::*;

    fn disk(info: DiskInfo) -> Resource {
        let scalar = Some(value::Scalar { value: 2.0 });
        Resource { name: "disk".to_owned(), scalar, disk: Some(info), ..Resource::default() }
    }

    fn source(kind: source::Type, id: Option<&str>) -> Resource {
        let id = id.map(str::to_owned);
        let source = Some(Source { r#type: kind.into(), id, ..Source::default() }.into());
        disk(DiskInfo { source, ..DiskInfo::default() })
    }

    fn persistence(id: &str) -> DiskInfo {
        let persistence = Some(Persistence { id: id.to_owned(), principal: None }.into());
        DiskInfo { persistence, ..DiskInfo::default() }
    }

    /// Present but empty is not the same as absent.
    #[test]
    fn different_attributes_stay_apart() {
        let plain = || Resource { disk: None, ..disk(DiskInfo::default()) };
        let kinds = [
            plain(),
            Resource { revocable: Some(RevocableInfo::default()), ..plain() },
            Resource { provider_id: Some(ResourceProviderId::from("p")), ..plain() },
            Resource { allocation_info: Some(AllocationInfo::default()), ..plain() },
            disk(DiskInfo::default()),
            source(source::Type::Path, None),
            disk(persistence("a")),
            disk(persistence("b")),
            Resource { shared: Some(SharedInfo::default()), ..disk(persistence("a")) },
        ];
        let all: Resources = kinds.iter().cloned().collect();
        assert_eq!(all.len(), kinds.len());
        for (index, kind) in kinds.iter().enumerate() {
            let others: Resources = kinds.iter().filter(|other| *other != kind).cloned().collect();
            assert!(all.contains_resource(kind) && !others.contains_resource(kind), "{index}");
            assert_eq!(all.clone() - kind.clone(), others, "{index}");
        }
    }

    #[test]
    fn only_some_disks_can_be_split_and_merged() {
        for (kind, id, divisible) in [
            (source::Type::Path, Some("x"), true),
            (source::Type::Raw, None, true),
            (source::Type::Raw, Some("x"), false),
            (source::Type::Mount, None, false),
            (source::Type::Block, None, false),
        ] {
            let whole = source(kind, id);
            let part = Resource { scalar: Some(value::Scalar { value: 1.0 }), ..whole.clone() };
            let two: Resources = [whole.clone(), whole.clone()].into_iter().collect();
            assert_eq!(two.len(), if divisible { 1 } else { 2 }, "{kind:?} {id:?}");
            assert_eq!(Resources::from(whole.clone()).contains_resource(&part), divisible);
            let left = Resources::from(whole) - part;
            assert_eq!(left.disk(), Scalar::new(if divisible { 1.0 } else { 2.0 }));
        }
    }
}
