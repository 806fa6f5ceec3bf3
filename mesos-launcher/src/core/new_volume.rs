//! The volume that a run gets: the one that its instance keeps, or a new one.

use mesos_placement::Assignment;
use mesos_sdk::build::{PersistentVolume, Reservation};
use mesos_sdk::proto::v1::Resource;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::resources::{ResourceQuantities, Resources};
use mesos_sdk::validation::ValidationError;

use super::Core;
use super::turn::Draft;
use super::volumes::{VolumeRecord, labels};
use crate::unit::Unit;
use crate::volume::{VolumeSpec, VolumeState};

/// The resources that a run gets.
#[derive(Debug)]
pub(super) struct RunResources {
    /// What was assigned to it, with its volume if that is a new one.
    pub(super) assignment: Assignment,
    /// The id of its volume, if it has one.
    pub(super) volume: Option<String>,
    /// If the volume is a new one, its record, and what creates it.
    pub(super) new: Option<VolumeRecord>,
    pub(super) operations: Vec<Operation>,
}

impl Core {
    /// Notes that the master has carried out nothing of the ACCEPT that began a run: if it was to
    /// create the volume, the volume does not exist.
    pub(super) fn note_never_created(&mut self, run: &str, draft: &mut Draft) {
        if self.volumes.get(run).is_some_and(|record| !record.exists) {
            self.delete_volume(run, draft);
        }
    }

    /// Notes that a run runs, so its volume exists. Before that, the master may know the run
    /// although its agent does not.
    pub(super) fn note_volume(&mut self, (name, index): (&str, usize), draft: &mut Draft) {
        let run = self.slot(name, index).and_then(|slot| slot.run.as_ref());
        let Some(id) = run.and_then(|run| run.volume.clone()) else { return };
        if let Some(record) = self.volumes.get(&id).filter(|record| !record.exists) {
            let record = VolumeRecord { exists: true, ..record.clone() };
            self.put_volume(&id, record, draft);
        }
    }

    /// Returns the resources of a run, to which these were assigned.
    pub(super) fn run_resources(
        &self,
        run: &str,
        slot: (&str, usize),
        task: &Unit,
        assignment: &Assignment,
    ) -> Result<RunResources, ValidationError> {
        let assignment = assignment.clone();
        let kept = task.volume().and_then(|_| self.volumes.kept(slot.0, slot.1));
        let id = kept.map(|(id, _)| id.to_owned());
        match task.volume().filter(|_| id.is_none()) {
            Some(volume) => self.with_new_volume(run, slot, volume, assignment),
            None => Ok(RunResources { assignment, volume: id, new: None, operations: Vec::new() }),
        }
    }

    /// Reserves a part of what was assigned, and creates a volume there.
    fn with_new_volume(
        &self,
        run: &str,
        (name, index): (&str, usize),
        spec: &VolumeSpec,
        mut assignment: Assignment,
    ) -> Result<RunResources, ValidationError> {
        let mut left = Resources::from(assignment.resources.as_slice());
        let size: ResourceQuantities = [("disk".to_owned(), spec.size())].into_iter().collect();
        let disk = left.shrink_to(&size);
        left -= disk.clone();
        let reserved = self.reservation(run, name, index).build(&disk)?;
        let made = reserved.iter().map(|disk| PersistentVolume::new(run, &spec.path).build(disk));
        let made: Vec<Resource> = made.collect::<Result<_, _>>()?;
        assignment.resources = left.into_iter().chain(made.iter().cloned()).collect();
        let new = VolumeRecord {
            workload: name.to_owned(),
            index,
            agent: assignment.agent.clone(),
            host: self.agents.get(&assignment.agent).map(|known| known.host.clone()).unwrap_or_default(),
            spec: spec.clone(),
            state: VolumeState::Kept,
            exists: false,
            offered: None,
        };
        let operations = vec![Operation::reserve(reserved), Operation::create(made)];
        Ok(RunResources { assignment, volume: Some(run.to_owned()), new: Some(new), operations })
    }

    fn reservation(&self, id: &str, name: &str, index: usize) -> Reservation {
        let role = self.roles.first().map(String::as_str).unwrap_or_default();
        let labels = labels(id, name, index).into_iter();
        labels.fold(Reservation::for_role(role), |reservation, (key, value)| reservation.label(key, value))
    }
}
