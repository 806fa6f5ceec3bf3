//! The ends of runs, and what follows from them: another attempt, or the end of the task.

use std::time::Duration;

use super::run::{Estranged, Phase, Wait};
use super::timer_queue::Timer;
use super::timers::FORGET_AFTER;
use super::turn::{Draft, Effect, Now};
use super::waiting::placer_id;
use super::{Core, records};
use crate::end::{End, Failure, Outcome, Side};
use crate::spec::Terms;

/// How much of the message of an end is kept, in characters.
const MAX_MESSAGE: usize = 4096;

impl Core {
    /// Ends the run of a slot. If it `may_still_run`, it is estranged.
    pub(super) fn end_run(
        &mut self,
        now: Now,
        (name, index): (&str, usize),
        (outcome, may_still_run): (Outcome, bool),
        message: &str,
        draft: &mut Draft,
    ) {
        let Some(batch) = self.batches.get_mut(name) else { return };
        let Some(run) = batch.slots[index].run.take() else { return };
        batch.progress.running -= 1;
        self.runs.remove(&run.task_id);
        self.placer.remove_running(&placer_id(name, index));
        if may_still_run {
            self.estrange(now, &run.task_id, &run.agent, draft);
        }
        let had_started = run.phase != Phase::Intended || may_still_run;
        let end = End {
            batch: name.to_owned(),
            index,
            ran_for: run.ran_for(now.wall),
            task_id: run.task_id,
            host: run.host,
            outcome: outcome.clone(),
            message: message.to_owned(),
            attempts: 0,
        };
        match self.next_attempt(now, (name, index), &outcome, had_started) {
            Some(after) => self.wait_for(now, name, index, after, draft),
            None => self.end_task(now, end, draft),
        }
    }

    /// Remembers a run that may still live, so that it is killed if it is seen.
    fn estrange(&mut self, now: Now, task_id: &str, agent: &str, draft: &mut Draft) {
        let estranged = Estranged { agent: agent.to_owned(), since: now.wall, is_seen: false };
        draft.put(records::estranged(task_id), records::text(&estranged));
        self.estranged.insert(task_id.to_owned(), estranged);
        self.set_timer(now, FORGET_AFTER, Timer::Forget(task_id.to_owned()));
    }

    /// Counts a failure, and returns after which time the next attempt follows, if one does.
    fn next_attempt(
        &mut self,
        now: Now,
        (name, index): (&str, usize),
        outcome: &Outcome,
        had_started: bool,
    ) -> Option<Duration> {
        let batch = self.batches.get_mut(name)?;
        let (terms, slot) = (&batch.record.terms, &mut batch.slots[index]);
        let failure = match outcome {
            Outcome::Finished => return None,
            _ if batch.record.is_stopping => return None,
            // Somebody else has killed it.
            Outcome::Stopped => &Failure::Drained,
            Outcome::Failed(failure) => failure,
        };
        let (failures, most) = match failure.side() {
            Side::Program => (&mut slot.program_failures, terms.retry.attempts),
            Side::Platform => (&mut slot.platform_failures, terms.retry.platform_attempts),
            Side::Caller => return None,
        };
        *failures += 1;
        if *failures >= most || is_once(terms, failure, had_started) {
            return None;
        }
        let after = match failure {
            Failure::NeverStarted => Duration::ZERO,
            _ => terms.retry.backoff.after(*failures),
        };
        slot.not_before = (!after.is_zero()).then(|| now.wall.saturating_add(after));
        Some(after)
    }

    /// Lets a slot wait for its next attempt.
    fn wait_for(&mut self, now: Now, name: &str, index: usize, after: Duration, draft: &mut Draft) {
        draft.slots.insert((name.to_owned(), index));
        let Some(batch) = self.batches.get_mut(name) else { return };
        batch.slots[index].wait = Wait::Held;
        match after.is_zero() {
            true => batch.cursor = batch.cursor.min(index),
            false => self.set_timer(now, after, Timer::Retry(name.to_owned(), index)),
        }
    }

    /// Ends a task of a batch, whose run has ended or never was.
    pub(super) fn end_task(&mut self, now: Now, mut end: End, draft: &mut Draft) {
        let (name, index) = (end.batch.clone(), end.index);
        let Some(batch) = self.batches.get_mut(&name) else { return };
        let slot = &mut batch.slots[index];
        end.outcome = match (end.outcome, batch.record.is_stopping) {
            (Outcome::Stopped, false) => Outcome::Failed(Failure::Drained),
            (Outcome::Failed(Failure::NeverStarted), true) => Outcome::Stopped,
            (outcome, _) => outcome,
        };
        end.message = end.message.chars().take(MAX_MESSAGE).collect();
        (slot.wait, end.attempts) = (Wait::Done, slot.attempts);
        draft.put(records::end(&name, index), records::text(&end));
        draft.slots.insert((name.clone(), index));
        draft.then.push(Effect::Ended(end.clone()));
        batch.add_end(index, end);
        if batch.has_failed() && !batch.record.is_stopping {
            self.stop_batch(now, &name, draft);
        }
    }
}

impl super::BatchState {
    /// Returns whether more tasks have failed than may.
    fn has_failed(&self) -> bool {
        let share = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
        let may_fail = self.record.terms.may_fail;
        may_fail.is_some_and(|may_fail| share(self.progress.failed) > may_fail * share(self.slots.len()))
    }
}

/// Returns whether a task that runs at most once may have run.
fn is_once(terms: &Terms, failure: &Failure, had_started: bool) -> bool {
    let never_ran = *failure == Failure::NeverStarted && !had_started;
    terms.at_most_once && !never_ran
}
