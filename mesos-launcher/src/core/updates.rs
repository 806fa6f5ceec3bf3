//! Status updates, and what becomes of ACCEPTs.

use std::time::Duration;

use mesos_sdk::proto::v1::TaskStatus;

use super::commands::left;
use super::handling::Handling;
use super::run::Phase;
use super::timer_queue::Timer;
use super::turn::{Draft, Effect, Launched, Now, Token};
use super::verdict::{self, Verdict};
use super::{Core, WorkloadState, records, report};
use crate::end::{Failure, Outcome};

impl Core {
    /// Handles an update. It is acknowledged when what it states is durable.
    pub(super) fn update(&mut self, now: Now, status: &TaskStatus, token: Option<Token>, draft: &mut Draft) {
        let id = &status.task_id.value;
        if let Some((name, index)) = self.runs.get(id).cloned() {
            self.update_run(now, (&name, index), status, draft);
        } else if self.abandoned.contains_key(id) {
            self.update_abandoned(now, id, status, draft);
        } else if let Some((run, member)) = id.rsplit_once('.') {
            self.update_member(now, (run, member), status, draft);
        }
        draft.after_write.extend(token.map(Effect::Acknowledge));
    }

    /// Handles an update of a run that is a single task.
    fn update_run(&mut self, now: Now, (name, index): (&str, usize), status: &TaskStatus, draft: &mut Draft) {
        let is_map = self.workloads.get(name).is_some_and(WorkloadState::is_map);
        let is_checked = self.workloads.get(name).is_some_and(|workload| workload.is_checked(index));
        let healthy = if is_checked { status.healthy } else { Some(true) };
        let Some(run) = self.slot(name, index).and_then(|slot| slot.run.as_mut()) else { return };
        run.is_confirmed = true;
        let (phase, is_fenced) = (run.phase, run.is_fenced);
        let message = status.message.as_deref().unwrap_or_default();
        match verdict::of(status, &phase) {
            Verdict::Nothing => {}
            Verdict::Alive(phase) => self.alive(now, (name, index), (phase, healthy), draft),
            Verdict::OutOfSight => self.out_of_sight(now, (name, index), since(now, status), draft),
            Verdict::Gone if phase == Phase::Intended && !is_fenced => {}
            Verdict::Gone => {
                let failure = match phase {
                    Phase::Intended => Failure::NeverStarted,
                    _ => Failure::AgentLost,
                };
                self.end_run(now, (name, index), (Outcome::Failed(failure), false), message, draft);
            }
            Verdict::Ended { outcome, may_still_run } => {
                if verdict::is_discarded(status) {
                    self.note_never_created(&status.task_id.value, draft);
                }
                let (outcome, report) = match is_map {
                    true => report::of_work(status, outcome, phase),
                    false => (outcome, message.into()),
                };
                self.end_run(now, (name, index), (outcome, may_still_run), report, draft);
            }
        }
    }

    /// Sets the phase of a run that lives, and its health, as far as that is known.
    pub(super) fn alive(
        &mut self,
        now: Now,
        (name, index): (&str, usize),
        (phase, healthy): (Phase, Option<bool>),
        draft: &mut Draft,
    ) {
        let Some(workload) = self.workloads.get_mut(name) else { return };
        let is_stopping = workload.record.is_stopping;
        let Some(run) = workload.slots[index].run.as_mut() else { return };
        run.is_fenced = true;
        let (before, was_started) = ((run.phase, run.well), run.started.is_some());
        if let Phase::Unreachable(since) = run.phase {
            self.safety_stop.remove(since, &run.task_id);
            run.phase = phase;
        }
        // A late update does not take a run back to its start.
        run.phase = run.phase.max(phase);
        run.note_health(now.wall, healthy);
        let (task, is_to_end) = (run.task_id.clone(), is_stopping || run.is_ending());
        let (is_started, has_health_changed) = (run.started.is_some(), before.1 != run.well);
        if before != (run.phase, run.well) {
            draft.slots.insert((name.to_owned(), index));
        }
        if is_started {
            self.note_volume((name, index), draft);
        }
        if is_started && (!was_started || has_health_changed) {
            self.try_run(now, (name, index), !was_started);
        }
        if is_to_end && !before.0.is_in_sight() {
            self.kill(now, &task);
        }
    }

    pub(super) fn out_of_sight(
        &mut self,
        now: Now,
        (name, index): (&str, usize),
        since: Duration,
        draft: &mut Draft,
    ) {
        let Some(workload) = self.workloads.get_mut(name) else { return };
        let (is_wanted, replace_after) = (workload.wants(index), workload.record.policy.replace_after);
        let Some(run) = workload.slots[index].run.as_mut() else { return };
        if !is_wanted {
            // Nothing waits for it; it is killed when it is back.
            let outcome = (Outcome::Stopped, true);
            return self.end_run(now, (name, index), outcome, "its agent is unreachable", draft);
        }
        if !run.phase.is_in_sight() {
            return;
        }
        run.phase = Phase::Unreachable(since);
        let left = left(now, since.saturating_add(replace_after), replace_after);
        let task = run.task_id.clone();
        draft.slots.insert((name.to_owned(), index));
        self.safety_stop.insert(since, &task);
        self.set_timer(now, left, Timer::Replace(task));
    }

    /// Kills an abandoned run that is seen, and forgets one that has ended.
    pub(super) fn update_abandoned(&mut self, now: Now, id: &str, status: &TaskStatus, draft: &mut Draft) {
        let Some(abandoned) = self.abandoned.get_mut(id) else { return };
        if !abandoned.tasks(id).contains(&status.task_id.value) {
            return;
        }
        match verdict::of(status, &Phase::Running) {
            Verdict::Alive(_) => {
                if !std::mem::replace(&mut abandoned.is_seen, true) {
                    self.kill(now, id);
                }
                self.count_abandoned_run(id);
            }
            Verdict::Ended { may_still_run: false, .. } | Verdict::Gone => {
                abandoned.members.retain(|task| *task != status.task_id.value);
                if !abandoned.members.is_empty() {
                    return draft.put(records::abandoned(id), records::text(abandoned));
                }
                self.remove_abandoned(id);
                draft.delete(records::abandoned(id));
            }
            Verdict::OutOfSight | Verdict::Ended { .. } | Verdict::Nothing => {
                abandoned.is_seen = false;
                self.placer.remove_running(id);
            }
        }
    }

    /// Handles the result of an ACCEPT.
    pub(super) fn accepted(&mut self, now: Now, launched: Launched, handling: Handling, draft: &mut Draft) {
        match handling {
            Handling::Handled => self.fence(&launched),
            Handling::InDoubt => draft.immediate.push(Effect::Fence(launched)),
            Handling::NotHandled => {
                for task in &launched.tasks {
                    let Some((name, index)) = self.intended(task) else { continue };
                    self.note_never_created(task, draft);
                    let outcome = (Outcome::Failed(Failure::NeverStarted), false);
                    self.end_run(now, (&name, index), outcome, "its launch was refused or not sent", draft);
                }
                // The master still holds them for this framework.
                draft.immediate.push(Effect::Decline { offers: launched.offers, filter: Duration::ZERO });
            }
        }
    }

    /// Reconciles the tasks of an ACCEPT that can no longer arrive.
    pub(super) fn fenced(&mut self, launched: &Launched, draft: &mut Draft) {
        self.fence(launched);
        draft.immediate.push(Effect::Reconcile);
    }

    fn fence(&mut self, launched: &Launched) {
        for task in &launched.tasks {
            let Some((name, index)) = self.runs.get(task).cloned() else { continue };
            if let Some(run) = self.slot(&name, index).and_then(|slot| slot.run.as_mut()) {
                run.is_fenced = true;
            }
        }
    }

    /// Returns the slot of a run of which nothing is known but that it was recorded.
    fn intended(&mut self, task: &str) -> Option<(String, usize)> {
        let (name, index) = self.runs.get(task).cloned()?;
        let run = self.slot(&name, index)?.run.as_ref()?;
        (run.phase == Phase::Intended).then_some((name, index))
    }
}

/// Returns since when an agent is out of sight.
pub(super) fn since(now: Now, status: &TaskStatus) -> Duration {
    let nanoseconds = status.unreachable_time.as_ref().map(|time| time.nanoseconds);
    let since = nanoseconds.and_then(|time| u64::try_from(time).ok()).map(Duration::from_nanos);
    since.map_or(now.wall, |since| since.min(now.wall))
}
