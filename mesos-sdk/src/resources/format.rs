//! The two formats of reservations: a stack (`reservations`), and the older `role` with
//! `reservation`.
//!
//! A resource may come in either format, or with both as long as they say the same; [`Resources`]
//! keeps the stack only.
//!
//! [`Resources`]: super::Resources

#![expect(deprecated, reason = "the old fields are what this is about")]

use std::borrow::Cow;

use crate::proto::v1::resource::ReservationInfo;
use crate::proto::v1::resource::reservation_info::Type;
use crate::proto::v1::{Labels, Resource};

use super::{ResourceError, labels, roles};

/// A refined reservation has no form in the old format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a resource with refined reservations cannot be written with 'role' and 'reservation'")]
#[non_exhaustive]
pub struct RefinedReservationError;

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

/// Returns a valid resource with its reservations as a stack.
pub(super) fn upgraded(resource: &Resource) -> Cow<'_, Resource> {
    if resource.role.is_none() && resource.reservation.is_none() {
        return Cow::Borrowed(resource);
    }
    let mut resource = resource.clone();
    upgrade(&mut resource);
    Cow::Owned(resource)
}

/// Rewrites a valid resource to have its reservation as `role` and `reservation`, for frameworks
/// without the capability `RESERVATION_REFINEMENT`. On an error the resource is left as it was.
pub fn downgrade(resource: &mut Resource) -> Result<(), RefinedReservationError> {
    upgrade(resource);
    if resource.reservations.len() > 1 {
        return Err(RefinedReservationError);
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

pub(super) fn validate(resource: &Resource) -> Result<(), ResourceError> {
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
        _ if resource.role.is_some() => Err(ResourceError::OldFormat("role with refined reservations")),
        _ if resource.reservation.is_some() => {
            Err(ResourceError::OldFormat("reservation with refined reservations"))
        }
        _ => Ok(()),
    }
}

fn validate_old(resource: &Resource) -> Result<(), ResourceError> {
    roles::validate(resource.role())?;
    match &resource.reservation {
        Some(reservation) if reservation.r#type.is_some() => {
            Err(ResourceError::OldFormat("the reservation must not have a type"))
        }
        Some(reservation) if reservation.role.is_some() => {
            Err(ResourceError::OldFormat("the reservation must not have a role"))
        }
        Some(_) if resource.role() == "*" => Err(ResourceError::ReservedToAll),
        None | Some(_) => Ok(()),
    }
}

fn validate_reservation(reservation: &ReservationInfo) -> Result<(), ResourceError> {
    if reservation.r#type() == Type::Unknown {
        return Err(ResourceError::ReservationWithout("type, STATIC or DYNAMIC"));
    }
    let role = reservation.role.as_deref().ok_or(ResourceError::ReservationWithout("role"))?;
    roles::validate(role)?;
    if role == "*" { Err(ResourceError::ReservedToAll) } else { Ok(()) }
}

fn validate_refinement(above: &ReservationInfo, refinement: &ReservationInfo) -> Result<(), ResourceError> {
    if refinement.r#type() == Type::Static {
        return Err(ResourceError::StaticRefinement);
    }
    let (role, of) = (refinement.role(), above.role());
    if roles::is_strict_subrole_of(role, of) {
        return Ok(());
    }
    Err(ResourceError::NoRefinement { role: role.to_owned(), of: of.to_owned() })
}

/// Checks that the old fields beside a single reservation agree with it.
fn validate_both(resource: &Resource, reservation: &ReservationInfo) -> Result<(), ResourceError> {
    if resource.role.as_ref().is_some_and(|role| role != reservation.role()) {
        return Err(ResourceError::OldFormat("role is not that of the reservation in 'reservations'"));
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
    Err(ResourceError::OldFormat(fault))
}

#[cfg(test)]
mod tests {
    use crate::proto::v1::{Label, value};

    use super::*;

    fn cpus() -> Resource {
        let scalar = Some(value::Scalar { value: 1.0 });
        Resource { name: "cpus".to_owned(), scalar, ..Resource::default() }
    }

    fn reservation(kind: Type, role: &str) -> ReservationInfo {
        let (r#type, role) = (Some(kind.into()), Some(role.to_owned()));
        ReservationInfo { r#type, role, ..ReservationInfo::default() }
    }

    fn stack(reservations: &[ReservationInfo]) -> Resource {
        Resource { reservations: reservations.to_vec(), ..cpus() }
    }

    fn old(role: &str, principal: Option<&str>) -> Resource {
        let reservation = principal.map(|principal| {
            let principal = Some(principal.to_owned());
            Box::new(ReservationInfo { principal, ..ReservationInfo::default() })
        });
        Resource { role: Some(role.to_owned()), reservation, ..cpus() }
    }

    fn refused(resource: &Resource) -> String {
        validate(resource).unwrap_err().to_string()
    }

    #[test]
    fn old_format_equals_the_stack() {
        let dynamic =
            ReservationInfo { principal: Some("p".to_owned()), ..reservation(Type::Dynamic, "eng") };
        for (old, stack) in [
            (old("*", None), cpus()),
            (old("eng", None), stack(&[reservation(Type::Static, "eng")])),
            (old("eng", Some("p")), stack(&[dynamic])),
        ] {
            let mut both = (old.clone(), stack.clone());
            upgrade(&mut both.0);
            assert_eq!(downgrade(&mut both.1), Ok(()));
            assert_eq!(both, (stack, old));
        }
    }

    #[statement::proves(refine)]
    #[test]
    fn stack_has_no_old_format() {
        let refined = stack(&[reservation(Type::Static, "eng"), reservation(Type::Dynamic, "eng/web")]);
        let mut downgraded = refined.clone();
        assert_eq!(downgrade(&mut downgraded), Err(RefinedReservationError));
        assert_eq!(downgraded, refined);
        assert_eq!(validate(&refined), Ok(()));
    }

    #[statement::proves(refine)]
    #[test]
    fn refinement_is_dynamic_and_to_a_role_below() {
        let eng = || reservation(Type::Static, "eng");
        let refined = |refinement| refused(&stack(&[eng(), refinement]));
        assert!(refined(reservation(Type::Static, "eng/web")).contains("STATIC"));
        assert!(refined(reservation(Type::Dynamic, "eng")).contains("is not a refinement"));
        assert!(refined(reservation(Type::Dynamic, "engine")).contains("is not a refinement"));
    }

    #[statement::proves(noreserve)]
    #[test]
    fn nothing_is_reserved_to_all() {
        assert_eq!(validate(&stack(&[reservation(Type::Dynamic, "*")])), Err(ResourceError::ReservedToAll));
        assert_eq!(validate(&old("*", Some("p"))), Err(ResourceError::ReservedToAll));
        assert!(matches!(validate(&old("-", None)), Err(ResourceError::Role(_))));
    }

    #[test]
    fn a_reservation_has_a_type_and_a_role() {
        let no_type = ReservationInfo { r#type: None, ..reservation(Type::Static, "eng") };
        let no_role = ReservationInfo { role: None, ..reservation(Type::Static, "eng") };
        assert!(refused(&stack(std::slice::from_ref(&no_type))).contains("type"));
        assert!(refused(&stack(std::slice::from_ref(&no_role))).contains("role"));
        for (old_reservation, field) in [(no_type, "role"), (no_role, "type")] {
            let reservation = Some(Box::new(old_reservation));
            assert!(refused(&Resource { reservation, ..old("eng", None) }).contains(field));
        }
    }

    #[test]
    fn both_formats_must_agree() {
        let dynamic =
            ReservationInfo { principal: Some("p".to_owned()), ..reservation(Type::Dynamic, "eng") };
        let labels = Some(Labels { labels: vec![Label { key: "a".to_owned(), value: None }] });
        let labelled = ReservationInfo { labels, ..dynamic.clone() };
        let both = |role, principal, reservations: &[ReservationInfo]| Resource {
            reservations: reservations.to_vec(),
            ..old(role, principal)
        };
        let refined = [dynamic.clone(), reservation(Type::Dynamic, "eng/web")];
        assert_eq!(validate(&both("eng", Some("p"), std::slice::from_ref(&dynamic))), Ok(()));
        for (resource, reason) in [
            (both("ops", Some("p"), std::slice::from_ref(&dynamic)), "role is not that"),
            (both("eng", None, std::slice::from_ref(&dynamic)), "only one of the two"),
            (both("eng", Some("q"), &[dynamic]), "principals"),
            (both("eng", Some("p"), &[labelled]), "labels"),
            (both("eng", Some("p"), &[reservation(Type::Static, "eng")]), "static"),
            (both("eng/web", None, &refined), "refined"),
        ] {
            assert!(refused(&resource).contains(reason), "{reason}");
        }
    }
}
