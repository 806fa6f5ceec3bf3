//! The places of instances with volumes: which volume is whose.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::turn::Draft;
use super::{Core, records};
use crate::volume::{Volume, VolumeSpec, VolumeState};

/// A volume of an instance, recorded before it is made, until it is known not to exist. Its id is
/// that of the run which it was made for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) workload: String,
    pub(super) index: usize,
    pub(super) agent: String,
    pub(super) host: String,
    pub(super) volume: VolumeSpec,
    pub(super) state: VolumeState,
    /// Whether it is known to exist: it was offered, or a task has run with it. Until then its
    /// reservation may have failed.
    pub(super) exists: bool,
    /// When it was offered last, by the monotonic clock.
    #[serde(skip)]
    pub(super) seen: Option<Duration>,
}

/// All places.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// Whether the store outlives the process, so that volumes may.
    pub(super) is_kept: bool,
    by_id: BTreeMap<String, Place>,
    /// The ids of those that instances keep.
    kept: BTreeMap<(String, usize), String>,
    /// The ids of all, by their agents.
    at: BTreeMap<String, BTreeSet<String>>,
}

impl Places {
    pub(super) fn insert(&mut self, id: &str, place: Place) {
        self.remove(id);
        if place.state == VolumeState::Kept {
            self.kept.insert((place.workload.clone(), place.index), id.to_owned());
        }
        self.at.entry(place.agent.clone()).or_default().insert(id.to_owned());
        self.by_id.insert(id.to_owned(), place);
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Place> {
        let place = self.by_id.remove(id)?;
        let slot = (place.workload.clone(), place.index);
        if self.kept.get(&slot).is_some_and(|kept| kept == id) {
            self.kept.remove(&slot);
        }
        if let Some(there) = self.at.get_mut(&place.agent) {
            there.remove(id);
            if there.is_empty() {
                self.at.remove(&place.agent);
            }
        }
        Some(place)
    }

    pub(super) fn get(&self, id: &str) -> Option<&Place> {
        self.by_id.get(id)
    }

    /// Returns the place that an instance keeps, with its id.
    pub(super) fn kept(&self, name: &str, index: usize) -> Option<(&str, &Place)> {
        let id = self.kept.get(&(name.to_owned(), index))?;
        Some((id, self.by_id.get(id)?))
    }

    /// Returns the ids of those on an agent.
    pub(super) fn at(&self, agent: &str) -> Vec<String> {
        self.at.get(agent).into_iter().flatten().cloned().collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Place)> {
        self.by_id.iter()
    }

    /// Returns whether offers are needed to destroy volumes.
    pub(super) fn has_doomed(&self) -> bool {
        self.by_id.values().any(|place| place.state == VolumeState::Destroying)
    }
}

impl Place {
    fn shown(&self, id: &str) -> Volume {
        Volume { id: id.to_owned(), index: self.index, host: self.host.clone(), state: self.state }
    }
}

impl Core {
    /// Returns the volumes of all services, those that were forgotten included.
    pub(crate) fn volumes(&self) -> impl Iterator<Item = (&str, Volume)> {
        self.places.iter().map(|(id, place)| (place.workload.as_str(), place.shown(id)))
    }

    /// Puts a place, and shows it.
    pub(super) fn put_place(&mut self, id: &str, place: Place, draft: &mut Draft) {
        draft.put(records::place(id), records::text(&place));
        draft.show_volume(&place.workload, id, Some(place.shown(id)));
        self.places.insert(id, place);
    }

    /// Deletes a place that does not exist. Its instance, if it waits for it, gets another one.
    pub(super) fn delete_place(&mut self, id: &str, draft: &mut Draft) {
        let Some(place) = self.places.remove(id) else { return };
        draft.delete(records::place(id));
        draft.show_volume(&place.workload, id, None);
        // The placer may be looking for this volume.
        self.is_unordered = true;
    }

    /// Shows the volumes of a service that is submitted again.
    pub(super) fn show_volumes(&self, name: &str, draft: &mut Draft) {
        for (id, place) in self.places.iter().filter(|(_, place)| place.workload == name) {
            draft.show_volume(name, id, Some(place.shown(id)));
        }
    }

    /// Returns whether a run, or one that was abandoned, may use a volume.
    pub(super) fn is_in_use(&self, id: &str, place: &Place) -> bool {
        let slot = self.workloads.get(&place.workload).and_then(|one| one.slots.get(place.index));
        let run = slot.and_then(|slot| slot.run.as_ref());
        let is_of = |name: &str, index: usize| name == place.workload && index == place.index;
        let mut abandoned = self.abandoned.values();
        run.is_some_and(|run| run.place.as_deref() == Some(id))
            || abandoned.any(|run| run.agent == place.agent && is_of(&run.workload, run.index))
    }
}
