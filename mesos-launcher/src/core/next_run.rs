//! Whether a slot gets another run, and when.

use std::time::Duration;

use super::WorkloadState;
use super::run::{Run, Slot};
use super::turn::Now;
use crate::end::{End, Failure, Outcome, Side};
use crate::retry::Backoff;
use crate::spec::{BatchPolicy, Kind};

/// How often in a row a launch of an instance may fail without its fault before it has to wait.
const FAILED_LAUNCHES: u32 = 20;

impl WorkloadState {
    /// Counts how a run has ended, and returns after which time the slot gets another one, if it
    /// does.
    pub(super) fn next_run(
        &mut self,
        now: Now,
        end: &End,
        run: Option<&Run>,
        had_started: bool,
    ) -> Option<Duration> {
        if !self.wants(end.index) {
            return None;
        }
        let slot = &mut self.slots[end.index];
        let after = match &self.record.policy.kind {
            Kind::Batch(policy) => next_attempt(policy, slot, &end.outcome, had_started)?,
            Kind::Service(policy) => start_again(&policy.restart, slot, now, end, run),
        };
        slot.not_before = (!after.is_zero()).then(|| now.wall.saturating_add(after));
        Some(after)
    }
}

fn next_attempt(
    policy: &BatchPolicy,
    slot: &mut Slot,
    outcome: &Outcome,
    had_started: bool,
) -> Option<Duration> {
    let Outcome::Failed(failure) = outcome else { return None };
    let (failures, most) = match failure.side() {
        Side::Program => (&mut slot.program_failures, policy.retry.attempts),
        Side::Platform => (&mut slot.platform_failures, policy.retry.platform_attempts),
        Side::Caller => return None,
    };
    *failures = failures.saturating_add(1);
    if *failures >= most || is_once(policy, failure, had_started) {
        return None;
    }
    Some(match failure {
        Failure::NeverStarted => Duration::ZERO,
        _ => policy.retry.backoff.after(*failures),
    })
}

/// Returns whether a task that runs at most once may have run.
fn is_once(policy: &BatchPolicy, failure: &Failure, had_started: bool) -> bool {
    let never_ran = *failure == Failure::NeverStarted && !had_started;
    policy.at_most_once && !never_ran
}

/// An instance is started again however it ended.
fn start_again(backoff: &Backoff, slot: &mut Slot, now: Now, end: &End, run: Option<&Run>) -> Duration {
    if run.is_some_and(|run| run.was_well(now.wall)) {
        (slot.program_failures, slot.platform_failures) = (0, 0);
    }
    slot.last_end = Some(End { attempts: slot.attempts, ..end.clone() });
    if run.is_some_and(|run| run.is_to_end) {
        return Duration::ZERO;
    }
    let failures = match &end.outcome {
        Outcome::Failed(failure) if failure.side() == Side::Platform => &mut slot.platform_failures,
        _ => &mut slot.program_failures,
    };
    *failures = failures.saturating_add(1);
    match end.outcome {
        Outcome::Failed(Failure::NeverStarted) if *failures <= FAILED_LAUNCHES => Duration::ZERO,
        _ => backoff.scattered(*failures, &end.task_id),
    }
}
