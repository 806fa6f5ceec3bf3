//! What tasks of one shape have in common.

use std::hash::{Hash, Hasher};

use crate::{Condition, Preference, Share, Task};

/// A task without its id: tasks with equal keys are of one shape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShapeKey<'a>(pub(crate) &'a Task);

impl PartialEq for ShapeKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (self.0, other.0);
        one.group == two.group
            && one.needs == two.needs
            && one.executor == two.executor
            && one.allocated_to == two.allocated_to
            && one.constraints == two.constraints
            && one.preferences == two.preferences
            && one.version == two.version
            && one.labels == two.labels
            && one.namespace == two.namespace
            && one.roles == two.roles
            && one.reserved_for == two.reserved_for
            && one.gpu_agents == two.gpu_agents
            && one.revocable == two.revocable
            && one.replaces == two.replaces
    }
}

impl Eq for ShapeKey<'_> {}

impl Hash for ShapeKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let task = self.0;
        task.group.hash(state);
        task.version.hash(state);
        task.needs.scalars.hash(state);
        task.needs.ports.hash(state);
        task.constraints.hash(state);
        task.labels.hash(state);
        task.replaces.hash(state);
        task.preferences.iter().for_each(|preference| hash(preference, state));
    }
}

/// Hashes the weight, and what is preferred where that has a hash: equal preferences have equal
/// hashes.
fn hash<H: Hasher>(preference: &Preference, state: &mut H) {
    // Zeros of either sign are equal.
    (preference.weight + 0.0).to_bits().hash(state);
    match &preference.condition {
        Condition::Met(constraint) => constraint.hash(state),
        Condition::AvoidAgents(agents) => agents.hash(state),
        Condition::Fewest { by, of } => (by, of).hash(state),
        Condition::Share(Share { by, total, .. }) => (by, total).hash(state),
        Condition::Level(by) => by.hash(state),
    }
}
