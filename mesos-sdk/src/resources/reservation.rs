//! Reservations of a resource: a stack, the last one counts.

use crate::proto::v1::Resource;
use crate::proto::v1::resource::ReservationInfo;
use crate::proto::v1::resource::reservation_info::Type;

use super::{labels, roles};

/// Returns the role that a resource is reserved to: that of its last reservation.
pub(super) fn role(resource: &Resource) -> Option<&str> {
    resource.reservations.last().map(ReservationInfo::role)
}

/// Returns whether an offer to `role` may hold the resource: it is unreserved, or reserved to the
/// role or to one above it.
pub(super) fn is_allocatable_to(resource: &Resource, to: &str) -> bool {
    role(resource).is_none_or(|reserved| is_in_subtree(to, reserved))
}

pub(super) fn is_dynamic(resource: &Resource) -> bool {
    resource.reservations.last().is_some_and(|last| last.r#type() == Type::Dynamic)
}

/// Returns whether `role` is `root` or below it.
pub(super) fn is_in_subtree(role: &str, root: &str) -> bool {
    role == root || roles::is_strict_subrole_of(role, root)
}

pub(super) fn equal_stacks(left: &[ReservationInfo], right: &[ReservationInfo]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
}

fn equal(left: &ReservationInfo, right: &ReservationInfo) -> bool {
    left.r#type() == right.r#type()
        && left.role() == right.role()
        && left.principal == right.principal
        && labels::optional_equal(left.labels.as_ref(), right.labels.as_ref())
}
