//! What a task must be like to be launched.

use mesos_sdk::proto::v1::{ExecutorInfo, TaskInfo, executor_info};
use mesos_sdk::resources::Resources;

use super::super::Master;
use super::super::agent::Agent;
use super::super::framework::Framework;
use super::executor::{shares_cgroups, validate_executor};
use super::resource::{overlap, validate_not_mixed, validate_single_role, validate_unique_volumes};
use super::{check, command, container, id, non_negative, resource};

impl Master {
    /// Whether a task of LAUNCH can be launched with these resources of an offer.
    pub(in super::super) fn validate_task(
        &self,
        framework: &str,
        agent: &str,
        task: &TaskInfo,
        offered: &Resources,
    ) -> Result<(), String> {
        let (framework, agent) = self.parties(framework, agent)?;
        validate(task, framework, agent)?;
        validate_executor_or_command(task, framework, agent)?;
        validate_together(task, framework, agent, offered)?;
        match task.container.as_ref().and_then(|container| container.linux_info.as_ref()?.share_cgroups) {
            Some(false) => {
                Err("Only tasks in a task group may have 'share_cgroups' set to 'false'".to_owned())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn parties(&self, framework: &str, agent: &str) -> Result<(&Framework, &Agent), String> {
        let agent = self.agents.get(agent).ok_or("Agent removed")?;
        let framework = self.frameworks.get(framework).ok_or("Framework cannot be found")?;
        Ok((framework, agent))
    }
}

/// What holds for tasks of `LAUNCH` and of `LAUNCH_GROUP`.
pub(super) fn validate(task: &TaskInfo, framework: &Framework, agent: &Agent) -> Result<(), String> {
    id::validate(&task.task_id.value)?;
    validate_unique(&task.task_id.value, framework)?;
    if task.agent_id != agent.agent_id() {
        let (named, expected) = (&task.agent_id.value, agent.id());
        return Err(format!("Task uses invalid agent {named} while agent {expected} is expected"));
    }
    let grace = task.kill_policy.as_ref().and_then(|policy| policy.grace_period);
    non_negative(grace, "Task's 'kill_policy.grace_period' must be non-negative")?;
    non_negative(task.max_completion_time, "Task's `max_completion_time` must be non-negative")?;
    optional(task.check.as_deref(), check::validate, "Task uses invalid check")?;
    optional(task.health_check.as_deref(), check::validate_health, "Task uses invalid health check")?;
    validate_resources(task)?;
    optional(task.command.as_deref(), command::validate, "Task's `CommandInfo` is invalid")?;
    optional(task.container.as_deref(), container::validate, "Task's `ContainerInfo` is invalid")?;
    validate_limits(task)
}

fn optional<T>(
    part: Option<&T>,
    validate: impl Fn(&T) -> Result<(), String>,
    otherwise: &str,
) -> Result<(), String> {
    part.map_or(Ok(()), validate).map_err(|reason| format!("{otherwise}: {reason}"))
}

fn validate_unique(id: &str, framework: &Framework) -> Result<(), String> {
    if framework.tasks.contains_key(id) {
        Err(format!("Task has duplicate ID: {id}"))
    } else if framework.unreachable_tasks.contains_key(id) {
        Err(format!("Task reuses the ID of an unreachable task: {id}"))
    } else {
        Ok(())
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

fn validate_executor_or_command(task: &TaskInfo, framework: &Framework, agent: &Agent) -> Result<(), String> {
    if task.executor.is_some() == task.command.is_some() {
        let text = "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
        return Err(text.to_owned());
    }
    let Some(executor) = &task.executor else { return Ok(()) };
    validate_executor(executor, framework, agent)?;
    if executor.r#type.is_some() && executor.r#type() != executor_info::Type::Custom {
        return Err("'ExecutorInfo.type' must be 'CUSTOM'".to_owned());
    }
    if executor.command.is_none() {
        return Err("'ExecutorInfo.command' must be set".to_owned());
    }
    let shared = Resources::from(&executor.resources[..]).shared();
    if !shared.is_empty() {
        let resources = Resources::from(&executor.resources[..]);
        return Err(format!("Executor resources {resources} should not contain any shared resources"));
    }
    match shares_cgroups(executor) {
        true => Err("The 'share_cgroups' field cannot be set to 'true' on executor containers".to_owned()),
        false => Ok(()),
    }
}

/// A task and its executor: what they use together is well-formed, and offered.
fn validate_together(
    task: &TaskInfo,
    framework: &Framework,
    agent: &Agent,
    offered: &Resources,
) -> Result<(), String> {
    let mut total = Resources::from(&task.resources[..]);
    if let Some(executor) = &task.executor {
        validate_pair(task, executor)?;
        if !agent.has_executor(framework.id(), &executor.executor_id.value) {
            total.extend(executor.resources.iter().cloned());
        }
    }
    match offered.contains(&total) {
        true => Ok(()),
        false => Err(format!(
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
