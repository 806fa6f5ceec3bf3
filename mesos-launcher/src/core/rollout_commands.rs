//! What users ask of rollouts.

use std::sync::Arc;

use super::rollout::Stage;
use super::turn::{Draft, Effect, Now, RolloutCommand, Token};
use super::version::Version;
use super::{Core, WorkloadState, records};
use crate::error::{Error, ErrorKind};
use crate::spec::Spec;
use crate::unit::Unit;

impl Core {
    /// Gives a service what was submitted under its name.
    pub(super) fn resubmit(
        &mut self,
        now: Now,
        spec: Spec,
        texts: Vec<String>,
        draft: &mut Draft,
    ) -> Result<(), Error> {
        self.resize(now, &spec.name, spec.slots, draft)?;
        let Some(service) = self.workloads.get_mut(&spec.name) else { return Ok(()) };
        if service.record.policy != spec.policy {
            self.is_unordered |= service.record.policy.priority != spec.policy.priority;
            service.record.policy = spec.policy;
            draft.put(records::workload(&spec.name), records::text(&service.record));
        }
        let submitted = service.version_of(&spec.tasks);
        if submitted != service.record.rollout.submitted {
            let is_known = service.tasks.contains_key(&submitted.record());
            for (task, text) in spec.tasks.into_iter().zip(texts).filter(|_| !is_known) {
                draft.put(records::task(&spec.name, submitted.record()), text);
                service.tasks.insert(submitted.record(), Arc::new(task));
            }
            let rollout = service.record.rollout.of(submitted);
            self.begin_rollout(now, &spec.name, rollout, draft);
        }
        self.resume(&spec.name, draft);
        Ok(())
    }

    /// Carries out a command for the rollout of a service, and replies.
    pub(super) fn command_rollout(
        &mut self,
        now: Now,
        name: &str,
        (command, token): (RolloutCommand, Token),
        draft: &mut Draft,
    ) {
        let result = self.change_rollout(now, name, command, draft);
        draft.after_write.push(Effect::Reply(token, result));
    }

    fn change_rollout(
        &mut self,
        now: Now,
        name: &str,
        command: RolloutCommand,
        draft: &mut Draft,
    ) -> Result<(), Error> {
        let service = self.service(name)?;
        let rollout = service.record.rollout.clone();
        match (command, rollout.stage) {
            (RolloutCommand::Pause, _) if rollout.is_active() => {
                let reason = Some("requested by the user".to_owned());
                (service.record.rollout.is_paused, service.record.rollout.reason) = (true, reason);
            }
            (RolloutCommand::Resume, _) if rollout.is_open() && rollout.is_paused => {
                let is_promoted = rollout.is_promoted;
                service.record.rollout = rollout.at(rollout.stage);
                service.record.rollout.is_promoted = is_promoted;
                self.await_health(now, name);
            }
            (RolloutCommand::Resume, Stage::RolledBack) => {
                self.begin_rollout(now, name, rollout.at(Stage::Rolling), draft);
                return Ok(());
            }
            (RolloutCommand::Promote, Stage::Rolling) => service.record.rollout.is_promoted = true,
            (RolloutCommand::RollBack, Stage::Rolling) => {
                let mut back = rollout.at(Stage::RollingBack);
                back.reason = Some("requested by the user".to_owned());
                self.begin_rollout(now, name, back, draft);
                return Ok(());
            }
            (RolloutCommand::RollBack, Stage::Done) => return Err(no_rollout(name)),
            _ => return Ok(()),
        }
        let service = self.service(name)?;
        if service.record.rollout != rollout {
            draft.put(records::workload(name), records::text(&service.record));
        }
        Ok(())
    }
}

impl WorkloadState {
    /// Returns the version with this task, or the next one.
    fn version_of(&self, tasks: &[Unit]) -> Version {
        let last = self.record.rollout.submitted;
        let is_same =
            |version: &Version| self.tasks.get(&version.record()).map(|task| &**task) == tasks.first();
        let known = self.tasks.keys().map(|record| Version::of_record(*record));
        // Of two versions with the same task, the last one that was submitted.
        let mut known = std::iter::once(last).chain(known);
        known.find(is_same).unwrap_or_else(|| self.record.rollout.last.next())
    }
}

fn no_rollout(name: &str) -> Error {
    let text = format!("service {name:?} has no rollout to roll back: submit the task that it had before");
    Error::new(ErrorKind::NotFound, text)
}
