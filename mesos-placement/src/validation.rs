//! Refuses invalid settings, agents and tasks.

use std::collections::HashSet;

use mesos_sdk::resources::Scalar;

use crate::needs::MAX_PORTS;
use crate::{
    Agent, Constraint, Key, Needs, PlacementError, PortNeeds, Preference, Running, Settings, Strategy, Task,
    Test, VolumeNeed,
};

/// How many bytes an agent's attributes may have.
const MAX_ATTRIBUTES: usize = 1 << 20;

pub(crate) fn settings(settings: &Settings) -> Result<(), PlacementError> {
    if let Strategy::Pack(shares) | Strategy::Spread(shares) | Strategy::Align(shares) = &settings.strategy
        && shares.0.iter().any(|(_, weight)| !weight.is_finite() || *weight < 0.0)
    {
        return Err(PlacementError::Settings(
            "the weight of a resource must be a number from zero on".to_owned(),
        ));
    }
    let mut limits = settings.group_limits.values().flat_map(|limits| limits.values());
    match limits.any(|limit| *limit < Scalar::ZERO) {
        true => Err(PlacementError::Settings("the limit of a group is negative".to_owned())),
        false => Ok(()),
    }
}

pub(crate) fn agent(agent: &Agent) -> Result<(), PlacementError> {
    let wrong = |problem: String| Err(PlacementError::Agent { agent: shortened(&agent.id), problem });
    if agent.id.is_empty() {
        return wrong("it has no id".to_owned());
    }
    if let Some((name, _)) = agent.total.iter().find(|(_, amount)| **amount < Scalar::ZERO) {
        return wrong(format!("it has a negative amount of {name} in all"));
    }
    let resources = || agent.offers.iter().flat_map(|offer| &offer.resources);
    for resource in resources() {
        if let Err(error) = mesos_sdk::resources::validate(resource) {
            return wrong(error.to_string());
        }
    }
    let bytes = agent.attributes.iter().map(size).fold(agent.hostname.len(), usize::saturating_add);
    if bytes > MAX_ATTRIBUTES {
        return wrong(format!("its attributes have {bytes} bytes; at most {MAX_ATTRIBUTES} are taken"));
    }
    Ok(())
}

fn size(attribute: &mesos_sdk::proto::v1::Attribute) -> usize {
    let text = attribute.text.as_ref().map_or(0, |text| text.value.len());
    let ranges = attribute.ranges.as_ref().map_or(0, |ranges| ranges.range.len() * 16);
    let set = attribute.set.as_ref().map_or(0, |set| set.item.iter().map(|item| item.len() + 1).sum());
    1 + attribute.name.len() + text + ranges + set
}

pub(crate) fn running(running: &Running) -> Result<(), PlacementError> {
    let wrong = |problem: String| Err(PlacementError::Task { task: shortened(&running.id), problem });
    if running.id.is_empty() {
        return wrong("it has no id".to_owned());
    }
    if let Some((name, _)) = running.uses.iter().find(|(_, amount)| **amount < Scalar::ZERO) {
        return wrong(format!("it uses a negative amount of {name}"));
    }
    named(&running.id, all_constraints(&running.constraints))
}

/// Checks a list of constraints, of which there are not too many.
fn all_constraints(constraints: &[Constraint]) -> Result<(), PlacementError> {
    let count = Constraint::count(constraints);
    if count > MAX_CONSTRAINTS {
        let problem = format!("it has {count} constraints; at most {MAX_CONSTRAINTS} are taken");
        return Err(PlacementError::Constraint(problem));
    }
    constraints.iter().try_for_each(|one| one.check(0))
}

/// How many constraints a task may have, with those within others.
const MAX_CONSTRAINTS: usize = 1024;
/// How many preferences, volumes, or ranges of ports a task may have.
const MAX_PARTS: usize = 1024;

pub(crate) fn known_already(task: &Task) -> PlacementError {
    PlacementError::Task {
        task: shortened(&task.id),
        problem: "a task with this id waits already".to_owned(),
    }
}

pub(crate) fn task(task: &Task) -> Result<(), PlacementError> {
    let wrong = |problem: String| Err(PlacementError::Task { task: shortened(&task.id), problem });
    if task.id.is_empty() {
        return wrong("it has no id".to_owned());
    }
    if let Some(problem) = problem_of(&task.needs) {
        return wrong(problem);
    }
    if let Some(executor) = &task.executor
        && let Some(problem) = problem_of(&executor.needs)
    {
        return wrong(format!("its executor {:?}: {problem}", shortened(&executor.id)));
    }
    if task.roles.is_empty() {
        return wrong("it takes resources of no role".to_owned());
    }
    if task.preferences.len() > MAX_PARTS {
        return wrong(format!("it has more than {MAX_PARTS} preferences"));
    }
    named(&task.id, all_constraints(&task.constraints))?;
    named(&task.id, task.preferences.iter().try_for_each(Preference::check))
}

/// Returns what is wrong with needs.
fn problem_of(needs: &Needs) -> Option<String> {
    if let Some(name) = needs.not_numbers.first() {
        return Some(format!("it asks for an amount of {name} that is not a number"));
    }
    if let Some((name, _)) = needs.scalars.iter().find(|(_, amount)| **amount < Scalar::ZERO) {
        return Some(format!("it asks for a negative amount of {name}"));
    }
    if needs.amount("gpus") % 1000 != 0 {
        return Some("it asks for a part of a GPU: Mesos has whole ones only".to_owned());
    }
    problem_of_volumes(needs).or_else(|| problem_of_ports(&needs.ports))
}

fn problem_of_volumes(needs: &Needs) -> Option<String> {
    if needs.volumes.len() + needs.persistent.len() > MAX_PARTS {
        return Some(format!("it asks for more than {MAX_PARTS} volumes"));
    }
    if needs.volumes.iter().any(|volume| volume.size <= Scalar::ZERO) {
        return Some("it asks for a volume without a size".to_owned());
    }
    let is_empty = |volume: &&VolumeNeed| volume.max_size.is_some_and(|most| most < volume.size);
    if let Some(volume) = needs.volumes.iter().find(is_empty) {
        return Some(format!("it asks for a volume of at least {} MB, and at most less", volume.size));
    }
    let negative = needs.persistent.iter().any(|volume| volume.size < Scalar::ZERO);
    negative.then(|| "it asks for a persistent volume of a negative size".to_owned())
}

fn problem_of_ports(ports: &PortNeeds) -> Option<String> {
    if ports.within.len() > MAX_PARTS || ports.fixed.len() > MAX_PORTS {
        return Some("it asks for more ports than there are, or for too many ranges of them".to_owned());
    }
    if let Some((begin, end)) = ports.within.iter().find(|(begin, end)| begin > end) {
        return Some(format!("its ports are to be within {begin}-{end}, which is empty"));
    }
    let mut seen = HashSet::new();
    let twice = ports.fixed.iter().find(|port| !seen.insert(**port));
    twice.map(|port| format!("it asks for port {port} twice"))
}

impl Task {
    /// Checks that an agent could take the task.
    ///
    /// # Errors
    ///
    /// [`PlacementError::Task`] if no agent can, whatever the cluster: its needs or its constraints
    /// are invalid, or constraints contradict each other.
    pub fn check(&self) -> Result<(), PlacementError> {
        task(self)?;
        named(&self.id, contradiction(&self.constraints))
    }
}

fn named(task: &str, result: Result<(), PlacementError>) -> Result<(), PlacementError> {
    result.map_err(|error| PlacementError::Task { task: shortened(task), problem: error.to_string() })
}

/// Constraints that no agent meets.
fn contradiction(constraints: &[Constraint]) -> Result<(), PlacementError> {
    if constraints.iter().any(Constraint::has_empty_list) {
        return Err(PlacementError::Constraint("a list of constraints is empty: it is never met".to_owned()));
    }
    let tests: Vec<_> = constraints
        .iter()
        .filter_map(|constraint| match constraint {
            Constraint::Attribute(key, test, None) => Some((key, test)),
            _ => None,
        })
        .collect();
    for (index, (key, test)) in tests.iter().enumerate() {
        let others = tests[index + 1..].iter().filter(|(other, _)| other == key);
        if let Some((_, other)) = others.into_iter().find(|(_, other)| contradict(key, test, other)) {
            return Err(PlacementError::Constraint(format!(
                "no agent meets both: {key} {test}, and {key} {other}"
            )));
        }
    }
    Ok(())
}

fn contradict(key: &Key, one: &Test, two: &Test) -> bool {
    let has_one_value = !matches!(key, Key::Attribute(_));
    match (one, two) {
        (Test::Absent, Test::In(_) | Test::Exists) | (Test::In(_) | Test::Exists, Test::Absent) => true,
        (Test::In(wanted), Test::NotIn(unwanted)) | (Test::NotIn(unwanted), Test::In(wanted)) => {
            wanted.is_subset(unwanted)
        }
        (Test::In(one), Test::In(two)) => has_one_value && one.is_disjoint(two),
        _ => false,
    }
}

/// Ids in errors are not longer than people read.
fn shortened(id: &str) -> String {
    id.chars().take(256).collect()
}
