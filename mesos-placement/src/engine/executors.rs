//! Executors, whose resources are taken once on each agent.

use std::collections::BTreeMap;

use super::cluster::Cluster;
use super::explain::Cause;
use super::shape::Shape;
use super::site::Site;
use crate::{Needs, Reason};

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
    /// Counts one more task.
    pub(crate) fn enter(&mut self, id: &str) {
        self.0.entry(id.to_owned()).or_default().tasks += 1;
    }

    /// Counts one task less. With the last one goes what the executor uses.
    pub(crate) fn leave(&mut self, id: &str) -> Vec<(String, i64)> {
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

impl Site {
    /// Whether an executor runs there, or will soon.
    pub(crate) fn runs(&self, executor: &str) -> bool {
        self.agent.executors.contains(executor) || self.executors.0.contains_key(executor)
    }
}

impl Shape {
    /// The needs of the executor, if a task of this shape starts it at this place.
    pub(crate) fn starts<'a>(&'a self, site: &Site) -> Option<&'a Needs> {
        let executor = self.task.executor.as_ref()?;
        (!site.runs(&executor.id)).then_some(&executor.needs)
    }

    /// Whether there is room for the executor beside the task.
    pub(crate) fn has_room_for_executor(&self, cluster: &Cluster, place: usize) -> bool {
        let site = &cluster.sites[place];
        let Some(needs) = self.starts(site) else { return true };
        let amounts = &cluster.amounts[self.claim];
        let has_room =
            self.with_executor.iter().all(|(column, asked)| amounts.free(*column)[place] >= *asked);
        has_room
            && (!needs.is_particular() || {
                let mut pool = site.pool.clone();
                let took_task = pool.take(&amounts.claim, &self.task.needs).is_some();
                took_task && pool.take(&amounts.claim, needs).is_some()
            })
    }

    /// What is missing for the executor, if the amounts are there.
    pub(crate) fn shortage_for_executor(&self, cluster: &Cluster, place: usize) -> Option<Cause> {
        let needs = self.starts(&cluster.sites[place]).filter(|needs| needs.is_particular())?;
        match () {
            () if self.has_room_for_executor(cluster, place) => None,
            () if !needs.persistent.is_empty() => Some(Cause::Other(Reason::Volume)),
            () if needs.amount("ports") > 0 => Some(Cause::Ports),
            () => Some(Cause::Disk),
        }
    }

    /// What is asked for of a place: columns and amounts.
    pub(crate) fn asked_at(&self, site: &Site) -> &[(usize, i64)] {
        if self.starts(site).is_some() { &self.with_executor } else { &self.amounts }
    }
}
