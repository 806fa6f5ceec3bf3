//! What Mesos 1.11 does not refuse, but crashes at: the library does not send it.

use std::collections::BTreeSet;

use crate::proto::v1::offer::Operation;
use crate::proto::v1::offer::operation::Type;
use crate::proto::v1::quota::QuotaRequest;
use crate::proto::v1::value::Type as Value;
use crate::proto::v1::{Resource, TaskInfo};
use crate::resources::Scalar;

/// The longest name that a folder of an agent can have, in bytes.
const MAX_FOLDER_NAME: usize = 255;

/// Checks whether a master survives this operation of an ACCEPT; the error names what would crash
/// it.
pub(crate) fn operation(operation: &Operation) -> Result<(), String> {
    match operation.r#type() {
        Type::Launch => operation.launch.iter().try_for_each(|launch| tasks(&launch.task_infos)),
        Type::LaunchGroup => operation.launch_group.iter().try_for_each(|group| {
            resources(&group.executor.resources)?;
            tasks(&group.task_group.tasks)?;
            unique(&group.task_group.tasks)
        }),
        Type::Reserve => operation.reserve.iter().try_for_each(|reserve| converted(&reserve.resources)),
        Type::Unreserve => {
            operation.unreserve.iter().try_for_each(|unreserve| converted(&unreserve.resources))
        }
        Type::Create => operation.create.iter().try_for_each(|create| volumes(&create.volumes)),
        Type::Destroy => operation.destroy.iter().try_for_each(|destroy| resources(&destroy.volumes)),
        _ => Ok(()),
    }
}

/// Checks whether a master or an agent survives these resources, whatever they are for: it has no
/// words for a resource that is neither a number, nor ranges, nor a set, and crashes when it is to
/// refuse one.
pub(crate) fn resources(resources: &[Resource]) -> Result<(), String> {
    let known = [Value::Scalar, Value::Ranges, Value::Set].map(i32::from);
    match resources.iter().find(|resource| !known.contains(&resource.r#type)) {
        Some(Resource { name, .. }) => {
            Err(format!("resource '{name}' is of no type that resources can have"))
        }
        None => Ok(()),
    }
}

/// Checks whether a master survives this request for a quota: if it is forced, nothing else keeps
/// it from amounts that it can't count.
pub(crate) fn quota(request: &QuotaRequest) -> Result<(), String> {
    resources(&request.guarantee)?;
    let amount = |resource: &Resource| resource.scalar.map_or(0.0, |scalar| scalar.value);
    match request.force == Some(true) {
        true => request.guarantee.iter().try_for_each(|one| super::quota_amount(&one.name, amount(one))),
        false => Ok(()),
    }
}

/// Checks the same for what is to be reserved, unreserved or made into volumes, which must not be
/// empty.
pub(crate) fn converted(all: &[Resource]) -> Result<(), String> {
    resources(all)?;
    match is_nothing(all) {
        true => Err("all the amounts are zero".to_owned()),
        false => Ok(()),
    }
}

/// Checks whether the master and the agent survive the creation of these volumes.
pub(crate) fn volumes(volumes: &[Resource]) -> Result<(), String> {
    converted(volumes)?;
    folders(volumes)
}

/// Checks whether the agent can make the folders of volumes, which are within one that has the name
/// of their role. A real agent that can't crashes.
pub(super) fn folders(volumes: &[Resource]) -> Result<(), String> {
    let mut roles = volumes.iter().filter_map(|volume| volume.reservations.last()?.role.as_ref());
    match roles.find(|role| role.len() > MAX_FOLDER_NAME) {
        Some(role) => Err(format!(
            "Role '{role}' has more than {MAX_FOLDER_NAME} bytes, so an agent can't make a folder for its volumes"
        )),
        None => Ok(()),
    }
}

/// Returns whether there are resources, and each amounts to nothing.
pub(super) fn is_nothing(resources: &[Resource]) -> bool {
    !resources.is_empty() && resources.iter().all(amounts_to_nothing)
}

fn amounts_to_nothing(resource: &Resource) -> bool {
    match resource.r#type() {
        Value::Scalar => {
            resource.scalar.is_some_and(|amount| amount.value >= 0.0 && Scalar::from(amount) == Scalar::ZERO)
        }
        Value::Ranges => resource.ranges.as_ref().is_some_and(|ranges| ranges.range.is_empty()),
        Value::Set => resource.set.as_ref().is_some_and(|set| set.item.is_empty()),
        Value::Text => false,
    }
}

fn tasks(tasks: &[TaskInfo]) -> Result<(), String> {
    tasks.iter().try_for_each(|task| {
        resources(&task.resources)?;
        task.executor.iter().try_for_each(|executor| resources(&executor.resources))
    })
}

/// Checks whether each task of a group is named once.
pub(super) fn unique(tasks: &[TaskInfo]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    match tasks.iter().find(|task| !seen.insert(&task.task_id.value)) {
        Some(TaskInfo { task_id, .. }) => {
            let id = &task_id.value;
            Err(format!("Task '{id}' is invalid: Task has duplicate ID: {id}"))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::TaskId;
    use crate::proto::v1::offer::operation::LaunchGroup;
    use crate::proto::v1::value::Ranges;
    use crate::resources::Resources;

    fn of(text: &str) -> Vec<Resource> {
        text.parse::<Resources>().unwrap().into()
    }

    fn zero() -> Resource {
        let mut zero = of("cpus:1").remove(0);
        zero.scalar = Some(crate::proto::v1::value::Scalar { value: 0.0 });
        zero
    }

    fn text() -> Resource {
        Resource { r#type: Value::Text.into(), scalar: None, ..zero() }
    }

    #[test]
    fn zero_amounts_are_refused() {
        let nothing: [fn(Vec<Resource>) -> Operation; 3] =
            [Operation::reserve, Operation::unreserve, Operation::create];
        for make in nothing {
            assert_eq!(operation(&make(vec![zero()])).unwrap_err(), "all the amounts are zero");
            assert_eq!(operation(&make([vec![zero()], of("mem:1")].concat())), Ok(()));
            // Masters refuse this.
            assert_eq!(operation(&make(vec![])), Ok(()));
        }
        assert_eq!(operation(&Operation::destroy(vec![zero()])), Ok(()));
        let no_ports = Resource { ranges: Some(Ranges::default()), ..of("ports:[1-2]").remove(0) };
        assert!(operation(&Operation::reserve(vec![no_ports])).is_err());
    }

    #[test]
    fn role_of_a_volume_can_name_a_folder() {
        use crate::build::{PersistentVolume, Reservation};
        let create = |length| {
            let disk = Reservation::for_role("r".repeat(length)).build(&"disk:1".parse().unwrap()).unwrap();
            operation(&Operation::create(vec![PersistentVolume::new("v", "data").build(&disk[0]).unwrap()]))
        };
        assert_eq!(create(255), Ok(()));
        let reason = create(256).unwrap_err();
        assert!(reason.ends_with("has more than 255 bytes, so an agent can't make a folder for its volumes"));
    }

    #[test]
    fn a_quota_that_is_forced_can_be_counted() {
        let request =
            |text, force| QuotaRequest { force: Some(force), guarantee: of(text), ..QuotaRequest::default() };
        for (text, force, survives) in [
            ("cpus:1000000000000;mem:1099511627776", true, true),
            ("cpus:1000000000001", true, false),
            ("disk:1099511627777", true, false),
            // More than any cluster has, which masters look at first.
            ("cpus:1000000000001", false, true),
        ] {
            assert_eq!(quota(&request(text, force)).is_ok(), survives, "{text}");
        }
        assert!(quota(&QuotaRequest { guarantee: vec![text()], ..QuotaRequest::default() }).is_err());
    }

    #[test]
    fn text_resources_are_refused() {
        let task = |resources| TaskInfo { resources, ..TaskInfo::default() };
        let mut group = LaunchGroup::default();
        group.executor.resources = vec![text()];
        for fatal in [
            Operation::launch(vec![task(of("cpus:1")), task(vec![text()])]),
            Operation::launch_group(group),
            Operation::reserve(vec![text()]),
            Operation::destroy(vec![text()]),
        ] {
            let reason = operation(&fatal).unwrap_err();
            assert_eq!(reason, "resource 'cpus' is of no type that resources can have");
        }
        assert_eq!(operation(&Operation::launch(vec![task(of("cpus:1;ports:[1-2];disks:{a}"))])), Ok(()));
    }

    #[statement::proves(group)]
    #[test]
    fn task_is_named_once() {
        let named = |id: &str| TaskInfo { task_id: TaskId::from(id), ..TaskInfo::default() };
        let mut group = LaunchGroup::default();
        group.task_group.tasks = vec![named("a"), named("b"), named("a")];
        let reason = operation(&Operation::launch_group(group)).unwrap_err();
        assert_eq!(reason, "Task 'a' is invalid: Task has duplicate ID: a");
    }
}
