//! What an operation on resources must be like.

use std::collections::BTreeSet;

use super::fatal::{folders, is_nothing};
use super::framework::{has_capability, roles_of};
use super::resource::{validate, validate_single_role, validate_unique_volumes};
use crate::proto::v1::framework_info::capability::Type as Capability;
use crate::proto::v1::offer::Operation;
use crate::proto::v1::offer::operation::{
    Create, CreateDisk, Destroy, DestroyDisk, GrowVolume, Reserve, ShrinkVolume, Type, Unreserve,
};
use crate::proto::v1::resource::ReservationInfo;
use crate::proto::v1::resource::disk_info::source::Type as Source;
use crate::proto::v1::resource::reservation_info::Type as Reservation;
use crate::proto::v1::volume::Mode;
use crate::proto::v1::{FrameworkInfo, Resource};
use crate::resources::{One, Resources, Scalar};

/// Checks whether a master would do this operation of a framework, or of an operator if that is
/// `None`, with an agent whose reservations and volumes are `existing`, once it is
/// [prepared](super::prepare_operation) or [upgraded](super::upgrade_operation). Whether the
/// resources are offered or free is not looked at, nor are launches.
///
/// # Errors
/// The master's reason.
pub fn operation(
    operation: &Operation,
    framework: Option<&FrameworkInfo>,
    existing: &Resources,
) -> Result<(), String> {
    let missing = || "Operation without its contents".to_owned();
    match operation.r#type() {
        Type::Reserve => reserve(operation.reserve.as_ref().ok_or_else(missing)?, framework),
        Type::Unreserve => unreserve(operation.unreserve.as_ref().ok_or_else(missing)?),
        Type::Create => create(operation.create.as_ref().ok_or_else(missing)?, framework, existing),
        Type::Destroy => destroy(operation.destroy.as_ref().ok_or_else(missing)?, existing),
        Type::GrowVolume => grow(operation.grow_volume.as_ref().ok_or_else(missing)?),
        Type::ShrinkVolume => shrink(operation.shrink_volume.as_ref().ok_or_else(missing)?),
        Type::CreateDisk => create_disk(operation.create_disk.as_ref().ok_or_else(missing)?),
        Type::DestroyDisk => destroy_disk(operation.destroy_disk.as_ref().ok_or_else(missing)?),
        Type::Launch | Type::LaunchGroup | Type::Unknown => Ok(()),
    }
}

/// Checks that all are valid, and belong to one resource provider, or all to none.
fn common(resources: &[Resource]) -> Result<(), String> {
    let invalid = |reason: &str| format!("Invalid resources: {reason}");
    validate(resources).map_err(|reason| invalid(&reason))?;
    if is_nothing(resources) {
        // A real master does not look at this, and crashes.
        return Err(invalid("Cannot determine resource provider for empty resources"));
    }
    let providers: BTreeSet<_> =
        resources.iter().map(|resource| resource.provider_id.as_ref().map(|id| id.value.as_str())).collect();
    if providers.len() == 1 {
        return Ok(());
    }
    if providers.contains(&None) {
        return Err(invalid("Some resources have a resource provider and some do not"));
    }
    let providers: Vec<_> = providers.into_iter().flatten().collect();
    Err(invalid(&format!("The resources have multiple resource providers: {}", providers.join(", "))))
}

fn reserve(reserve: &Reserve, framework: Option<&FrameworkInfo>) -> Result<(), String> {
    common(&reserve.resources)?;
    let Some(framework) = framework else {
        return reserve.resources.iter().try_for_each(reserve_for_operator);
    };
    reserve.resources.iter().try_for_each(|resource| reserve_one(resource, framework))?;
    validate_single_role(&reserve.resources)
        .map_err(|reason| format!("Invalid reservation resources: {reason}"))
}

fn reserve_for_operator(resource: &Resource) -> Result<(), String> {
    dynamic(resource)?;
    match resource.allocation_info {
        None => Ok(()),
        Some(_) => {
            Err("A reserve operation was attempted with an allocated resource, but the operator API only \
                        allows reservations to be made to unallocated resources"
                .to_owned())
        }
    }
}

fn reserve_one(resource: &Resource, framework: &FrameworkInfo) -> Result<(), String> {
    let reservation = dynamic(resource)?;
    if let Some(principal) = &framework.principal {
        principal_of_reservation(principal, reservation)?;
    }
    let role = reservation.role();
    let allocated = resource.allocation_info.as_ref().map_or("", |allocation| allocation.role());
    if allocated != role {
        return Err(format!(
            "A reserve operation was attempted for a resource with role '{role}', but the resource was \
             allocated to role '{allocated}'"
        ));
    }
    let roles = roles_of(framework);
    if roles.contains(allocated) {
        return Ok(());
    }
    let roles: Vec<_> = roles.into_iter().collect();
    Err(format!(
        "A reserve operation was attempted for a resource allocated to role '{allocated}', but the framework \
         only has roles '{{ {} }}'",
        roles.join(", ")
    ))
}

fn principal_of_reservation(principal: &str, reservation: &ReservationInfo) -> Result<(), String> {
    match &reservation.principal {
        None => Err(format!(
            "A reserve operation was attempted by principal '{principal}', but there is a reserved resource in \
             the request with no principal set"
        )),
        Some(other) if other != principal => Err(format!(
            "A reserve operation was attempted by authenticated principal '{principal}', which does not match a \
             reserved resource in the request with principal '{other}'"
        )),
        Some(_) => Ok(()),
    }
}

fn dynamic(resource: &Resource) -> Result<&ReservationInfo, String> {
    let last = resource.reservations.last().filter(|last| last.r#type() == Reservation::Dynamic);
    last.ok_or_else(|| format!("Resource {} is not dynamically reserved", One(resource)))
}

fn unreserve(unreserve: &Unreserve) -> Result<(), String> {
    common(&unreserve.resources)?;
    unreserve.resources.iter().try_for_each(|resource| {
        dynamic(resource)?;
        match is_volume(resource) {
            false => Ok(()),
            true => Err(format!(
                "A dynamically reserved persistent volume {} cannot be unreserved directly. Please destroy the \
                 persistent volume first then unreserve the resource",
                One(resource)
            )),
        }
    })
}

fn is_volume(resource: &Resource) -> bool {
    resource.disk.as_ref().is_some_and(|disk| disk.persistence.is_some())
}

fn volume(volume: &Resource) -> Result<(), String> {
    let Some(disk) = &volume.disk else {
        return Err(format!("Resource {} does not have DiskInfo", One(volume)));
    };
    let fault = match (&disk.persistence, &disk.volume) {
        (None, _) => "'persistence' is not set in DiskInfo",
        (_, None) => "Expecting 'volume' to be set for persistent volume",
        (_, Some(volume)) if volume.mode() == Mode::Ro => "Read-only persistent volume not supported",
        _ => return Ok(()),
    };
    Err(fault.to_owned())
}

fn volumes(volumes: &[Resource]) -> Result<(), String> {
    common(volumes)?;
    volumes.iter().try_for_each(volume).map_err(|reason| format!("Not a persistent volume: {reason}"))
}

fn create(create: &Create, framework: Option<&FrameworkInfo>, existing: &Resources) -> Result<(), String> {
    volumes(&create.volumes)?;
    // A real master does not look at this, and its agent crashes.
    folders(&create.volumes)?;
    let all: Vec<_> = existing.iter().chain(&create.volumes).cloned().collect();
    validate_unique_volumes(&all)?;
    let Some(framework) = framework else { return Ok(()) };
    create.volumes.iter().try_for_each(|volume| create_one(volume, framework))?;
    validate_single_role(&create.volumes).map_err(|reason| format!("Invalid volume resources: {reason}"))
}

fn create_one(volume: &Resource, framework: &FrameworkInfo) -> Result<(), String> {
    if volume.shared.is_some() && !has_capability(framework, Capability::SharedResources) {
        let id = framework.id.as_ref().map_or("", |id| &id.value);
        return Err(format!(
            "Create volume operation for '{}' has been attempted by framework '{id}' with no \
             SHARED_RESOURCES capability",
            One(volume)
        ));
    }
    let persistence = volume.disk.as_ref().and_then(|disk| disk.persistence.as_ref());
    let created_by = persistence.and_then(|persistence| persistence.principal.as_deref());
    match (&framework.principal, created_by) {
        (Some(principal), None) => Err(format!(
            "Create volume operation attempted by principal '{principal}', but there is a volume in the \
             operation with no principal set in 'disk.persistence'"
        )),
        (Some(principal), Some(other)) if principal != other => Err(format!(
            "Create volume operation attempted by authenticated principal '{principal}', which does not match a \
             volume in the operation with principal '{other}' set in 'disk.persistence'"
        )),
        _ => Ok(()),
    }
}

fn destroy(destroy: &Destroy, existing: &Resources) -> Result<(), String> {
    // What amounts to nothing is left out.
    let mut gone = Resources::from(&destroy.volumes[..]);
    gone.unallocate();
    let gone: Vec<Resource> = gone.into();
    volumes(&gone)?;
    match gone.iter().all(|volume| existing.contains_resource(volume)) {
        true => Ok(()),
        false => Err("Persistent volumes not found".to_owned()),
    }
}

fn grow(grow: &GrowVolume) -> Result<(), String> {
    if amount(&grow.addition) <= Scalar::ZERO {
        return Err("The size of 'GrowVolume.addition' field must be greater than zero".to_owned());
    }
    if grow.volume.provider_id.is_some() {
        return Err("Growing a volume from a resource provider is not supported".to_owned());
    }
    volume(&grow.volume)
        .map_err(|reason| format!("Invalid persistent volume in the 'GrowVolume.volume' field: {reason}"))?;
    if grow.volume.shared.is_some() {
        return Err("Growing a shared persistent volume is not supported".to_owned());
    }
    let mut disk = grow.volume.clone();
    disk.disk = disk.disk.filter(|disk| disk.source.is_some()).map(|mut disk| {
        (disk.persistence, disk.volume) = (None, None);
        disk
    });
    let joined: Resources = [disk, grow.addition.clone()].into_iter().collect();
    match joined.len() {
        1 => Ok(()),
        _ => {
            Err("Incompatible resources in the 'GrowVolume.volume' and 'GrowVolume.addition' fields"
                .to_owned())
        }
    }
}

fn shrink(shrink: &ShrinkVolume) -> Result<(), String> {
    let subtract = Scalar::from(shrink.subtract);
    if subtract <= Scalar::ZERO {
        return Err("Value of 'ShrinkVolume.subtract' must be greater than zero".to_owned());
    }
    if amount(&shrink.volume) <= subtract {
        let text = "Value of 'ShrinkVolume.subtract' must be smaller than the size of 'ShrinkVolume.volume'";
        return Err(text.to_owned());
    }
    if shrink.volume.provider_id.is_some() {
        return Err("Shrinking a volume from a resource provider is not supported".to_owned());
    }
    if source(&shrink.volume) == Some(Source::Mount) {
        return Err("Shrinking a volume on a MOUNT disk is not supported".to_owned());
    }
    volume(&shrink.volume).map_err(|reason| {
        format!("Invalid persistent volume in the 'ShrinkVolume.volume' field: {reason}")
    })?;
    match shrink.volume.shared {
        Some(_) => Err("Shrinking a shared persistent volume is not supported".to_owned()),
        None => Ok(()),
    }
}

fn amount(resource: &Resource) -> Scalar {
    resource.scalar.map_or(Scalar::ZERO, Scalar::from)
}

fn source(resource: &Resource) -> Option<Source> {
    Some(resource.disk.as_ref()?.source.as_ref()?.r#type())
}

fn of_provider(resource: &Resource) -> Result<(), String> {
    validate(std::slice::from_ref(resource)).map_err(|reason| format!("Invalid resource: {reason}"))?;
    match resource.provider_id {
        Some(_) => Ok(()),
        None => Err("'source' is not managed by a resource provider".to_owned()),
    }
}

fn create_disk(create: &CreateDisk) -> Result<(), String> {
    of_provider(&create.source)?;
    let fault = if source(&create.source) != Some(Source::Raw) {
        "'source' is not a RAW disk resource"
    } else if !matches!(create.target_type(), Source::Mount | Source::Block) {
        "'target_type' is neither MOUNT or BLOCK"
    } else {
        let profile = create.source.disk.as_ref().and_then(|disk| disk.source.as_ref()?.profile.as_ref());
        match (profile, &create.target_profile) {
            (Some(_), Some(_)) => "'target_profile' must not be set when 'source' has a profile",
            (None, None) => "'target_profile' must be set when 'source' has no profile",
            _ => return Ok(()),
        }
    };
    Err(fault.to_owned())
}

fn destroy_disk(destroy: &DestroyDisk) -> Result<(), String> {
    of_provider(&destroy.source)?;
    if !matches!(source(&destroy.source), Some(Source::Mount | Source::Block | Source::Raw)) {
        return Err("'source' is neither a MOUNT, BLOCK or RAW disk resource".to_owned());
    }
    let id = destroy.source.disk.as_ref().and_then(|disk| disk.source.as_ref()?.id.as_ref());
    match (id, is_volume(&destroy.source)) {
        (None, _) => Err("'source' is not backed by a CSI volume".to_owned()),
        (Some(_), false) => Ok(()),
        (Some(_), true) => Err(format!(
            "A disk resource containing a persistent volume {} cannot be destroyed directly. Please destroy the \
             persistent volume first then destroy the disk resource",
            One(&destroy.source)
        )),
    }
}
