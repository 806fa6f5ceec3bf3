//! Validation of calls about containers.

use mesos_sdk::proto::v1::agent::Call;
use mesos_sdk::proto::v1::agent::call::{LaunchContainer, Type};
use mesos_sdk::proto::v1::{CommandInfo, ContainerId, ContainerInfo, Resource};
use mesos_sdk::validation;

use super::book::Name;

/// Checks a call by its content alone. The error is the agent's reason to refuse it.
#[expect(deprecated, reason = "operators still send the older names")]
pub(in super::super) fn validate(call: &Call) -> Result<(), String> {
    match call.r#type() {
        Type::LaunchContainer => launch(part("launch_container", call.launch_container.as_deref())?),
        Type::LaunchNestedContainer => {
            let field = "launch_nested_container";
            let launch = part(field, call.launch_nested_container.as_ref())?;
            within(field, &launch.container_id)?;
            contents(field, launch.command.as_deref(), launch.container.as_deref())
        }
        Type::LaunchNestedContainerSession => {
            let field = "launch_nested_container_session";
            let launch = part(field, call.launch_nested_container_session.as_ref())?;
            within(field, &launch.container_id)?;
            contents(field, launch.command.as_deref(), launch.container.as_deref())
        }
        Type::WaitContainer => {
            let field = "wait_container";
            id(field, &part(field, call.wait_container.as_ref())?.container_id)
        }
        Type::KillContainer => {
            let field = "kill_container";
            id(field, &part(field, call.kill_container.as_ref())?.container_id)
        }
        Type::RemoveContainer => {
            let field = "remove_container";
            id(field, &part(field, call.remove_container.as_ref())?.container_id)
        }
        Type::WaitNestedContainer => {
            let field = "wait_nested_container";
            within(field, &part(field, call.wait_nested_container.as_ref())?.container_id)
        }
        Type::KillNestedContainer => {
            let field = "kill_nested_container";
            within(field, &part(field, call.kill_nested_container.as_ref())?.container_id)
        }
        Type::RemoveNestedContainer => {
            let field = "remove_nested_container";
            within(field, &part(field, call.remove_nested_container.as_ref())?.container_id)
        }
        Type::AttachContainerOutput => {
            let field = "attach_container_output";
            id(field, &part(field, call.attach_container_output.as_ref())?.container_id)
        }
        _ => Ok(()),
    }
}

fn part<'a, T>(field: &str, part: Option<&'a T>) -> Result<&'a T, String> {
    part.ok_or_else(|| format!("Expecting '{field}' to be present"))
}

fn id(field: &str, id: &ContainerId) -> Result<(), String> {
    let valid = Name::of(id).map(drop);
    valid.map_err(|reason| format!("'{field}.container_id' is invalid: {reason}"))
}

/// Checks that the container is nested, as the older calls require.
fn within(field: &str, container: &ContainerId) -> Result<(), String> {
    id(field, container)?;
    match container.parent {
        Some(_) => Ok(()),
        None => Err(format!("Expecting '{field}.container_id.parent' to be present")),
    }
}

fn contents(
    field: &str,
    command: Option<&CommandInfo>,
    container: Option<&ContainerInfo>,
) -> Result<(), String> {
    let invalid = |part: &str, reason: String| format!("'{field}.{part}' is invalid: {reason}");
    command.map_or(Ok(()), validation::command).map_err(|reason| invalid("command", reason))?;
    container.map_or(Ok(()), validation::container).map_err(|reason| invalid("container", reason))
}

fn launch(launch: &LaunchContainer) -> Result<(), String> {
    id("launch_container", &launch.container_id)?;
    validation::well_formed(&launch.resources).map_err(|reason| format!("Invalid resources: {reason}"))?;
    if launch.container_id.parent.is_none() {
        launch.resources.iter().try_for_each(of_its_own)?;
    }
    contents("launch_container", launch.command.as_deref(), launch.container.as_deref())?;
    let is_deep = launch.container_id.parent.as_ref().is_some_and(|parent| parent.parent.is_some());
    let fault = if !is_deep {
        return Ok(());
    } else if !launch.resources.is_empty() {
        "resources"
    } else if !launch.limits.is_empty() {
        "resource limits"
    } else {
        return Ok(());
    };
    Err(format!(
        "'launch_container' is invalid: containers nested at the second level or greater cannot specify {fault}"
    ))
}

/// Checks a resource of a standalone container, which may not use what the master manages.
fn of_its_own(resource: &Resource) -> Result<(), String> {
    let fault = if !resource.reservations.is_empty() {
        "must be unreserved"
    } else if resource.disk.as_ref().is_some_and(|disk| disk.persistence.is_some()) {
        "may not use persistent volumes"
    } else if resource.revocable.is_some() {
        "must be non-revocable"
    } else {
        return Ok(());
    };
    Err(format!("'launch_container.resources' {fault}"))
}
