//! Refuses input that can't be right.

use mesos_sdk::resources::Scalar;

use crate::{Agent, Constraint, Key, PlacementError, Preference, Running, Settings, Strategy, Task, Test};

/// How many bytes an agent's attributes may have.
const MAX_ATTRIBUTES: usize = 1 << 20;

pub(crate) fn settings(settings: &Settings) -> Result<(), PlacementError> {
    if let Strategy::Pack(shares) | Strategy::Spread(shares) = &settings.strategy
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
    let resources = || agent.offers.iter().flat_map(|offer| &offer.resources);
    for resource in resources() {
        if let Err(error) = mesos_sdk::resources::validate(resource) {
            return wrong(error.to_string());
        }
    }
    let bytes: usize = agent.attributes.iter().map(size).sum();
    if bytes > MAX_ATTRIBUTES {
        return wrong(format!("its attributes have {bytes} bytes; at most {MAX_ATTRIBUTES} are taken"));
    }
    Ok(())
}

fn size(attribute: &mesos_sdk::proto::v1::Attribute) -> usize {
    let text = attribute.text.as_ref().map_or(0, |text| text.value.len());
    let ranges = attribute.ranges.as_ref().map_or(0, |ranges| ranges.range.len() * 16);
    let set = attribute.set.as_ref().map_or(0, |set| set.item.iter().map(String::len).sum());
    attribute.name.len() + text + ranges + set
}

pub(crate) fn running(running: &Running) -> Result<(), PlacementError> {
    named(&running.id, running.constraints.iter().try_for_each(|one| one.check(0)))
}

pub(crate) fn task(task: &Task) -> Result<(), PlacementError> {
    let wrong =
        |problem: &str| Err(PlacementError::Task { task: shortened(&task.id), problem: problem.to_owned() });
    let needs = &task.needs;
    if let Some((name, _)) = needs.scalars.iter().find(|(_, amount)| **amount < Scalar::ZERO) {
        return wrong(&format!("it asks for a negative amount of {name}"));
    }
    if needs.amount("gpus") % 1000 != 0 {
        return wrong("it asks for a part of a GPU: Mesos has whole ones only");
    }
    if needs.volumes.iter().any(|volume| volume.size <= Scalar::ZERO) {
        return wrong("it asks for a volume without a size");
    }
    if let Some((begin, end)) = needs.ports.within.iter().find(|(begin, end)| begin > end) {
        return wrong(&format!("its ports are to be within {begin}-{end}, which is empty"));
    }
    if task.roles.is_empty() {
        return wrong("it takes resources of no role");
    }
    named(&task.id, task.constraints.iter().try_for_each(|one| one.check(0)))?;
    named(&task.id, task.preferences.iter().try_for_each(Preference::check))
}

/// Refuses constraints that no agent meets together.
pub(crate) fn contradictions(task: &Task) -> Result<(), PlacementError> {
    named(&task.id, contradiction(&task.constraints))
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
                "no agent meets both {test:?} and {other:?} for {key:?}"
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
