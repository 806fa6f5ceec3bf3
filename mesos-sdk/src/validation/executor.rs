//! What an executor must be like.

use crate::proto::v1::executor_info::Type;
use crate::proto::v1::{ExecutorInfo, Resource, container_info};

use super::invalid::{ValidationError, at};
use super::prepare::prepare;
use super::resource::{validate_not_mixed, validate_single_role, validate_unique_volumes};
use super::{Context, command, container, id, non_negative, resource};

/// Checks whether a master would take this executor, if it is the framework's and its resources are
/// offered. What LAUNCH and `LAUNCH_GROUP` demand beyond that, [`task`](super::task) and
/// [`task_group`](super::task_group) look at.
///
/// # Errors
/// The first field that is wrong, in the order in which the master looks at them.
pub fn validate(executor: &ExecutorInfo) -> Result<(), ValidationError> {
    let mut executor = executor.clone();
    prepare(&mut executor.resources, "*").map_err(at("executor.resources"))?;
    executor.framework_id.get_or_insert_default();
    validate_in(&executor, &())
}

/// Checks what holds for executors of LAUNCH and of `LAUNCH_GROUP`.
pub(super) fn validate_in(executor: &ExecutorInfo, context: &impl Context) -> Result<(), ValidationError> {
    validate_type(executor).map_err(at("executor"))?;
    id::validate(&executor.executor_id.value).map_err(at("executor.executor_id"))?;
    let grace = executor.shutdown_grace_period;
    non_negative(grace, "ExecutorInfo's 'shutdown_grace_period' must be non-negative")
        .map_err(at("executor.shutdown_grace_period"))?;
    if let Some(command) = &executor.command {
        command::validate(command)
            .map_err(|reason| format!("Executor's `CommandInfo` is invalid: {reason}"))
            .map_err(at("executor.command"))?;
    }
    if let Some(container) = &executor.container {
        container::validate(container)
            .map_err(|reason| format!("Executor's `ContainerInfo` is invalid: {reason}"))
            .map_err(at("executor.container"))?;
    }
    validate_framework_id(executor, context).map_err(at("executor.framework_id"))?;
    validate_resources(&executor.resources).map_err(at("executor.resources"))?;
    validate_compatible(executor, context).map_err(at("executor"))
}

fn validate_resources(resources: &[Resource]) -> Result<(), String> {
    resource::validate(resources).map_err(|reason| format!("Executor uses invalid resources: {reason}"))?;
    validate_unique_volumes(resources)
        .map_err(|reason| format!("Executor uses duplicate persistence ID: {reason}"))?;
    validate_single_role(resources).map_err(|reason| format!("Invalid executor resources: {reason}"))?;
    validate_not_mixed(resources)
        .map_err(|reason| format!("Executor mixes revocable and non-revocable resources: {reason}"))
}

fn validate_type(executor: &ExecutorInfo) -> Result<(), String> {
    let kind = executor.r#type.map(|_| executor.r#type());
    match kind {
        Some(Type::Default) => validate_default(executor),
        Some(Type::Custom) if executor.command.is_none() => {
            Err("'ExecutorInfo.command' must be set for 'CUSTOM' executor".to_owned())
        }
        _ => Ok(()),
    }
}

fn validate_default(executor: &ExecutorInfo) -> Result<(), String> {
    let container = executor.container.as_ref();
    let fault = if executor.command.is_some() {
        "'ExecutorInfo.command' must not be set"
    } else if container.is_some_and(|container| container.r#type() != container_info::Type::Mesos) {
        "'ExecutorInfo.container.type' must be 'MESOS'"
    } else if container
        .is_some_and(|container| container.mesos.as_ref().is_some_and(|mesos| mesos.image.is_some()))
    {
        "'ExecutorInfo.container.mesos.image' must not be set"
    } else {
        return Ok(());
    };
    Err(format!("{fault} for 'DEFAULT' executor"))
}

fn validate_framework_id(executor: &ExecutorInfo, context: &impl Context) -> Result<(), String> {
    let Some(id) = &executor.framework_id else {
        return Err("'ExecutorInfo.framework_id' must be set".to_owned());
    };
    match context.framework_id().filter(|expected| *expected != id.value) {
        None => Ok(()),
        Some(expected) => Err(format!(
            "ExecutorInfo has an invalid FrameworkID (Actual: {} vs Expected: {expected})",
            id.value
        )),
    }
}

/// Checks that an executor that is already running is described in the same way again.
fn validate_compatible(executor: &ExecutorInfo, context: &impl Context) -> Result<(), String> {
    let existing = context.executor(&executor.executor_id.value);
    let Some(existing) = existing.filter(|existing| *existing != executor) else { return Ok(()) };
    let line = "------------------------------------------------------------";
    Err(format!(
        "ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.\n{line}\nExisting \
         ExecutorInfo:\n{existing:?}\n{line}\nExecutorInfo:\n{executor:?}\n{line}\n"
    ))
}

pub(super) fn shares_cgroups(executor: &ExecutorInfo) -> bool {
    let linux = executor.container.as_ref().and_then(|container| container.linux_info.as_ref());
    linux.is_some_and(|linux| linux.share_cgroups == Some(true))
}
