//! What offers show of volumes, and what follows.
//!
//! Offers decide, not the feedback about operations: they state what there is, whatever was lost,
//! also on agents that give no feedback. Updates and offers come in order, so a volume that no run
//! uses is in the next offer of its agent, unless an earlier one that is not answered yet has it.

use std::collections::BTreeSet;
use std::time::Duration;

use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{Offer, Resource};

use super::Core;
use super::turn::{Draft, Now};
use super::volumes::ID;
use crate::volume::VolumeState;

/// How long after an offer with a volume other offers may come that the master made while it had
/// not been answered yet.
const SETTLE: Duration = Duration::from_secs(5);

impl Core {
    /// Notes which volumes an offer shows, and returns the operations on what it offers: they
    /// destroy the volumes that are to be destroyed, and give reservations without a volume back.
    pub(super) fn look_for_volumes(&mut self, now: Now, offer: &Offer, draft: &mut Draft) -> Vec<Operation> {
        let ours: Vec<_> = offer.resources.iter().filter_map(|one| Some((id(one)?, one))).collect();
        let shown: BTreeSet<_> = ours.iter().map(|(id, _)| *id).collect();
        for id in &shown {
            let has_volume = ours.iter().any(|(other, one)| other == id && is_volume(one));
            self.note_offered(now, id, has_volume, offer, draft);
        }
        for id in self.volumes.at(&offer.agent_id.value) {
            if !shown.contains(id.as_str()) {
                self.note_not_offered(now, &id, draft);
            }
        }
        ours.into_iter().flat_map(|(id, resource)| self.give_back(id, resource)).collect()
    }

    /// Notes that an offer shows the reservation of a volume.
    fn note_offered(&mut self, now: Now, id: &str, has_volume: bool, offer: &Offer, draft: &mut Draft) {
        let Some(known) = self.volumes.get(id) else { return };
        let mut record = known.clone();
        record.agent.clone_from(&offer.agent_id.value);
        record.host.clone_from(&offer.hostname);
        record.exists |= has_volume;
        let has_changed = record != *known;
        record.offered = Some(now.monotonic);
        match has_changed {
            true => self.put_volume(id, record, draft),
            false => self.volumes.insert(id, record),
        }
    }

    /// Notes that an offer of a volume's agent does not show its reservation.
    fn note_not_offered(&mut self, now: Now, id: &str, draft: &mut Draft) {
        let Some(record) = self.volumes.get(id) else { return };
        let is_settled = record.offered.is_none_or(|offered| now.monotonic.saturating_sub(offered) >= SETTLE);
        let may_go = !record.exists || record.state == VolumeState::Destroying;
        if may_go && is_settled && !self.is_in_use(id, record) {
            self.delete_volume(id, draft);
        }
    }

    fn give_back(&self, id: &str, resource: &Resource) -> Vec<Operation> {
        let Some(record) = self.volumes.get(id).filter(|record| !self.is_in_use(id, record)) else {
            return Vec::new();
        };
        let is_destroying = record.state == VolumeState::Destroying;
        let (volume, reserved) = (resource.clone(), without_volume(resource));
        match is_volume(resource) {
            true if is_destroying => {
                vec![Operation::destroy(vec![volume]), Operation::unreserve(vec![reserved])]
            }
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
