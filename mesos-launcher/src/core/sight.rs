//! What offers show of volumes, and what follows.
//!
//! Offers decide, and no feedback about operations: they state what there is, whatever was lost,
//! also on agents that give no feedback. Updates and offers come in order, so a volume that no run
//! uses is in the next offer of its agent, unless an earlier one that is not answered yet has it.

use std::collections::BTreeSet;
use std::time::Duration;

use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{Offer, Resource};

use super::Core;
use super::turn::{Draft, Now};
use crate::volume::VolumeState;

/// The label of a reservation that has the id of the volume.
pub(super) const ID: &str = "mesos-launcher";
/// How long after an offer with a volume others may come that were made while that one was out.
const SETTLE: Duration = Duration::from_secs(5);

impl Core {
    /// Takes in which volumes an offer shows, and returns what is to be done with what it offers:
    /// what was to be destroyed is destroyed, and reservations without a volume are given back.
    pub(super) fn look_for_volumes(&mut self, now: Now, offer: &Offer, draft: &mut Draft) -> Vec<Operation> {
        let ours: Vec<_> = offer.resources.iter().filter_map(|one| Some((id(one)?, one))).collect();
        let shown: BTreeSet<_> = ours.iter().map(|(id, _)| *id).collect();
        for id in &shown {
            let has_volume = ours.iter().any(|(other, one)| other == id && is_volume(one));
            self.see(now, id, has_volume, offer, draft);
        }
        for id in self.places.at(&offer.agent_id.value) {
            if !shown.contains(id.as_str()) {
                self.miss(now, &id, draft);
            }
        }
        ours.into_iter().flat_map(|(id, resource)| self.give_back(id, resource)).collect()
    }

    /// Takes in that an offer shows the reservation of a place.
    fn see(&mut self, now: Now, id: &str, has_volume: bool, offer: &Offer, draft: &mut Draft) {
        let Some(known) = self.places.get(id) else { return };
        let mut place = known.clone();
        place.agent.clone_from(&offer.agent_id.value);
        place.host.clone_from(&offer.hostname);
        place.exists |= has_volume;
        let has_changed = place != *known;
        place.seen = Some(now.monotonic);
        match has_changed {
            true => self.put_place(id, place, draft),
            false => self.places.insert(id, place),
        }
    }

    /// Takes in that an offer of a place's agent does not show it.
    fn miss(&mut self, now: Now, id: &str, draft: &mut Draft) {
        let Some(place) = self.places.get(id) else { return };
        let is_settled = place.seen.is_none_or(|seen| now.monotonic.saturating_sub(seen) >= SETTLE);
        let may_go = !place.exists || place.state == VolumeState::Destroying;
        if may_go && is_settled && !self.is_in_use(id, place) {
            self.delete_place(id, draft);
        }
    }

    fn give_back(&self, id: &str, resource: &Resource) -> Vec<Operation> {
        let Some(place) = self.places.get(id).filter(|place| !self.is_in_use(id, place)) else {
            return Vec::new();
        };
        let is_doomed = place.state == VolumeState::Destroying;
        let (volume, reserved) = (resource.clone(), without_volume(resource));
        match is_volume(resource) {
            true if is_doomed => vec![Operation::destroy(vec![volume]), Operation::unreserve(vec![reserved])],
            true => Vec::new(),
            false => vec![Operation::unreserve(vec![reserved])],
        }
    }
}

/// Returns the id in the labels of a reservation, if it has one.
fn id(resource: &Resource) -> Option<&str> {
    let labels = resource.reservations.last()?.labels.as_ref()?;
    labels.labels.iter().find(|label| label.key == ID)?.value.as_deref()
}

fn is_volume(resource: &Resource) -> bool {
    resource.disk.as_ref().is_some_and(|disk| disk.persistence.is_some())
}

/// Returns the reserved disk of a volume.
fn without_volume(resource: &Resource) -> Resource {
    let mut reserved = resource.clone();
    reserved.shared = None;
    if let Some(disk) = reserved.disk.as_mut() {
        (disk.persistence, disk.volume) = (None, None);
    }
    let is_plain = reserved.disk.as_ref().is_some_and(|disk| disk.source.is_none());
    if is_plain {
        reserved.disk = None;
    }
    reserved
}
