//! Tasks as they come are put into one form before they are looked at: resources in the format with stacked
//! reservations and allocated to the offer's role.

use crate::proto::v1::health_check::Type;
use crate::proto::v1::offer::operation::LaunchGroup;
use crate::proto::v1::resource::AllocationInfo;
use crate::proto::v1::{FrameworkId, HealthCheck, Resource, TaskInfo};
use crate::resources;

use super::well_formed;

/// Puts a task of LAUNCH into the form in which the master looks at it, and sends it to the agent: its resources are
/// allocated to the offer's role, its executor gets the framework's id, its health check the type that old clients
/// leave out.
///
/// # Errors
/// The master's reason, if a resource is malformed; it voids the whole LAUNCH.
pub fn prepare_task(task: &mut TaskInfo, role: &str, framework: &str) -> Result<(), String> {
    prepare(&mut task.resources, role)?;
    if let Some(executor) = &mut task.executor {
        prepare(&mut executor.resources, role)?;
        executor.framework_id.get_or_insert_with(|| FrameworkId { value: framework.to_owned() });
    }
    if let Some(check) = task.health_check.as_mut().filter(|check| check.r#type.is_none()) {
        check.r#type = implied_type(check).map(Into::into);
    }
    Ok(())
}

/// The same for `LAUNCH_GROUP`: each task gets the group's executor. The executor's framework id is not filled in.
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
    well_formed(resources)?;
    for resource in resources {
        resources::upgrade(resource);
        resource
            .allocation_info
            .get_or_insert_with(|| Box::new(AllocationInfo { role: Some(role.to_owned()) }));
    }
    Ok(())
}

/// What old clients mean that set no type.
fn implied_type(check: &HealthCheck) -> Option<Type> {
    match (&check.command, &check.http) {
        (Some(_), None) => Some(Type::Command),
        (None, Some(_)) => Some(Type::Http),
        _ => None,
    }
}
