//! The ports of a run.

use std::collections::BTreeMap;

use mesos_placement::Assignment;
use mesos_sdk::resources::Resources;

use crate::unit::Unit;

/// The numbers of ports, by name.
pub(super) type Ports = BTreeMap<String, u16>;

/// Returns the ports of a task or pod, with the numbers that were assigned to it.
pub(super) fn assigned(unit: &Unit, assignment: &Assignment) -> Ports {
    let resources = Resources::from(assignment.resources.as_slice());
    let numbers = resources.ports();
    let numbers = numbers.numbers().filter_map(|number| u16::try_from(number).ok());
    unit.ports().cloned().zip(numbers).collect()
}
