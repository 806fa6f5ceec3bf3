//! The messages that launch runs.

use mesos_placement::Assignment;
use mesos_sdk::build;
use mesos_sdk::proto::v1::offer::operation::LaunchGroup;
use mesos_sdk::proto::v1::value::{Range, Ranges};
use mesos_sdk::proto::v1::{FrameworkId, Offer, Resource, TaskInfo};
use mesos_sdk::resources::{ResourceQuantities, Resources, Scalar};
use mesos_sdk::validation::ValidationError;

use super::ports::Ports;
use super::run::member_id;
use super::task_info::{described, task_info};
use crate::pod::{Member, Pod};
use crate::unit::{EXECUTOR, Unit};

/// What launches a run.
#[derive(Debug)]
pub(super) enum Launch {
    Task(Box<TaskInfo>),
    Group(Box<LaunchGroup>),
}

/// Creates the message for a run of the batch or service `name`.
pub(super) fn launch(
    unit: &Unit,
    (id, attempt): (&str, u32),
    slot: (&str, usize),
    assigned: (&Assignment, &Ports),
    framework: &FrameworkId,
) -> Result<Launch, ValidationError> {
    match unit {
        Unit::Task(task) => {
            task_info(task, (id, attempt), slot, assigned).map(|task| Launch::Task(Box::new(task)))
        }
        Unit::Pod(pod) => {
            group(pod, id, slot, assigned, framework).map(|group| Launch::Group(Box::new(group)))
        }
    }
}

/// Creates the group of a pod. It divides what was assigned to the pod.
fn group(
    pod: &Pod,
    id: &str,
    slot: (&str, usize),
    (assignment, ports): (&Assignment, &Ports),
    framework: &FrameworkId,
) -> Result<LaunchGroup, ValidationError> {
    let mut left = Resources::from(assignment.resources.as_slice());
    let executor = build::Executor::default_executor(id).name(slot.0).resources(take(&mut left, EXECUTOR));
    let mut group = build::Pod::new(executor);
    for member in &pod.members {
        let needs = member.task.needs.iter().map(|(name, amount)| (name.as_str(), *amount));
        let numbers = member.task.ports.iter().filter_map(|name| ports.get(name));
        let scalars = take(&mut left, needs);
        let resources = scalars.into_iter().chain(numbers.filter_map(|number| port(&left, *number)));
        group = group.task(task(pod, member, id, slot, ports).resources(resources));
    }
    let (framework_id, agent_id) = (framework.clone(), assignment.agent.as_str().into());
    group.build(&Offer { framework_id, agent_id, ..Offer::default() })
}

/// Describes a task of a pod, but for its resources.
fn task(pod: &Pod, member: &Member, id: &str, (name, index): (&str, usize), ports: &Ports) -> build::Task {
    let task = described(&member.task, (&member_id(id, &member.name), 1), (name, index), ports);
    let task = task.name(format!("{name}.{index}.{}", member.name));
    if pod.shared_folders.is_empty() {
        return task;
    }
    let folders = pod.shared_folders.iter();
    task.container(
        folders.fold(build::Container::mesos(), |container, path| container.shared_volume(path, path)),
    )
}

/// Takes amounts out of what is left of an assignment.
fn take<'n>(left: &mut Resources, needs: impl IntoIterator<Item = (&'n str, f64)>) -> Resources {
    let needs = needs.into_iter().map(|(name, amount)| (name.to_owned(), Scalar::new(amount)));
    let taken = left.shrink_to(&needs.collect::<ResourceQuantities>());
    *left -= taken.clone();
    taken
}

/// Returns a port with this number, as it was assigned.
fn port(assigned: &Resources, number: u16) -> Option<Resource> {
    let number = u64::from(number);
    let has = |range: &Range| (range.begin..=range.end).contains(&number);
    let mut ports = assigned.iter().filter(|resource| resource.name == "ports");
    let of = ports.find(|resource| resource.ranges.iter().flat_map(|ranges| &ranges.range).any(has))?;
    let ranges = Some(Ranges { range: vec![Range { begin: number, end: number }] });
    Some(Resource { ranges, ..of.clone() })
}
