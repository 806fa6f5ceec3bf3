//! The two formats of reservations: a stack (`reservations`), and the older `role` with `reservation`.
//!
//! A resource may come in either format, or with both as long as they say the same; [`Resources`] keeps the
//! stack only.
//!
//! [`Resources`]: super::Resources

#![expect(deprecated, reason = "the old fields are what this is about")]

use std::borrow::Cow;

use crate::proto::v1::resource::ReservationInfo;
use crate::proto::v1::resource::reservation_info::Type;
use crate::proto::v1::{Labels, Resource};

use super::{InvalidResource, labels, roles};

/// A refined reservation has no form in the old format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a resource with refined reservations cannot be written with 'role' and 'reservation'")]
pub struct RefinedReservation;

/// Rewrites a valid resource to have its reservations as a stack.
pub fn upgrade(resource: &mut Resource) {
    let role = resource.role.take();
    let reservation = resource.reservation.take();
    let Some(role) = role.filter(|role| role != "*" && resource.reservations.is_empty()) else { return };
    let kind = if reservation.is_some() { Type::Dynamic } else { Type::Static };
    let (principal, labels) = reservation.map_or((None, None), |old| (old.principal, old.labels));
    let reservation = ReservationInfo { r#type: Some(kind.into()), role: Some(role), principal, labels };
    resource.reservations.push(reservation);
}

/// A valid resource with its reservations as a stack.
pub(super) fn upgraded(resource: &Resource) -> Cow<'_, Resource> {
    if resource.role.is_none() && resource.reservation.is_none() {
        return Cow::Borrowed(resource);
    }
    let mut resource = resource.clone();
    upgrade(&mut resource);
    Cow::Owned(resource)
}

/// Rewrites a valid resource to have its reservation as `role` and `reservation`, for frameworks without the
/// capability `RESERVATION_REFINEMENT`. On an error the resource is left as it was.
pub fn downgrade(resource: &mut Resource) -> Result<(), RefinedReservation> {
    upgrade(resource);
    if resource.reservations.len() > 1 {
        return Err(RefinedReservation);
    }
    let Some(reservation) = resource.reservations.pop() else {
        resource.role = Some("*".to_owned());
        return Ok(());
    };
    resource.reservation = (reservation.r#type() == Type::Dynamic)
        .then(|| Box::new(ReservationInfo { r#type: None, role: None, ..reservation.clone() }));
    resource.role = reservation.role;
    Ok(())
}

pub(super) fn validate(resource: &Resource) -> Result<(), InvalidResource> {
    let Some((first, refinements)) = resource.reservations.split_first() else {
        return validate_old(resource);
    };
    resource.reservations.iter().try_for_each(validate_reservation)?;
    let mut above = first;
    for refinement in refinements {
        validate_refinement(above, refinement)?;
        above = refinement;
    }
    match refinements {
        [] => validate_both(resource, first),
        _ if resource.role.is_some() => Err(InvalidResource::OldFormat("role with refined reservations")),
        _ if resource.reservation.is_some() => {
            Err(InvalidResource::OldFormat("reservation with refined reservations"))
        }
        _ => Ok(()),
    }
}

fn validate_old(resource: &Resource) -> Result<(), InvalidResource> {
    roles::validate(resource.role())?;
    match &resource.reservation {
        Some(reservation) if reservation.r#type.is_some() => {
            Err(InvalidResource::OldFormat("the reservation must not have a type"))
        }
        Some(reservation) if reservation.role.is_some() => {
            Err(InvalidResource::OldFormat("the reservation must not have a role"))
        }
        Some(_) if resource.role() == "*" => Err(InvalidResource::ReservedToAll),
        None | Some(_) => Ok(()),
    }
}

fn validate_reservation(reservation: &ReservationInfo) -> Result<(), InvalidResource> {
    if reservation.r#type() == Type::Unknown {
        return Err(InvalidResource::ReservationWithout("type, STATIC or DYNAMIC"));
    }
    let role = reservation.role.as_deref().ok_or(InvalidResource::ReservationWithout("role"))?;
    roles::validate(role)?;
    if role == "*" { Err(InvalidResource::ReservedToAll) } else { Ok(()) }
}

fn validate_refinement(above: &ReservationInfo, refinement: &ReservationInfo) -> Result<(), InvalidResource> {
    if refinement.r#type() == Type::Static {
        return Err(InvalidResource::StaticRefinement);
    }
    let (role, of) = (refinement.role(), above.role());
    if roles::is_strict_subrole_of(role, of) {
        return Ok(());
    }
    Err(InvalidResource::NoRefinement { role: role.to_owned(), of: of.to_owned() })
}

/// The old fields beside a single reservation must say the same as it.
fn validate_both(resource: &Resource, reservation: &ReservationInfo) -> Result<(), InvalidResource> {
    if resource.role.as_ref().is_some_and(|role| role != reservation.role()) {
        return Err(InvalidResource::OldFormat("role is not that of the reservation in 'reservations'"));
    }
    let no_labels = Labels::default();
    let fault = match &resource.reservation {
        Some(_) if reservation.r#type() == Type::Static => {
            "reservation beside a static one in 'reservations'"
        }
        old if reservation.r#type() == Type::Dynamic && old.is_some() != resource.role.is_some() => {
            "only one of the two is set beside a dynamic reservation in 'reservations'"
        }
        Some(old) if old.principal() != reservation.principal() => "the two principals differ",
        Some(old)
            if !labels::equal(
                old.labels.as_ref().unwrap_or(&no_labels),
                reservation.labels.as_ref().unwrap_or(&no_labels),
            ) =>
        {
            "the two labels differ"
        }
        _ => return Ok(()),
    };
    Err(InvalidResource::OldFormat(fault))
}
