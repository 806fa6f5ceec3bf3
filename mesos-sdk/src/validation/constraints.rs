//! Offer constraints.

use super::invalid::{ValidationError, at};
use crate::proto::v1::scheduler::attribute_constraint::selector::{PseudoattributeType, Selector};
use crate::proto::v1::scheduler::offer_constraints::RoleConstraints;
use crate::proto::v1::scheduler::{AttributeConstraint, OfferConstraints};

/// Checks whether a master would take these constraints, if it can read their regular expressions
/// and they are small enough.
///
/// # Errors
/// The master's reason.
pub fn validate(constraints: &OfferConstraints) -> Result<(), ValidationError> {
    let roles = &constraints.role_constraints;
    roles
        .iter()
        .try_for_each(|(role, constraints)| validate_role(role, constraints))
        .map_err(at("role_constraints"))
}

fn validate_role(role: &str, constraints: &RoleConstraints) -> Result<(), String> {
    if constraints.groups.is_empty() {
        return Err(format!(
            "'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role {role}"
        ));
    }
    constraints.groups.iter().try_for_each(|group| {
        if group.attribute_constraints.is_empty() {
            // The missing space is Mesos' own.
            return Err(format!(
                "'OfferConstraints::RoleConstraints::groups' for role {role}contains an empty \
                 RoleConstraints::Group"
            ));
        }
        group
            .attribute_constraints
            .iter()
            .try_for_each(validate_one)
            .map_err(|reason| format!("A role {role} has an invalid 'AttributeConstraint': {reason}"))
    })
}

fn validate_one(constraint: &AttributeConstraint) -> Result<(), &'static str> {
    match &constraint.selector.selector {
        None => Err("Exactly one of 'AttributeConstraint::Selector::name' or \
                     'AttributeConstraint::Selector::pseudoattribute_type' must be set"),
        Some(Selector::PseudoattributeType(kind)) if !is_known(*kind) => Err("Unknown pseudoattribute type"),
        Some(_) if constraint.predicate.predicate.is_none() => Err("Unknown predicate type"),
        Some(_) => Ok(()),
    }
}

fn is_known(kind: i32) -> bool {
    PseudoattributeType::try_from(kind).is_ok_and(|kind| kind != PseudoattributeType::Unknown)
}
