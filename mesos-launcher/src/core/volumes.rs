//! The persistent volumes of instances: which volume is whose.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::turn::Draft;
use super::{Core, records};
use crate::volume::{Volume, VolumeSpec, VolumeState};

/// The label of a reservation that has the id of the volume.
pub(super) const ID: &str = "mesos-launcher";

/// The record of a volume, written before the volume is created, and deleted when the volume is
/// known not to exist. The volume's id is that of the run for which it was created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct VolumeRecord {
    pub(super) workload: String,
    pub(super) index: usize,
    pub(super) agent: String,
    pub(super) host: String,
    pub(super) spec: VolumeSpec,
    pub(super) state: VolumeState,
    /// Whether it is known to exist: it was offered, or a task has run with it. Until then its
    /// reservation may have failed.
    pub(super) exists: bool,
    /// When it was offered last, by the monotonic clock.
    #[serde(skip)]
    pub(super) offered: Option<Duration>,
}

/// The volumes of all instances.
#[derive(Clone, Debug, Default)]
pub(super) struct Volumes {
    /// Whether the store outlives the process, so that volumes may.
    pub(super) is_kept: bool,
    by_id: BTreeMap<String, VolumeRecord>,
    /// The ids of those that instances keep.
    kept: BTreeMap<(String, usize), String>,
    /// The ids of all, by their agents.
    at: BTreeMap<String, BTreeSet<String>>,
}

impl Volumes {
    pub(super) fn insert(&mut self, id: &str, record: VolumeRecord) {
        self.remove(id);
        if record.state == VolumeState::Kept {
            self.kept.insert((record.workload.clone(), record.index), id.to_owned());
        }
        self.at.entry(record.agent.clone()).or_default().insert(id.to_owned());
        self.by_id.insert(id.to_owned(), record);
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<VolumeRecord> {
        let record = self.by_id.remove(id)?;
        let slot = (record.workload.clone(), record.index);
        if self.kept.get(&slot).is_some_and(|kept| kept == id) {
            self.kept.remove(&slot);
        }
        if let Some(there) = self.at.get_mut(&record.agent) {
            there.remove(id);
            if there.is_empty() {
                self.at.remove(&record.agent);
            }
        }
        Some(record)
    }

    pub(super) fn get(&self, id: &str) -> Option<&VolumeRecord> {
        self.by_id.get(id)
    }

    /// Returns the volume that an instance keeps, with its id.
    pub(super) fn kept(&self, name: &str, index: usize) -> Option<(&str, &VolumeRecord)> {
        let id = self.kept.get(&(name.to_owned(), index))?;
        Some((id, self.by_id.get(id)?))
    }

    /// Returns the ids of those on an agent.
    pub(super) fn at(&self, agent: &str) -> Vec<String> {
        self.at.get(agent).into_iter().flatten().cloned().collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &VolumeRecord)> {
        self.by_id.iter()
    }

    /// Returns whether offers are needed to destroy volumes.
    pub(super) fn has_destroying(&self) -> bool {
        self.by_id.values().any(|record| record.state == VolumeState::Destroying)
    }
}

impl VolumeRecord {
    fn shown(&self, id: &str) -> Volume {
        Volume { id: id.to_owned(), index: self.index, host: self.host.clone(), state: self.state }
    }
}

impl Core {
    /// Returns the volumes of all services, those that were forgotten included.
    pub(crate) fn volumes(&self) -> impl Iterator<Item = (&str, Volume)> {
        self.volumes.iter().map(|(id, record)| (record.workload.as_str(), record.shown(id)))
    }

    /// Puts the record of a volume, and shows the volume.
    pub(super) fn put_volume(&mut self, id: &str, record: VolumeRecord, draft: &mut Draft) {
        draft.put(records::volume(id), records::text(&record));
        draft.show_volume(&record.workload, id, Some(record.shown(id)));
        self.volumes.insert(id, record);
    }

    /// Deletes the record of a volume that does not exist. Its instance, if it waits for it, gets
    /// another one.
    pub(super) fn delete_volume(&mut self, id: &str, draft: &mut Draft) {
        let Some(record) = self.volumes.remove(id) else { return };
        draft.delete(records::volume(id));
        draft.show_volume(&record.workload, id, None);
        // The placer may be looking for this volume.
        self.is_unordered = true;
    }

    /// Shows the volumes of a service that is submitted again.
    pub(super) fn show_volumes(&self, name: &str, draft: &mut Draft) {
        for (id, record) in self.volumes.iter().filter(|(_, record)| record.workload == name) {
            draft.show_volume(name, id, Some(record.shown(id)));
        }
    }

    /// Returns whether a run, or one that was abandoned, may use a volume.
    pub(super) fn is_in_use(&self, id: &str, record: &VolumeRecord) -> bool {
        let slot = self.workloads.get(&record.workload).and_then(|one| one.slots.get(record.index));
        let run = slot.and_then(|slot| slot.run.as_ref());
        let is_of = |name: &str, index: usize| name == record.workload && index == record.index;
        let mut abandoned = self.abandoned.values();
        run.is_some_and(|run| run.volume.as_deref() == Some(id))
            || abandoned.any(|run| run.agent == record.agent && is_of(&run.workload, run.index))
    }
}

/// Returns the labels of the reservation of a volume. The first one is for programs.
pub(super) fn labels(id: &str, name: &str, index: usize) -> BTreeMap<String, String> {
    let labels = [(ID, id.to_owned()), ("workload", name.to_owned()), ("instance", index.to_string())];
    labels.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
