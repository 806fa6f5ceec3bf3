//! The ends of runs, and what follows from them: another attempt, or the end of the task.

use std::time::Duration;

use super::report::Report;
use super::run::{Abandoned, Cause, Phase, Run, Wait};
use super::timer_queue::Timer;
use super::timers::FORGET_AFTER;
use super::turn::{Draft, Effect, Now};
use super::waiting::placer_id;
use super::{Core, WorkloadState, records};
use crate::end::{End, Failure, Outcome};

/// How much of the message of an end is kept, in characters.
const MAX_MESSAGE: usize = 4096;

impl Core {
    /// Ends the run of a slot. If it `may_still_run`, it is abandoned.
    pub(super) fn end_run(
        &mut self,
        now: Now,
        (name, index): (&str, usize),
        (outcome, may_still_run): (Outcome, bool),
        report: impl Into<Report>,
        draft: &mut Draft,
    ) {
        let Some(workload) = self.workloads.get_mut(name) else { return };
        let Some(run) = workload.slots[index].run.take() else { return };
        // What ended a pod first is why it ended.
        let (outcome, report) = match run.cause.clone() {
            Some(Cause { outcome, message }) => (outcome, message.as_str().into()),
            None => (outcome, report.into()),
        };
        let outcome = workload.outcome_of(outcome, &run);
        workload.progress.running -= 1;
        self.runs.remove(&run.task_id);
        self.timers.cancel(Timer::Proven(run.task_id.clone()));
        self.timers.cancel(Timer::Late(run.task_id.clone()));
        if let Phase::Unreachable(since) = run.phase {
            self.safety_stop.remove(since, &run.task_id);
        }
        self.placer.remove_running(&placer_id(name, index));
        self.remove_run_at(&run.agent, draft);
        if may_still_run {
            self.abandon(now, &run, (name, index), draft);
        }
        let Report { message, result } = report;
        let had_started = run.phase != Phase::Intended || may_still_run;
        let end = End {
            workload: name.to_owned(),
            index,
            ran_for: run.ran_for(now.wall),
            task_id: run.task_id.clone(),
            host: run.host.clone(),
            outcome,
            message,
            attempts: 0,
            result,
        };
        self.after_run(now, end, Some(&run), had_started, draft);
    }

    /// Lets a slot whose run has ended, or could not begin, wait for the next one, or ends it.
    fn after_run(&mut self, now: Now, mut end: End, run: Option<&Run>, had_started: bool, draft: &mut Draft) {
        end.message = end.message.chars().take(MAX_MESSAGE).collect();
        let Some(workload) = self.workloads.get_mut(&end.workload) else { return };
        let version = run.map_or(workload.slots[end.index].version, |run| run.version);
        let next = workload.next_run(now, &end, run, had_started);
        if run.is_none_or(|run| !run.is_to_end) {
            self.note_end(&end, version, draft);
        }
        match next {
            Some(after) => self.wait_for(now, &end.workload, end.index, after, draft),
            None => self.end_slot(now, end, draft),
        }
    }

    /// Ends a task that can't be launched.
    pub(super) fn refuse(
        &mut self,
        now: Now,
        (name, index): (&str, usize),
        task_id: String,
        message: String,
        draft: &mut Draft,
    ) {
        let (workload, outcome) = (name.to_owned(), Outcome::Failed(Failure::Refused));
        let (host, attempts, ran_for, result) = (String::new(), 0, None, None);
        let end = End { workload, index, task_id, host, outcome, message, attempts, ran_for, result };
        self.after_run(now, end, None, false, draft);
    }

    /// Remembers a run that may still live, so that it is killed if it is seen.
    fn abandon(&mut self, now: Now, run: &Run, (name, index): (&str, usize), draft: &mut Draft) {
        let (agent, workload) = (run.agent.clone(), name.to_owned());
        let members = if run.members.is_empty() { Vec::new() } else { run.tasks() };
        let abandoned = Abandoned { agent, since: now.wall, workload, index, members, is_seen: false };
        draft.put(records::abandoned(&run.task_id), records::text(&abandoned));
        self.insert_abandoned(&run.task_id, abandoned);
        if self.is_offered(now, &run.agent) {
            self.count_abandoned_run(&run.task_id);
        }
        self.set_timer(now, FORGET_AFTER, Timer::Forget(run.task_id.clone()));
    }

    pub(super) fn insert_abandoned(&mut self, task: &str, abandoned: Abandoned) {
        self.abandoned_at.entry(abandoned.agent.clone()).or_default().insert(task.to_owned());
        self.abandoned.insert(task.to_owned(), abandoned);
    }

    /// Forgets an abandoned run. Returns whether it was known.
    pub(super) fn remove_abandoned(&mut self, task: &str) -> bool {
        let Some(abandoned) = self.abandoned.remove(task) else { return false };
        self.placer.remove_running(task);
        if let Some(there) = self.abandoned_at.get_mut(&abandoned.agent) {
            there.remove(task);
            if there.is_empty() {
                self.abandoned_at.remove(&abandoned.agent);
            }
        }
        true
    }

    /// Lets a slot wait for its next run.
    fn wait_for(&mut self, now: Now, name: &str, index: usize, after: Duration, draft: &mut Draft) {
        draft.slots.insert((name.to_owned(), index));
        let Some(workload) = self.workloads.get_mut(name) else { return };
        workload.slots[index].wait = Wait::Held;
        match after.is_zero() {
            true => workload.cursor = workload.cursor.min(index),
            false => self.set_timer(now, after, Timer::Retry(name.to_owned(), index)),
        }
    }

    /// Ends a slot whose run has ended or never was.
    pub(super) fn end_slot(&mut self, now: Now, mut end: End, draft: &mut Draft) {
        let (name, index) = (end.workload.clone(), end.index);
        let Some(workload) = self.workloads.get_mut(&name) else { return };
        if workload.record.policy.is_service() {
            return self.rest(&name, index, draft);
        }
        let slot = &mut workload.slots[index];
        (slot.wait, end.attempts) = (Wait::Done, slot.attempts);
        draft.put(records::end(&name, index), records::text(&end));
        draft.slots.insert((name.clone(), index));
        draft.after_write.push(Effect::Ended(end.clone()));
        workload.add_end(index, end);
        if workload.has_failed() && !workload.record.is_stopping {
            self.stop_workload(now, &name, draft);
        }
    }
}

impl WorkloadState {
    /// Returns the outcome of a run, by whether it was to be killed.
    fn outcome_of(&self, outcome: Outcome, run: &Run) -> Outcome {
        match (outcome, self.record.is_stopping || run.is_to_end) {
            // Somebody else has killed it.
            (Outcome::Stopped, false) => Outcome::Failed(Failure::Drained),
            (Outcome::Failed(Failure::NeverStarted | Failure::Unhealthy), true) => Outcome::Stopped,
            (outcome, _) => outcome,
        }
    }

    /// Returns whether more tasks have failed than may.
    fn has_failed(&self) -> bool {
        let share = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
        let max_ratio = self.record.policy.batch().and_then(|policy| policy.max_failure_ratio);
        max_ratio.is_some_and(|max| share(self.progress.failed) > max * share(self.slots.len()))
    }
}
