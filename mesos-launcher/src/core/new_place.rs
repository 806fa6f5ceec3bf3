//! The place that a run gets: the volume that its instance keeps, or a new one.

use mesos_placement::Assignment;
use mesos_sdk::build::{PersistentVolume, Reservation};
use mesos_sdk::proto::v1::Resource;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::resources::{ResourceQuantities, Resources};
use mesos_sdk::validation::ValidationError;

use super::Core;
use super::places::Place;
use super::turn::Draft;
use super::waiting::labels;
use crate::unit::Unit;
use crate::volume::{VolumeSpec, VolumeState};

/// The place that a run gets.
#[derive(Debug)]
pub(super) struct RunPlace {
    /// What was assigned to it, with its volume.
    pub(super) assignment: Assignment,
    /// The id of its volume, if it has one.
    pub(super) id: Option<String>,
    /// If the volume is a new one, its record, and what makes it.
    pub(super) new: Option<Place>,
    pub(super) operations: Vec<Operation>,
}

impl Core {
    /// Takes in that the master has carried out nothing of the ACCEPT that began a run: if it was
    /// to make the volume, there is none.
    pub(super) fn never_made(&mut self, run: &str, draft: &mut Draft) {
        if self.places.get(run).is_some_and(|place| !place.exists) {
            self.delete_place(run, draft);
        }
    }

    /// Takes in that a run runs, with its volume. Before that, the master may know the run although
    /// its agent does not.
    pub(super) fn note_volume(&mut self, (name, index): (&str, usize), draft: &mut Draft) {
        let run = self.slot(name, index).and_then(|slot| slot.run.as_ref());
        let Some(id) = run.and_then(|run| run.place.clone()) else { return };
        if let Some(place) = self.places.get(&id).filter(|place| !place.exists) {
            let place = Place { exists: true, ..place.clone() };
            self.put_place(&id, place, draft);
        }
    }

    /// Returns the place of a run, for which these resources were assigned.
    pub(super) fn with_place(
        &self,
        run: &str,
        slot: (&str, usize),
        task: &Unit,
        assignment: &Assignment,
    ) -> Result<RunPlace, ValidationError> {
        let assignment = assignment.clone();
        let kept = task.volume().and_then(|_| self.places.kept(slot.0, slot.1));
        let id = kept.map(|(id, _)| id.to_owned());
        match task.volume().filter(|_| id.is_none()) {
            Some(volume) => self.new_place(run, slot, volume, assignment),
            None => Ok(RunPlace { assignment, id, new: None, operations: Vec::new() }),
        }
    }

    /// Reserves a part of what was assigned, and makes it a volume.
    fn new_place(
        &self,
        run: &str,
        (name, index): (&str, usize),
        volume: &VolumeSpec,
        mut assignment: Assignment,
    ) -> Result<RunPlace, ValidationError> {
        let mut left = Resources::from(assignment.resources.as_slice());
        let size: ResourceQuantities = [("disk".to_owned(), volume.size())].into_iter().collect();
        let disk = left.shrink_to(&size);
        left -= disk.clone();
        let reserved = self.reservation(run, name, index).build(&disk)?;
        let made = reserved.iter().map(|disk| PersistentVolume::new(run, &volume.path).build(disk));
        let made: Vec<Resource> = made.collect::<Result<_, _>>()?;
        assignment.resources = left.into_iter().chain(made.iter().cloned()).collect();
        let new = Place {
            workload: name.to_owned(),
            index,
            agent: assignment.agent.clone(),
            host: self.agents.get(&assignment.agent).map(|known| known.host.clone()).unwrap_or_default(),
            volume: volume.clone(),
            state: VolumeState::Kept,
            exists: false,
            seen: None,
        };
        let operations = vec![Operation::reserve(reserved), Operation::create(made)];
        Ok(RunPlace { assignment, id: Some(run.to_owned()), new: Some(new), operations })
    }

    fn reservation(&self, id: &str, name: &str, index: usize) -> Reservation {
        let role = self.roles.first().map(String::as_str).unwrap_or_default();
        let labels = labels(id, name, index).into_iter();
        labels.fold(Reservation::for_role(role), |reservation, (key, value)| reservation.label(key, value))
    }
}
