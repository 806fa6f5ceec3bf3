//! What an executor must be like.

use mesos_sdk::proto::v1::executor_info::Type;
use mesos_sdk::proto::v1::{ExecutorInfo, Resource, container_info};

use super::super::agent::Agent;
use super::super::framework::Framework;
use super::resource::{validate_not_mixed, validate_single_role, validate_unique_volumes};
use super::{command, container, id, non_negative, resource};

/// What holds for executors of `LAUNCH` and of `LAUNCH_GROUP`.
pub(super) fn validate_executor(
    executor: &ExecutorInfo,
    framework: &Framework,
    agent: &Agent,
) -> Result<(), String> {
    validate_type(executor)?;
    id::validate(&executor.executor_id.value)?;
    let grace = executor.shutdown_grace_period;
    non_negative(grace, "ExecutorInfo's 'shutdown_grace_period' must be non-negative")?;
    if let Some(command) = &executor.command {
        command::validate(command)
            .map_err(|reason| format!("Executor's `CommandInfo` is invalid: {reason}"))?;
    }
    if let Some(container) = &executor.container {
        container::validate(container)
            .map_err(|reason| format!("Executor's `ContainerInfo` is invalid: {reason}"))?;
    }
    validate_framework_id(executor, framework.id())?;
    validate_resources(&executor.resources)?;
    validate_compatible(executor, framework.id(), agent)
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

fn validate_framework_id(executor: &ExecutorInfo, expected: &str) -> Result<(), String> {
    match &executor.framework_id {
        None => Err("'ExecutorInfo.framework_id' must be set".to_owned()),
        Some(id) if id.value != expected => Err(format!(
            "ExecutorInfo has an invalid FrameworkID (Actual: {} vs Expected: {expected})",
            id.value
        )),
        Some(_) => Ok(()),
    }
}

/// An executor that runs already must be described in the same way again.
fn validate_compatible(executor: &ExecutorInfo, framework: &str, agent: &Agent) -> Result<(), String> {
    let existing = agent.executor(framework, &executor.executor_id.value);
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
