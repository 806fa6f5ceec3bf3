//! What users ask for about volumes.

use super::turn::{Draft, Effect, Now, Token};
use super::volumes::VolumeRecord;
use super::{Core, records};
use crate::end::{Failure, Outcome};
use crate::error::{Error, ErrorKind};
use crate::spec::{Spec, UNRESERVED};
use crate::volume::VolumeState;

impl Core {
    /// Checks that there can be the volume that a service asks for.
    pub(super) fn check_volume(&self, spec: &Spec) -> Result<(), Error> {
        let Some(volume) = spec.tasks.iter().find_map(|unit| unit.volume()) else { return Ok(()) };
        let refuse = |kind, text: String| Err(Error::new(kind, format!("service {:?}: {text}", spec.name)));
        if self.roles.iter().all(|role| role == UNRESERVED) {
            return refuse(ErrorKind::Invalid, "a volume is reserved for a role: set `role`".to_owned());
        }
        if !self.volumes.is_kept {
            let text = "a volume outlives this process: set `store`, with which the next one finds it";
            return refuse(ErrorKind::Invalid, text.to_owned());
        }
        let is_other = |record: &&VolumeRecord| record.workload == spec.name && record.spec != *volume;
        let mut kept = self.volumes.iter().map(|(_, record)| record);
        match kept.find(|record| record.state == VolumeState::Kept && is_other(record)) {
            None => Ok(()),
            Some(VolumeRecord { index, spec, .. }) => {
                let (size, path) = (spec.megabytes, &spec.path);
                let text = format!(
                    "instance {index} has a volume of {size} MB at {path:?}: ask for the same one, or destroy it first"
                );
                refuse(ErrorKind::Conflict, text)
            }
        }
    }

    /// Raises the version of the records, if they get volumes.
    pub(super) fn write_format(&mut self, spec: &Spec, draft: &mut Draft) {
        let has_volume = spec.tasks.iter().any(|unit| unit.volume().is_some());
        let format = if has_volume { records::FORMAT } else { records::WITHOUT_VOLUMES };
        if format > self.format {
            self.format = format;
            draft.put(records::META.to_owned(), records::text(&records::Meta { format }));
        }
    }

    /// Gives an instance another volume, and replies. What it has is kept until it is destroyed.
    pub(super) fn replace_volume(
        &mut self,
        now: Now,
        name: &str,
        index: usize,
        token: Token,
        draft: &mut Draft,
    ) {
        let result = self.give_up(name, index, draft);
        if result.is_ok() {
            self.move_instance(now, name, index, draft);
        }
        draft.after_write.push(Effect::Reply(token, result));
    }

    fn give_up(&mut self, name: &str, index: usize, draft: &mut Draft) -> Result<(), Error> {
        self.service(name)?;
        let Some((id, record)) = self.volumes.kept(name, index) else {
            let text = format!("instance {index} of service {name:?} has no volume");
            return Err(Error::new(ErrorKind::NotFound, text));
        };
        let (id, record) = (id.to_owned(), VolumeRecord { state: VolumeState::GivenUp, ..record.clone() });
        self.put_volume(&id, record, draft);
        // The placer may be looking for it.
        self.is_unordered = true;
        Ok(())
    }

    /// Starts an instance again whose volume was given up; nothing waits for a run out of sight.
    fn move_instance(&mut self, now: Now, name: &str, index: usize, draft: &mut Draft) {
        let run = self.slot(name, index).and_then(|slot| slot.run.as_mut());
        let Some(run) = run.filter(|run| !run.phase.is_in_sight()) else {
            return self.start_again(now, name, index, draft);
        };
        run.is_to_end = true;
        let outcome = (Outcome::Failed(Failure::AgentLost), true);
        self.end_run(now, (name, index), outcome, "its volume was given up", draft);
    }

    /// Destroys a volume that no instance needs, as soon as no task uses it, and replies.
    pub(super) fn destroy_volume(&mut self, name: &str, id: &str, token: Token, draft: &mut Draft) {
        let result = self.destroy(name, id, draft);
        draft.after_write.push(Effect::Reply(token, result));
    }

    fn destroy(&mut self, name: &str, id: &str, draft: &mut Draft) -> Result<(), Error> {
        let Some(record) = self.volumes.get(id).filter(|record| record.workload == name) else {
            let text = format!("service {name:?} has no volume {id:?}");
            return Err(Error::new(ErrorKind::NotFound, text));
        };
        let wants =
            |index| self.workloads.get(name).is_some_and(|one| index < one.slots.len() && one.wants(index));
        match record.state {
            VolumeState::Destroying => Ok(()),
            VolumeState::Kept if wants(record.index) => {
                let text = format!(
                    "instance {} of service {name:?} needs the volume {id:?}: stop the service, scale it down, or \
                     give the instance another volume with `replace`",
                    record.index
                );
                Err(Error::new(ErrorKind::Conflict, text))
            }
            VolumeState::Kept | VolumeState::GivenUp => {
                let record = VolumeRecord { state: VolumeState::Destroying, ..record.clone() };
                self.put_volume(id, record, draft);
                self.demand.has_new = true;
                Ok(())
            }
        }
    }
}
