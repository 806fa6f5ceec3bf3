//! Executors, whose resources are taken once on each agent.

use std::collections::BTreeMap;

/// The executors of the tasks that are at a place.
#[derive(Debug, Default)]
pub(crate) struct Executors(BTreeMap<String, Shared>);

/// An executor, and what its tasks share.
#[derive(Debug, Default)]
struct Shared {
    tasks: usize,
    /// What it uses by itself, as far as is known.
    uses: Vec<(String, i64)>,
}

impl Executors {
    /// Returns whether one with this id has tasks there.
    pub(crate) fn runs(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// Counts one more task.
    pub(crate) fn add_task(&mut self, id: &str) {
        self.0.entry(id.to_owned()).or_default().tasks += 1;
    }

    /// Counts one task less. With the last one goes what the executor uses.
    pub(crate) fn remove_task(&mut self, id: &str) -> Vec<(String, i64)> {
        let Some(shared) = self.0.get_mut(id) else { return Vec::new() };
        shared.tasks -= 1;
        if shared.tasks > 0 {
            return Vec::new();
        }
        self.0.remove(id).map_or_else(Vec::new, |shared| shared.uses)
    }

    /// Notes what an executor uses that a task has started.
    pub(crate) fn set_uses(&mut self, id: &str, uses: Vec<(String, i64)>) {
        if let Some(shared) = self.0.get_mut(id) {
            shared.uses = uses;
        }
    }
}
