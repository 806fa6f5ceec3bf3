//! What the updates of the tasks of a pod mean for its run.
//!
//! A task that ends, unless it is a helper that succeeds, ends the pod: the others are killed, by
//! Mesos' default executor after a failure and by the launcher in any case, and the run ends when
//! the end of each is known.

use mesos_sdk::proto::v1::TaskStatus;

use super::run::{Cause, Member, Phase, Run};
use super::turn::{Draft, Now};
use super::updates::since;
use super::verdict::{self, Verdict};
use super::{Core, WorkloadState};
use crate::end::{Failure, Outcome};

impl Core {
    /// Handles an update of a task of a pod, if the pod is known.
    pub(super) fn update_member(
        &mut self,
        now: Now,
        (id, name): (&str, &str),
        status: &TaskStatus,
        draft: &mut Draft,
    ) {
        match self.runs.get(id).cloned() {
            Some((workload, index)) => self.update_pod(now, (&workload, index), (name, status), draft),
            None => self.update_abandoned(now, id, status, draft),
        }
    }

    fn update_pod(
        &mut self,
        now: Now,
        slot: (&str, usize),
        (name, status): (&str, &TaskStatus),
        draft: &mut Draft,
    ) {
        let Some(run) = self.slot(slot.0, slot.1).and_then(|slot| slot.run.as_mut()) else { return };
        let is_fenced = run.is_fenced;
        let Some(member) = run.living(name) else { return };
        member.is_confirmed = true;
        let (phase, message) = (member.phase, status.message.as_deref().unwrap_or_default());
        run.is_confirmed = run.members.iter().all(|member| member.is_over || member.is_confirmed);
        match verdict::of(status, &phase) {
            Verdict::Nothing => {}
            Verdict::Alive(phase) => self.member_alive(now, slot, name, (phase, status.healthy), draft),
            Verdict::OutOfSight => self.out_of_sight(now, slot, since(now, status), draft),
            Verdict::Gone if phase == Phase::Intended && !is_fenced => {}
            Verdict::Gone => {
                let is_new = phase == Phase::Intended;
                let failure = if is_new { Failure::NeverStarted } else { Failure::AgentLost };
                self.member_over(now, slot, name, (Outcome::Failed(failure), message), draft);
            }
            Verdict::Ended { outcome, may_still_run: true } => {
                self.end_run(now, slot, (outcome, true), message, draft);
            }
            Verdict::Ended { outcome, .. } => self.member_over(now, slot, name, (outcome, message), draft),
        }
    }

    fn member_alive(
        &mut self,
        now: Now,
        (workload, index): (&str, usize),
        name: &str,
        (phase, healthy): (Phase, Option<bool>),
        draft: &mut Draft,
    ) {
        let is_checked = self.workloads.get(workload).is_some_and(|one| one.is_member_checked(index, name));
        let Some(run) = self.slot(workload, index).and_then(|slot| slot.run.as_mut()) else { return };
        let Some(member) = run.living(name) else { return };
        let before = (member.phase, member.is_well);
        member.phase = member.phase.max(phase);
        if member.phase == Phase::Running {
            member.is_well = if is_checked { healthy.unwrap_or(member.is_well) } else { true };
        }
        if before != (member.phase, member.is_well) {
            draft.slots.insert((workload.to_owned(), index));
        }
        self.fold(now, (workload, index), draft);
    }

    /// Sets the phase and the health of a pod's run from those of its living tasks.
    fn fold(&mut self, now: Now, (workload, index): (&str, usize), draft: &mut Draft) {
        let Some(run) = self.slot(workload, index).and_then(|slot| slot.run.as_ref()) else { return };
        let is_well = run.members.iter().all(|member| member.is_over || member.is_well);
        // The health of a pod that ends means nothing.
        let health = (!run.is_ending()).then_some(is_well);
        let phase = run.phase_of_members();
        self.alive(now, (workload, index), (phase, health), draft);
    }

    /// Handles the end of a task of a pod. With that of the last one, the run ends.
    fn member_over(
        &mut self,
        now: Now,
        (workload, index): (&str, usize),
        name: &str,
        (outcome, message): (Outcome, &str),
        draft: &mut Draft,
    ) {
        let is_helper = self.workloads.get(workload).is_some_and(|one| one.is_helper(index, name));
        let Some(run) = self.slot(workload, index).and_then(|slot| slot.run.as_mut()) else { return };
        let Some(member) = run.living(name) else { return };
        member.is_over = true;
        draft.slots.insert((workload.to_owned(), index));
        let ends_pod = !is_helper || outcome != Outcome::Finished;
        if ends_pod {
            run.note_cause(outcome, format!("{name}: {message}"));
        }
        let (id, is_over) = (run.task_id.clone(), run.members.iter().all(|member| member.is_over));
        match () {
            () if is_over => self.end_run(now, (workload, index), (Outcome::Finished, false), "", draft),
            () if !ends_pod => self.fold(now, (workload, index), draft),
            () if !self.kills.contains_key(&id) => self.kill(now, &id),
            () => {}
        }
    }

    /// Returns the ids of the Mesos tasks of a run that may live.
    pub(super) fn tasks_of(&self, id: &str) -> Vec<String> {
        if let Some(abandoned) = self.abandoned.get(id) {
            return abandoned.tasks(id);
        }
        let workload = |(name, index): &(String, usize)| self.workloads.get(name)?.slots.get(*index);
        let run = self.runs.get(id).and_then(workload).and_then(|slot| slot.run.as_ref());
        run.map(Run::tasks).unwrap_or_default()
    }
}

impl Run {
    /// Returns the task of a pod with this name, unless it has ended.
    fn living(&mut self, name: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.name == name && !member.is_over)
    }

    /// Returns the phase of a pod: it runs when all its tasks do.
    fn phase_of_members(&self) -> Phase {
        let mut living = self.members.iter().filter(|member| !member.is_over);
        match () {
            () if self.members.iter().all(|one| !one.is_over && one.phase == Phase::Intended) => {
                Phase::Intended
            }
            () if living.all(|member| member.phase == Phase::Running) => Phase::Running,
            () => Phase::Starting,
        }
    }

    /// Notes why a pod ends: because of the first task that was not killed, as far as is known.
    fn note_cause(&mut self, outcome: Outcome, message: String) {
        let is_killed = |cause: &Cause| cause.outcome == Outcome::Stopped;
        if self.cause.as_ref().is_none_or(is_killed) {
            self.cause = Some(Cause { outcome, message });
        }
    }
}

impl WorkloadState {
    fn member(&self, index: usize, name: &str) -> Option<&crate::pod::Member> {
        self.task_of_run(index)?.members().iter().find(|member| member.name == name)
    }

    fn is_member_checked(&self, index: usize, name: &str) -> bool {
        self.member(index, name).is_some_and(|member| member.task.health.is_some())
    }

    fn is_helper(&self, index: usize, name: &str) -> bool {
        self.member(index, name).is_some_and(|member| member.is_helper)
    }
}
