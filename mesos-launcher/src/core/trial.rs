//! Whether the instances that a rollout has started run well.

use super::run::{Phase, Slot, Trial};
use super::timer_queue::Timer;
use super::timers::CONFIRM;
use super::turn::{Draft, Now};
use super::version::Version;
use super::{Core, records};
use crate::end::{End, Failure, Outcome, Side};

/// How often in a row an instance could not be launched until that counts as the version's fault,
/// which may have a wrong URI.
const NOT_LAUNCHED: u32 = 3;
/// How much of a reason is kept, in characters.
const MAX_REASON: usize = 512;

impl Core {
    /// Sets what is due for a run whose health has changed.
    pub(super) fn try_run(&mut self, now: Now, (name, index): (&str, usize), is_first: bool) {
        let Some(service) = self.workloads.get_mut(name).filter(|one| one.record.policy.is_service()) else {
            return;
        };
        let update = service.update();
        let Some(run) = service.slots[index].run.as_mut() else { return };
        let (task, is_well) = (run.task_id.clone(), run.well.is_some());
        run.trial = if is_well { run.trial } else { Trial::Open };
        let is_new = is_well && run.trial == Trial::Open;
        let proven = Timer::Proven(task.clone());
        if is_first {
            self.set_timer(now, update.healthy_within, Timer::Late(task));
        }
        match is_new {
            true => self.set_timer(now, update.healthy_for, proven),
            false => self.timers.cancel(proven),
        }
    }

    /// Notes that a run has been well for long enough.
    pub(super) fn proven(&mut self, task: &str) {
        let Some((name, index)) = self.runs.get(task).cloned() else { return };
        if let Some(run) = self.slot(&name, index).and_then(|slot| slot.run.as_mut()) {
            run.trial = if run.well.is_some() { Trial::Passed } else { Trial::Open };
        }
    }

    /// Kills a run of a rollout that is not healthy in time. It needs a word of the current master.
    pub(super) fn late(&mut self, now: Now, task: &str, draft: &mut Draft) {
        let Some((name, index)) = self.runs.get(task).cloned() else { return };
        let is_subscribed = self.is_subscribed;
        let Some(service) = self.workloads.get_mut(&name).filter(|service| service.is_rolling()) else {
            return;
        };
        let target = service.record.rollout.target();
        let Some(run) = service.slots[index].run.as_mut() else { return };
        if run.version != target || run.is_ending() || run.trial == Trial::Passed {
            return;
        }
        let is_unhealthy = run.phase == Phase::Running && run.well.is_none();
        if !(is_unhealthy && run.is_confirmed && is_subscribed) {
            return self.set_timer(now, CONFIRM, Timer::Late(task.to_owned()));
        }
        run.is_to_end = true;
        let reason = format!("{name}.{index} did not become healthy in time on {}", run.host);
        draft.slots.insert((name.clone(), index));
        self.kill(now, task);
        self.count_failure(&name, &reason, draft);
    }

    /// Counts the end of a run for the rollout.
    pub(super) fn note_end(&mut self, end: &End, version: Version, draft: &mut Draft) {
        let Some(service) = self.workloads.get(&end.workload).filter(|service| service.is_rolling()) else {
            return;
        };
        if service.record.rollout.target() == version && is_failure(&end.outcome, &service.slots[end.index]) {
            self.count_failure(&end.workload, &end.to_string(), draft);
        }
    }

    fn count_failure(&mut self, name: &str, reason: &str, draft: &mut Draft) {
        let Some(service) = self.workloads.get_mut(name) else { return };
        service.record.rollout.add_failure(reason.chars().take(MAX_REASON).collect());
        draft.put(records::workload(name), records::text(&service.record));
    }
}

/// Returns whether an end is the fault of the version.
fn is_failure(outcome: &Outcome, slot: &Slot) -> bool {
    match outcome {
        Outcome::Stopped => false,
        Outcome::Finished => true,
        Outcome::Failed(Failure::NotLaunched) => slot.platform_failures >= NOT_LAUNCHED,
        Outcome::Failed(failure) => failure.side() != Side::Platform,
    }
}
