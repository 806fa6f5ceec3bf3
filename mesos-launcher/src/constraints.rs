//! Constraints and preferences of tasks, fitted to their batch or service, and checked.

use mesos_placement::{
    Condition, Constraint, Domains, Key, Needs, PlacementError, Preference, Rule, Select, Task as Wanted,
};

/// How deep nested constraints are looked at; deeper ones are refused.
const MAX_DEPTH: usize = 17;

/// Returns a constraint as one on this number of tasks. A spread is over all known agents: in each
/// turn, only some of them offer something.
pub(crate) fn fitted(mut constraint: Constraint, tasks: usize) -> Constraint {
    visit(&mut constraint, MAX_DEPTH, &mut |constraint| {
        if let Constraint::Group(group) = constraint {
            match &mut group.rule {
                Rule::Even { instances, .. } => *instances = tasks.max(1),
                Rule::Spread(spread) if spread.domains == Domains::Agents => spread.domains = Domains::Known,
                _ => {}
            }
        }
    });
    constraint
}

/// Returns a preference as one for this number of tasks.
pub(crate) fn fitted_preference(mut preference: Preference, tasks: usize) -> Preference {
    preference.condition = match preference.condition {
        Condition::Met(constraint) => Condition::Met(fitted(constraint, tasks)),
        Condition::Fewest { by, .. } => Condition::Fewest { by, of: tasks.max(1) },
        Condition::Share(mut share) => {
            share.total = tasks.max(1);
            Condition::Share(share)
        }
        other => other,
    };
    preference
}

/// Visits a constraint, and those within it.
fn visit(constraint: &mut Constraint, depth: usize, see: &mut impl FnMut(&mut Constraint)) {
    see(constraint);
    match constraint {
        Constraint::All(of) | Constraint::Any(of) if depth > 0 => {
            for one in of {
                visit(one, depth - 1, see);
            }
        }
        Constraint::Not(of) if depth > 0 => visit(of, depth - 1, see),
        _ => {}
    }
}

/// Returns the preference for hosts with few instances of the same service.
pub(crate) fn on_other_hosts() -> Preference {
    Preference::level(Key::Hostname, 1.0)
}

/// Refuses constraints and preferences that can't be right.
pub(crate) fn check(constraints: &[Constraint], preferences: &[Preference]) -> Result<(), String> {
    if constraints.is_empty() && preferences.is_empty() {
        return Ok(());
    }
    let mut wanted = Wanted::new("task", Needs::default());
    (wanted.constraints, wanted.preferences) = (constraints.to_vec(), preferences.to_vec());
    wanted.check().map_err(|error| match error {
        PlacementError::Task { problem, .. } => format!("{problem}: change or remove the constraint"),
        other => other.to_string(),
    })?;
    match wanted.constraints.iter_mut().any(selects_by_labels)
        || wanted.preferences.iter_mut().any(prefers_by_labels)
    {
        true => Err(
            "a constraint selects tasks by labels, and the tasks of a launcher have none: name a batch or \
                     service with Select::group"
                .to_owned(),
        ),
        false => Ok(()),
    }
}

fn selects_by_labels(constraint: &mut Constraint) -> bool {
    let mut selects = false;
    visit(constraint, MAX_DEPTH, &mut |constraint| {
        selects |=
            matches!(constraint, Constraint::Group(group) if matches!(group.select, Select::Labels(..)));
    });
    selects
}

fn prefers_by_labels(preference: &mut Preference) -> bool {
    let of_condition = match &mut preference.condition {
        Condition::Met(constraint) => selects_by_labels(constraint),
        _ => false,
    };
    of_condition || matches!(preference.select, Select::Labels(..))
}
