//! Resources of tasks and executors.

use std::collections::BTreeSet;

use crate::proto::v1::Resource;
use crate::proto::v1::resource::reservation_info::Type as Reservation;
use crate::proto::v1::resource::{DiskInfo, ReservationInfo};
use crate::proto::v1::value::Type;
use crate::resources::{self, One, ResourceError, Resources, Scalar};

use super::{id, role};

const TOO_LITTLE: &str = "Invalid scalar resource: value <= 0";

/// Checks whether resources are well-formed: what the master looks at before it looks at the tasks
/// they are of.
///
/// # Errors
/// The master's reason, for the first that is not.
pub fn well_formed(resources: &[Resource]) -> Result<(), String> {
    resources.iter().try_for_each(|resource| {
        let fault = match resources::validate(resource) {
            Err(invalid) => words(resource, &invalid),
            Ok(()) if is_too_little(resource) => TOO_LITTLE.to_owned(),
            Ok(()) => return Ok(()),
        };
        Err(format!("Resource '{}' is invalid: {fault}", print(resource)))
    })
}

/// Checks whether resources can be those of a task, an executor or an operation, if they are
/// [well-formed](well_formed).
///
/// # Errors
/// The master's reason.
pub fn validate(resources: &[Resource]) -> Result<(), String> {
    if Resources::from(resources).gpus().as_f64().fract() != 0.0 {
        return Err("Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer".to_owned());
    }
    for resource in resources {
        if let Some(disk) = &resource.disk {
            validate_disk(resource, disk).map_err(|reason| format!("Invalid DiskInfo: {reason}"))?;
        }
        let is_dynamic =
            resource.reservations.last().is_some_and(|last| last.r#type() == Reservation::Dynamic);
        if is_dynamic && resource.revocable.is_some() {
            return Err(format!(
                "Invalid ReservationInfo: Dynamically reserved resource {} cannot be created from revocable \
                 resources",
                Resources::from(resource.clone())
            ));
        }
    }
    Ok(())
}

fn validate_disk(resource: &Resource, disk: &DiskInfo) -> Result<(), String> {
    let Some(persistence) = &disk.persistence else {
        return match (&disk.volume, &disk.source) {
            (Some(_), _) => Err("Non-persistent volume not supported".to_owned()),
            (None, None) => Err("DiskInfo is set but empty".to_owned()),
            (None, Some(_)) => Ok(()),
        };
    };
    if resource.revocable.is_some() {
        return Err("Persistent volumes cannot be created from revocable resources".to_owned());
    }
    if resource.reservations.is_empty() {
        return Err("Persistent volumes cannot be created from unreserved resources".to_owned());
    }
    let volume = disk.volume.as_ref().ok_or("Expecting 'volume' to be set for persistent volume")?;
    if volume.host_path.is_some() {
        return Err("Expecting 'host_path' to be unset for persistent volume".to_owned());
    }
    id::validate(&persistence.id)
        .map_err(|reason| format!("Invalid persistence ID for persistent volume: {reason}"))
}

/// Checks that persistent volumes have different ids within one role.
pub(super) fn validate_unique_volumes(resources: &[Resource]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    let mut volumes = resources.iter().filter_map(|resource| {
        let persistence = resource.disk.as_ref()?.persistence.as_ref()?;
        Some((resource.reservations.last()?.role(), persistence.id.as_str()))
    });
    match volumes.find(|volume| !seen.insert(*volume)) {
        Some((_, id)) => Err(format!("Persistence ID '{id}' is not unique")),
        None => Ok(()),
    }
}

pub(super) fn validate_single_role(resources: &[Resource]) -> Result<(), String> {
    let roles = resources.iter().map(|resource| resource.allocation_info.as_ref()?.role.as_deref());
    let roles: Option<Vec<_>> = roles.collect();
    let roles = roles.ok_or("The resources are not allocated to a role")?;
    match roles.iter().find(|role| **role != roles[0]) {
        None => Ok(()),
        Some(other) => Err(format!(
            "The resources have multiple allocation roles ('{other}' and '{}') but only one allocation role is \
             allowed",
            roles[0]
        )),
    }
}

pub(super) fn validate_not_mixed(resources: &[Resource]) -> Result<(), String> {
    let names = |revocable: bool| -> BTreeSet<&str> {
        let chosen = resources.iter().filter(|resource| resource.revocable.is_some() == revocable);
        chosen.map(|resource| resource.name.as_str()).collect()
    };
    match names(true).intersection(&names(false)).next() {
        None => Ok(()),
        Some(name) => Err(format!("Cannot use both revocable and non-revocable '{name}' at the same time")),
    }
}

/// Returns whether some of these use the same port, or the same item of a set.
pub(super) fn overlap(parts: &[Resources]) -> bool {
    let total: Resources = parts.iter().sum();
    let count = |resources: &Resources, name: &str| {
        let numbers = resources.ranges(name).map_or(0, |ranges| ranges.size());
        numbers + resources.set(name).map_or(0, |items| items.len() as u64)
    };
    total
        .names()
        .into_iter()
        .any(|name| count(&total, name) < parts.iter().map(|part| count(part, name)).sum())
}

/// Returns a malformed resource as the master prints it: refinements stand closer together than
/// elsewhere.
fn print(resource: &Resource) -> String {
    One(resource).to_string().replace("), (", "),(")
}

/// Returns whether the amount would round to nothing, which the master refuses.
fn is_too_little(resource: &Resource) -> bool {
    let amount = resource.scalar.map_or(0.0, |scalar| scalar.value);
    resource.r#type() == Type::Scalar && amount != 0.0 && Scalar::new(amount) == Scalar::ZERO
}

fn words(resource: &Resource, invalid: &ResourceError) -> String {
    match invalid {
        ResourceError::NoName => "Empty resource name".to_owned(),
        ResourceError::Type(_) => "Unsupported resource type".to_owned(),
        ResourceError::Value(kind) => format!("Invalid {kind} resource"),
        ResourceError::Amount(_) => TOO_LITTLE.to_owned(),
        ResourceError::InvertedRange { .. } => "Invalid ranges resource: begin > end".to_owned(),
        ResourceError::OverlappingRanges { .. } => "Invalid ranges resource: overlapping ranges".to_owned(),
        ResourceError::DuplicateItem(_) => "Invalid set resource: duplicated elements".to_owned(),
        ResourceError::DiskInfo(name) => format!("DiskInfo should not be set for {name} resource"),
        ResourceError::Role(_) => role_words(resource),
        ResourceError::ReservedToAll => "Invalid reservation: role \"*\" cannot be reserved".to_owned(),
        ResourceError::StaticRefinement => {
            "Invalid refined reservation: A refined reservation cannot be STATIC".to_owned()
        }
        ResourceError::NoRefinement { role, of } => {
            format!("Invalid refined reservation: role '{role}' is not a refinement of '{of}'")
        }
        ResourceError::ReservationWithout(field) => {
            // The library's own words go on about the values.
            let field = field.split(',').next().unwrap_or(field);
            format!("Invalid reservation: 'Resource.ReservationInfo.{field}' field must be set.")
        }
        ResourceError::DiskRoot { source_type, field } => {
            let field = if *field == "mount" { "Mount" } else { "Path" };
            format!("{field} should not be set for {source_type} disk source")
        }
        ResourceError::Shared(name) if name != "disk" => format!("Resource {name} cannot be shared"),
        ResourceError::Shared(_) => "Only persistent volumes can be shared".to_owned(),
        other => other.to_string(),
    }
}

fn role_words(resource: &Resource) -> String {
    let mut roles = resource.reservations.iter().map(ReservationInfo::role).chain([resource.role()]);
    roles.find_map(|role| role::validate(role).err()).unwrap_or_default()
}
