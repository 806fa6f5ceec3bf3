//! What a task must be like to be launched. The words are Mesos'.

use std::collections::BTreeSet;

use mesos_sdk::proto::v1::{DurationInfo, Resource, TaskInfo};
use mesos_sdk::resources::{Resources, Scalar};

use super::Master;
use super::agent::Agent;
use super::executor_validation::{shares_cgroups, validate_executor};
use super::framework::Framework;
use super::framework_validation::validate_id;

impl Master {
    /// Whether a task of LAUNCH can be launched with these resources of an offer.
    pub(super) fn validate_task(
        &self,
        framework: &str,
        agent: &str,
        task: &TaskInfo,
        offered: &Resources,
    ) -> Result<(), String> {
        let (framework, agent) = self.parties(framework, agent)?;
        validate(task, framework, agent)?;
        validate_with_executor(task, framework, agent, offered)?;
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
    validate_id(&task.task_id.value)?;
    validate_unique(&task.task_id.value, framework)?;
    if task.agent_id != agent.agent_id() {
        let (named, expected) = (&task.agent_id.value, agent.id());
        return Err(format!("Task uses invalid agent {named} while agent {expected} is expected"));
    }
    let grace = task.kill_policy.as_ref().and_then(|policy| policy.grace_period);
    non_negative(grace, "Task's 'kill_policy.grace_period' must be non-negative")?;
    non_negative(task.max_completion_time, "Task's `max_completion_time` must be non-negative")?;
    validate_resources(task)?;
    validate_limits(task)
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
    if task.resources.is_empty() {
        return Err("Task uses no resources".to_owned());
    }
    validate_gpus(&task.resources).map_err(|reason| format!("Task uses invalid resources: {reason}"))?;
    validate_single_role(&task.resources).map_err(|reason| format!("Invalid task resources: {reason}"))?;
    validate_not_mixed(&task.resources)
        .map_err(|reason| format!("Task mixes revocable and non-revocable resources: {reason}"))
}

pub(super) fn validate_gpus(resources: &[Resource]) -> Result<(), String> {
    let gpus = Resources::from(resources).gpus().as_f64();
    match gpus.fract() == 0.0 {
        true => Ok(()),
        false => Err("Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer".to_owned()),
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

fn validate_limits(task: &TaskInfo) -> Result<(), String> {
    if task.limits.keys().any(|name| name != "cpus" && name != "mem") {
        return Err("Only cpus and mem may be included in a task's resource limits".to_owned());
    }
    let resources = Resources::from(&task.resources[..]);
    for (name, long, requested) in
        [("cpus", "CPU", resources.scalar("cpus")), ("mem", "memory", resources.scalar("mem"))]
    {
        let Some(limit) = task.limits.get(name) else { continue };
        let Some(requested) = requested else {
            return Err(format!("When a {long} limit is specified, a {long} request must also be specified"));
        };
        if limit.value < requested.as_f64() {
            let long = if name == "cpus" { "cpu" } else { long };
            return Err(format!("The {long} limit must be greater than or equal to the {long} request"));
        }
    }
    Ok(())
}

fn validate_with_executor(
    task: &TaskInfo,
    framework: &Framework,
    agent: &Agent,
    offered: &Resources,
) -> Result<(), String> {
    if task.executor.is_some() == task.command.is_some() {
        let text = "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
        return Err(text.to_owned());
    }
    let mut total = Resources::from(&task.resources[..]);
    let mut together = task.resources.clone();
    if let Some(executor) = &task.executor {
        validate_executor(executor, framework, agent)?;
        if executor.r#type.is_some() && executor.r#type() != mesos_sdk::proto::v1::executor_info::Type::Custom
        {
            return Err("'ExecutorInfo.type' must be 'CUSTOM'".to_owned());
        }
        if executor.command.is_none() {
            return Err("'ExecutorInfo.command' must be set".to_owned());
        }
        if shares_cgroups(executor) {
            let text = "The 'share_cgroups' field cannot be set to 'true' on executor containers";
            return Err(text.to_owned());
        }
        if !agent.has_executor(framework.id(), &executor.executor_id.value) {
            total.extend(executor.resources.iter().cloned());
        }
        together.extend(executor.resources.iter().cloned());
    }
    validate_not_mixed(&together).map_err(|reason| {
        format!("Task and its executor mix revocable and non-revocable resources: {reason}")
    })?;
    match offered.contains(&total) {
        true => Ok(()),
        false => Err(format!(
            "Total resources {total} required by task and its executor is more than available {offered}"
        )),
    }
}

/// A length of time that is no less than nothing.
pub(super) fn non_negative(length: Option<DurationInfo>, otherwise: &str) -> Result<(), String> {
    match length {
        Some(length) if length.nanoseconds < 0 => Err(otherwise.to_owned()),
        _ => Ok(()),
    }
}

/// Whether there is at least `least` of a scalar.
pub(super) fn at_least(amount: Option<Scalar>, least: f64) -> bool {
    amount.is_some_and(|amount| amount >= Scalar::new(least))
}
