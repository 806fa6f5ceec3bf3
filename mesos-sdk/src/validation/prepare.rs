//! Tasks as they come are put into one form before they are looked at: resources in the format with
//! stacked reservations and allocated to the offer's role.

use std::slice;

use crate::proto::v1::health_check::Type;
use crate::proto::v1::offer::Operation;
use crate::proto::v1::offer::operation::LaunchGroup;
use crate::proto::v1::resource::AllocationInfo;
use crate::proto::v1::{FrameworkId, HealthCheck, Resource, TaskInfo};
use crate::resources;

use super::well_formed;

/// Puts a task of LAUNCH into the form in which the master looks at it, and sends it to the agent:
/// its resources are allocated to the offer's role, its executor gets the framework's id, its
/// health check the type that old clients leave out.
///
/// # Errors
/// The master's reason, if a resource is malformed; it voids the whole LAUNCH.
pub fn prepare_task(task: &mut TaskInfo, role: &str, framework: &str) -> Result<(), String> {
    prepare(&mut task.resources, role)?;
    if let Some(executor) = &mut task.executor {
        prepare(&mut executor.resources, role)?;
        executor.framework_id.get_or_insert_with(|| FrameworkId::from(framework));
    }
    if let Some(check) = task.health_check.as_mut().filter(|check| check.r#type.is_none()) {
        check.r#type = implied_type(check).map(Into::into);
    }
    Ok(())
}

/// Returns the same for `LAUNCH_GROUP`: each task gets the group's executor. The executor's
/// framework id is not filled in.
///
/// # Errors
/// The master's reason, if a resource is malformed; it voids the whole group.
pub fn prepare_group(group: &mut LaunchGroup, role: &str) -> Result<(), String> {
    prepare(&mut group.executor.resources, role)?;
    for task in &mut group.task_group.tasks {
        prepare(&mut task.resources, role)?;
        match &mut task.executor {
            Some(executor) => prepare(&mut executor.resources, role)?,
            None => task.executor = Some(Box::new(group.executor.clone())),
        }
    }
    Ok(())
}

pub(super) fn prepare(resources: &mut [Resource], role: &str) -> Result<(), String> {
    upgrade(resources)?;
    for resource in resources {
        resource.allocation_info.get_or_insert_with(|| AllocationInfo { role: Some(role.to_owned()) });
    }
    Ok(())
}

fn upgrade(resources: &mut [Resource]) -> Result<(), String> {
    well_formed(resources)?;
    resources.iter_mut().for_each(resources::upgrade);
    Ok(())
}

/// Returns the type that old clients mean if they set none.
fn implied_type(check: &HealthCheck) -> Option<Type> {
    match (&check.command, &check.http) {
        (Some(_), None) => Some(Type::Command),
        (None, Some(_)) => Some(Type::Http),
        _ => None,
    }
}

/// Returns the same for an operation on resources.
///
/// # Errors
/// The master's reason, if a resource is malformed.
pub fn prepare_operation(operation: &mut Operation, role: &str) -> Result<(), String> {
    for list in resources_of(operation) {
        prepare(list, role)?;
    }
    Ok(())
}

/// Returns the same for an operation of an operator, whose resources are allocated to no role.
///
/// # Errors
/// The master's reason, if a resource is malformed.
pub fn upgrade_operation(operation: &mut Operation) -> Result<(), String> {
    resources_of(operation).into_iter().try_for_each(upgrade)
}

/// Takes back the role that an operation's resources are allocated to: what an agent has is
/// allocated to none.
pub fn unallocate_operation(operation: &mut Operation) {
    for resource in resources_of(operation).into_iter().flatten() {
        resource.allocation_info = None;
    }
}

/// Returns all resources of an operation other than a launch.
fn resources_of(operation: &mut Operation) -> Vec<&mut [Resource]> {
    let mut all: Vec<&mut [Resource]> = Vec::new();
    let Operation { reserve, unreserve, create, destroy, grow_volume, shrink_volume, .. } = operation;
    if let Some(reserve) = reserve {
        all.extend([&mut reserve.source[..], &mut reserve.resources]);
    }
    all.extend(unreserve.iter_mut().map(|unreserve| &mut unreserve.resources[..]));
    all.extend(create.iter_mut().map(|create| &mut create.volumes[..]));
    all.extend(destroy.iter_mut().map(|destroy| &mut destroy.volumes[..]));
    if let Some(grow) = grow_volume {
        all.extend([slice::from_mut(&mut grow.volume), slice::from_mut(&mut grow.addition)]);
    }
    all.extend(shrink_volume.iter_mut().map(|shrink| slice::from_mut(&mut shrink.volume)));
    all.extend(operation.create_disk.iter_mut().map(|create| slice::from_mut(&mut create.source)));
    all.extend(operation.destroy_disk.iter_mut().map(|destroy| slice::from_mut(&mut destroy.source)));
    all
}
