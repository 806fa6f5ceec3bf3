//! What a task must be like to be launched.

use crate::proto::v1::{ExecutorInfo, TaskInfo, executor_info};
use crate::resources::Resources;

use super::executor::{shares_cgroups, validate_in as validate_executor};
use super::invalid::{ValidationError, at};
use super::prepare::prepare_task;
use super::resource::{overlap, validate_not_mixed, validate_single_role, validate_unique_volumes};
use super::{Context, InUse, check, command, container, id, non_negative, resource};

/// Checks whether a master would launch this task of LAUNCH, if its agent, its id and its resources
/// are those of the offer.
///
/// # Errors
/// The first field that is wrong, in the order in which the master looks at them.
pub fn validate(task: &TaskInfo) -> Result<(), ValidationError> {
    let mut prepared = task.clone();
    prepare_task(&mut prepared, "*", "")
        .map_err(at("resources"))
        .and_then(|()| validate_in(&prepared, &()))
        .map_err(|invalid| invalid.of_task(&task.task_id))
}

/// Checks whether a master that knows `context` would launch this task of LAUNCH, once it is
/// [prepared](super::prepare_task).
///
/// # Errors
/// The first field that is wrong, in the order in which the master looks at them.
pub fn validate_in(task: &TaskInfo, context: &impl Context) -> Result<(), ValidationError> {
    validate_alone(task, context)?;
    validate_executor_or_command(task, context)?;
    validate_together(task, context).map_err(at("resources"))?;
    match task.container.as_ref().and_then(|container| container.linux_info.as_ref()?.share_cgroups) {
        Some(false) => {
            let text = "Only tasks in a task group may have 'share_cgroups' set to 'false'";
            Err(ValidationError::new("container", text))
        }
        _ => Ok(()),
    }
}

/// Checks what holds for tasks of LAUNCH and of `LAUNCH_GROUP`.
pub(super) fn validate_alone(task: &TaskInfo, context: &impl Context) -> Result<(), ValidationError> {
    id::validate(&task.task_id.value).map_err(at("task_id"))?;
    validate_unique(&task.task_id.value, context).map_err(at("task_id"))?;
    if let Some(expected) = context.agent_id().filter(|expected| *expected != task.agent_id.value) {
        let named = &task.agent_id.value;
        let text = format!("Task uses invalid agent {named} while agent {expected} is expected");
        return Err(ValidationError::new("agent_id", text));
    }
    let grace = task.kill_policy.as_ref().and_then(|policy| policy.grace_period);
    non_negative(grace, "Task's 'kill_policy.grace_period' must be non-negative")
        .map_err(at("kill_policy"))?;
    non_negative(task.max_completion_time, "Task's `max_completion_time` must be non-negative")
        .map_err(at("max_completion_time"))?;
    validate_parts(task)
}

fn validate_parts(task: &TaskInfo) -> Result<(), ValidationError> {
    optional(task.check.as_deref(), check::validate, "Task uses invalid check").map_err(at("check"))?;
    optional(task.health_check.as_deref(), check::validate_health, "Task uses invalid health check")
        .map_err(at("health_check"))?;
    validate_resources(task).map_err(at("resources"))?;
    optional(task.command.as_deref(), command::validate, "Task's `CommandInfo` is invalid")
        .map_err(at("command"))?;
    optional(task.container.as_deref(), container::validate, "Task's `ContainerInfo` is invalid")
        .map_err(at("container"))?;
    validate_limits(task).map_err(at("limits"))
}

fn optional<T>(
    part: Option<&T>,
    validate: impl Fn(&T) -> Result<(), String>,
    otherwise: &str,
) -> Result<(), String> {
    part.map_or(Ok(()), validate).map_err(|reason| format!("{otherwise}: {reason}"))
}

fn validate_unique(id: &str, context: &impl Context) -> Result<(), String> {
    match context.task(id) {
        InUse::No => Ok(()),
        InUse::Running => Err(format!("Task has duplicate ID: {id}")),
        InUse::Unreachable => Err(format!("Task reuses the ID of an unreachable task: {id}")),
    }
}

fn validate_resources(task: &TaskInfo) -> Result<(), String> {
    let resources = &task.resources;
    if resources.is_empty() {
        return Err("Task uses no resources".to_owned());
    }
    resource::validate(resources).map_err(|reason| format!("Task uses invalid resources: {reason}"))?;
    validate_unique_volumes(resources)
        .map_err(|reason| format!("Task uses duplicate persistence ID: {reason}"))?;
    validate_single_role(resources).map_err(|reason| format!("Invalid task resources: {reason}"))?;
    validate_not_mixed(resources)
        .map_err(|reason| format!("Task mixes revocable and non-revocable resources: {reason}"))
}

fn validate_limits(task: &TaskInfo) -> Result<(), String> {
    if task.limits.keys().any(|name| name != "cpus" && name != "mem") {
        return Err("Only cpus and mem may be included in a task's resource limits".to_owned());
    }
    let resources = Resources::from(&task.resources[..]);
    for (name, title, word) in [("cpus", "CPU", "cpu"), ("mem", "memory", "memory")] {
        let Some(limit) = task.limits.get(name) else { continue };
        let Some(requested) = resources.scalar(name) else {
            return Err(format!(
                "When a {title} limit is specified, a {title} request must also be specified"
            ));
        };
        if limit.value < requested.as_f64() {
            return Err(format!("The {word} limit must be greater than or equal to the {word} request"));
        }
    }
    Ok(())
}

fn validate_executor_or_command(task: &TaskInfo, context: &impl Context) -> Result<(), ValidationError> {
    if task.executor.is_some() == task.command.is_some() {
        let text = "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
        return Err(ValidationError::new("executor", text));
    }
    let Some(executor) = &task.executor else { return Ok(()) };
    validate_executor(executor, context)?;
    validate_custom(executor).map_err(at("executor"))
}

/// Checks that the executor is one that LAUNCH accepts.
fn validate_custom(executor: &ExecutorInfo) -> Result<(), String> {
    if executor.r#type.is_some() && executor.r#type() != executor_info::Type::Custom {
        return Err("'ExecutorInfo.type' must be 'CUSTOM'".to_owned());
    }
    if executor.command.is_none() {
        return Err("'ExecutorInfo.command' must be set".to_owned());
    }
    let resources = Resources::from(&executor.resources[..]);
    if !resources.shared().is_empty() {
        return Err(format!("Executor resources {resources} should not contain any shared resources"));
    }
    match shares_cgroups(executor) {
        true => Err("The 'share_cgroups' field cannot be set to 'true' on executor containers".to_owned()),
        false => Ok(()),
    }
}

/// Checks that what a task and its executor use together is well-formed, and offered.
fn validate_together(task: &TaskInfo, context: &impl Context) -> Result<(), String> {
    let mut total = Resources::from(&task.resources[..]);
    if let Some(executor) = &task.executor {
        validate_pair(task, executor)?;
        if context.executor(&executor.executor_id.value).is_none() {
            total.extend(executor.resources.iter().cloned());
        }
    }
    match context.offered().filter(|offered| !offered.contains(&total)) {
        None => Ok(()),
        Some(offered) => Err(format!(
            "Total resources {total} required by task and its executor is more than available {offered}"
        )),
    }
}

fn validate_pair(task: &TaskInfo, executor: &ExecutorInfo) -> Result<(), String> {
    let parts = [Resources::from(&task.resources[..]), Resources::from(&executor.resources[..])];
    let all = [&task.resources[..], &executor.resources[..]].concat();
    resource::validate(&all)
        .map_err(|reason| format!("Task and its executor use invalid resources: {reason}"))?;
    if overlap(&parts) {
        let [task, executor] = parts;
        return Err(format!(
            "There are overlapping resources in the task resources {task} and executor resources {executor}"
        ));
    }
    validate_unique_volumes(&all)
        .map_err(|reason| format!("Task and its executor use duplicate persistence ID: {reason}"))?;
    validate_not_mixed(&all).map_err(|reason| {
        format!("Task and its executor mix revocable and non-revocable resources: {reason}")
    })
}
