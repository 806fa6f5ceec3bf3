//! Tasks as they come are put into one form before they are looked at: resources in the format with stacked
//! reservations and allocated to the offer's role.

use mesos_sdk::proto::v1::health_check::Type;
use mesos_sdk::proto::v1::offer::operation::LaunchGroup;
use mesos_sdk::proto::v1::resource::AllocationInfo;
use mesos_sdk::proto::v1::{FrameworkId, HealthCheck, Resource, TaskInfo};
use mesos_sdk::resources;

use super::validation::validate_operation;

/// Puts a task of LAUNCH into form; the error is that of a malformed resource.
pub(super) fn prepare_task(task: &mut TaskInfo, role: &str, framework: &str) -> Result<(), String> {
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

/// Puts a group into form; its tasks get its executor.
pub(super) fn prepare_group(group: &mut LaunchGroup, role: &str) -> Result<(), String> {
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

fn prepare(resources: &mut [Resource], role: &str) -> Result<(), String> {
    validate_operation(resources)?;
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
