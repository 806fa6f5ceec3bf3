//! What a task group must be like.

use crate::proto::v1::offer::operation::LaunchGroup;
use crate::proto::v1::{ExecutorInfo, TaskInfo, executor_info, health_check};
use crate::resources::{Resources, Scalar};

use super::container::is_docker;
use super::executor::{shares_cgroups, validate_in as validate_executor};
use super::invalid::{ValidationError, at};
use super::prepare::prepare_group;
use super::resource::{overlap, validate_not_mixed, validate_unique_volumes};
use super::{Context, MIN_CPUS, MIN_MEM, fatal, task};

/// Checks whether a master would launch this group, if its agent, its ids and its resources are
/// those of the offer: all of it or nothing. The executor needs the framework's id.
///
/// # Errors
/// The first field that is wrong, in the order in which the master looks at them.
pub fn validate(group: &LaunchGroup) -> Result<(), ValidationError> {
    let mut group = group.clone();
    prepare_group(&mut group, "*").map_err(at("resources"))?;
    validate_in(&group, &())
}

/// Checks whether a master that knows `context` would launch this group, once it is
/// [prepared](super::prepare_group).
///
/// # Errors
/// The first field that is wrong, in the order in which the master looks at them.
pub fn validate_in(group: &LaunchGroup, context: &impl Context) -> Result<(), ValidationError> {
    // A real master does not look at this, and crashes.
    fatal::unique(&group.task_group.tasks).map_err(at("task_group.tasks"))?;
    for task in &group.task_group.tasks {
        validate_member(task, context)
            .map_err(|reason| format!("Task '{}' is invalid: {reason}", task.task_id.value))
            .map_err(at("task_group.tasks"))?;
    }
    validate_group_executor(group, context)?;
    validate_group_resources(group, context).map_err(at("resources"))?;
    validate_share_cgroups(group, context).map_err(at("container"))
}

fn validate_member(task: &TaskInfo, context: &impl Context) -> Result<(), String> {
    task::validate_alone(task, context).map_err(ValidationError::into_reason)?;
    let container = task.container.as_deref();
    let joins_network = container.is_some_and(|container| !container.network_infos.is_empty());
    let checked_by_network = task
        .health_check
        .as_ref()
        .is_some_and(|check| matches!(check.r#type(), health_check::Type::Http | health_check::Type::Tcp));
    if joins_network && checked_by_network {
        let text = "HTTP and TCP health checks are not supported for nested containers not joining parent's \
                    network";
        return Err(text.to_owned());
    }
    if container.is_some_and(is_docker) {
        return Err("Docker ContainerInfo is not supported on the task".to_owned());
    }
    match task.limits.is_empty() || share_cgroups(task) == Some(false) {
        true => Ok(()),
        false => Err("Resource limits may only be set for tasks within a task group when the \
                      'share_cgroups' field is set to 'false'."
            .to_owned()),
    }
}

fn validate_group_executor(group: &LaunchGroup, context: &impl Context) -> Result<(), ValidationError> {
    validate_executor(&group.executor, context)?;
    validate_fitting(group).map_err(at("executor"))
}

fn validate_fitting(group: &LaunchGroup) -> Result<(), String> {
    let executor = &group.executor;
    match executor.r#type.map(|_| executor.r#type()) {
        None => return Err("'ExecutorInfo.type' must be set".to_owned()),
        Some(executor_info::Type::Unknown) => return Err("Unknown executor type".to_owned()),
        Some(_) => {}
    }
    if executor.container.as_deref().is_some_and(is_docker) {
        return Err("Docker ContainerInfo is not supported on the executor".to_owned());
    }
    let mut tasks = group.task_group.tasks.iter();
    let other = tasks.find(|task| task.executor.as_deref().is_some_and(|other| other != executor));
    other.map_or(Ok(()), |task| {
        let (task, executor) = (&task.task_id.value, &executor.executor_id.value);
        Err(format!("The `ExecutorInfo` of task '{task}' is different from executor '{executor}'"))
    })
}

fn validate_group_resources(group: &LaunchGroup, context: &impl Context) -> Result<(), String> {
    let executor = &group.executor;
    validate_minimum(executor)?;
    validate_together(group)?;
    let tasks = group.task_group.tasks.iter();
    let mut total: Resources = tasks.flat_map(|task| task.resources.iter().cloned()).collect();
    if context.executor(&executor.executor_id.value).is_none() {
        total.extend(executor.resources.iter().cloned());
    }
    match context.offered().filter(|offered| !offered.contains(&total)) {
        None => Ok(()),
        Some(offered) => Err(format!(
            "Total resources {total} required by task group and its executor are more than available {offered}"
        )),
    }
}

fn validate_together(group: &LaunchGroup) -> Result<(), String> {
    let executor = &group.executor.resources[..];
    let tasks = || group.task_group.tasks.iter().map(|task| &task.resources[..]);
    let all: Vec<_> = tasks().flatten().chain(executor).cloned().collect();
    validate_unique_volumes(&all)
        .map_err(|reason| format!("Task group and executor use duplicate persistence ID: {reason}"))?;
    validate_not_mixed(&all).map_err(|reason| {
        format!("Task group and executor mix revocable and non-revocable resources: {reason}")
    })?;
    let mut parts: Vec<_> = tasks().chain([executor]).map(Resources::from).collect();
    if !overlap(&parts) {
        return Ok(());
    }
    let executor = parts.pop().unwrap_or_default();
    let tasks: Vec<_> = parts.iter().map(Resources::to_string).collect();
    Err(format!(
        "There are overlapping resources in the task group's task resources {{ {} }} and/or executor resources \
         {executor}",
        tasks.join(", ")
    ))
}

fn validate_minimum(executor: &ExecutorInfo) -> Result<(), String> {
    let id = &executor.executor_id.value;
    let resources = Resources::from(&executor.resources[..]);
    let (cpus, mem) = (resources.scalar("cpus"), resources.scalar("mem"));
    if cpus.is_none_or(|cpus| cpus < Scalar::new(MIN_CPUS)) {
        let used = cpus.map_or("None".to_owned(), |cpus| cpus.to_string());
        return Err(format!(
            "Executor '{id}' uses less CPUs ({used}) than the minimum required ({MIN_CPUS})"
        ));
    }
    if mem.is_none_or(|mem| mem < Scalar::new(MIN_MEM)) {
        let used = mem.map_or("None".to_owned(), |mem| format!("{}MB", mem.as_f64().trunc()));
        return Err(format!(
            "Executor '{id}' uses less memory ({used}) than the minimum required ({MIN_MEM}MB)"
        ));
    }
    match resources.scalar("disk") {
        Some(_) => Ok(()),
        None => Err(format!("Executor '{id}' uses no disk")),
    }
}

/// Checks that all tasks of an executor, including running ones, have one value; unset counts as
/// true.
fn validate_share_cgroups(group: &LaunchGroup, context: &impl Context) -> Result<(), String> {
    if shares_cgroups(&group.executor) {
        let text = "The 'share_cgroups' field cannot be set to 'true' on executor containers";
        return Err(text.to_owned());
    }
    let new = group.task_group.tasks.iter().map(|task| share_cgroups(task).unwrap_or(true));
    let mut values = new.chain(context.share_cgroups(&group.executor.executor_id.value));
    let first = values.next();
    match values.all(|value| Some(value) == first) {
        true => Ok(()),
        false => {
            Err("If set, the value of 'share_cgroups' must be the same for all tasks in each task group \
                      and under a single executor"
                .to_owned())
        }
    }
}

/// Returns what the task itself sets.
pub(super) fn share_cgroups(task: &TaskInfo) -> Option<bool> {
    task.container.as_ref()?.linux_info.as_ref()?.share_cgroups
}
