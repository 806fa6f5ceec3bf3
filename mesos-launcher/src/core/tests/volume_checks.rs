//! The persistent volumes of the model, and what must hold for them.

use std::collections::BTreeSet;

use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{Resource, TaskInfo};

use super::super::records::{below, read, volume};
use super::super::volumes::VolumeRecord;
use super::agent::Agent;
use super::checks::index;
use super::world::World;
use crate::store::Records;
use crate::volume::VolumeState;

/// Returns the id of a resource that is a volume.
fn id(resource: &Resource) -> Option<&str> {
    Some(&resource.disk.as_ref()?.persistence.as_ref()?.id)
}

fn created(operations: &[Operation]) -> impl Iterator<Item = &Resource> {
    operations.iter().filter_map(|operation| operation.create.as_ref()).flat_map(|create| &create.volumes)
}

fn destroyed(operations: &[Operation]) -> impl Iterator<Item = &str> {
    let destroys = operations.iter().filter_map(|operation| operation.destroy.as_ref());
    destroys.flat_map(|destroy| destroy.volumes.iter().filter_map(id))
}

/// Returns the records of volumes, with their ids.
pub(super) fn recorded(store: &Records) -> impl Iterator<Item = (String, VolumeRecord)> {
    below(store, "volume/").map(|id| (id.to_owned(), read(store, &volume(id)).unwrap().unwrap()))
}

pub(super) fn has_destroying(store: &Records) -> bool {
    recorded(store).any(|(_, record)| record.state == VolumeState::Destroying)
}

impl Agent {
    /// Returns the volumes that no task uses, as the master believes.
    pub(super) fn unused_volumes(&self) -> impl Iterator<Item = Resource> {
        let used: BTreeSet<_> =
            self.live().chain(&self.believed).filter_map(|id| self.uses.get(id)).collect();
        let unused = self.volumes.iter().filter(move |(id, _)| !used.contains(id));
        unused.map(|(_, volume)| volume.clone())
    }

    /// Lets a task use its volume, and returns whether it is there.
    pub(super) fn lends(&mut self, task: &TaskInfo) -> bool {
        let Some(volume) = task.resources.iter().find_map(id) else { return true };
        let is_there = self.is_cut_off || self.volumes.contains_key(volume);
        if is_there {
            self.uses.insert(task.task_id.value.clone(), volume.to_owned());
        }
        is_there
    }
}

impl World {
    /// An agent carries out operations, unless they get lost.
    pub(super) fn operate(&mut self, number: usize, operations: &[Operation]) {
        let is_lost = !self.is_calm && !operations.is_empty() && self.chance.once_in(4);
        let agent = &mut self.agents[number];
        if is_lost || agent.is_cut_off {
            return;
        }
        for volume in created(operations) {
            let id = id(volume).unwrap().to_owned();
            assert!(agent.volumes.insert(id.clone(), volume.clone()).is_none(), "{id} is created again");
        }
        for id in destroyed(operations) {
            if agent.unused_volumes().any(|volume| self::id(&volume) == Some(id)) {
                agent.volumes.remove(id);
            }
        }
    }
}

/// Checks that a volume is recorded before it is created, that it is destroyed only on a command,
/// and that a task has the volume of its instance.
pub(super) fn check_operations(operations: &[Operation], tasks: &[TaskInfo], store: &Records) {
    let find = |id: &str| recorded(store).find(|(known, _)| known == id).map(|(_, record)| record);
    for volume in created(operations) {
        let id = id(volume).unwrap();
        assert!(find(id).is_some_and(|record| record.state == VolumeState::Kept), "{id} is not recorded");
    }
    for id in destroyed(operations) {
        let record = find(id).unwrap_or_else(|| panic!("{id} is unknown, and destroyed"));
        assert_eq!(record.state, VolumeState::Destroying, "{id} is destroyed");
    }
    for task in tasks {
        let Some(id) = task.resources.iter().find_map(id) else { continue };
        let record = find(id).unwrap_or_else(|| panic!("{id} is not recorded"));
        assert_eq!(record.index, index(&task.task_id.value), "{id} is used by another instance");
        assert_eq!(record.state, VolumeState::Kept, "{id} is used");
    }
}

/// Checks that each volume is recorded, and that an instance keeps at most one.
pub(super) fn check(agents: &[Agent], store: &Records) {
    let mut kept = BTreeSet::new();
    for (id, record) in recorded(store).filter(|(_, record)| record.state == VolumeState::Kept) {
        assert!(
            kept.insert(record.index),
            "instance {} keeps two volumes, of which one is {id}",
            record.index
        );
    }
    for id in agents.iter().flat_map(|agent| agent.volumes.keys()) {
        assert!(recorded(store).any(|(known, _)| known == *id), "{id} is forgotten");
    }
}
