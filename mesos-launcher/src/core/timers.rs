//! What is due at a later time.

use std::time::Duration;

use mesos_sdk::proto::v1::TaskId;

use super::run::{Phase, Wait};
use super::turn::{Draft, Effect, Now};
use super::{Core, REPLACE_AFTER, records};
use crate::end::{Failure, Outcome};

/// A timer. When it fires, it may be out of date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The back-off of a slot is over.
    Retry(String, usize),
    /// The KILL of a task is repeated after this time.
    Kill(String, Duration),
    /// A run has been out of sight for too long.
    Replace(String),
    /// An estranged run is forgotten.
    Forget(String),
    /// The master is asked for offers again, because its filters may hold back what fits by now.
    Revive,
    /// The master may be asked for offers again, if tasks began to wait.
    MayRevive,
}

/// After which time a KILL is repeated; then this doubles, up to a minute.
pub(super) const FIRST_KILL: Duration = Duration::from_secs(5);
const LAST_KILL: Duration = Duration::from_secs(60);
/// How soon a run that has to be replaced is looked at again.
const CONFIRM: Duration = Duration::from_secs(10);
/// The master forgets an unreachable agent after 14 days.
pub(super) const FORGET_AFTER: Duration = Duration::from_secs(15 * 24 * 3600);

impl Core {
    pub(super) fn set_timer(&mut self, now: Now, after: Duration, timer: Timer) {
        self.timers.insert((now.monotonic.saturating_add(after), timer));
    }

    pub(super) fn fire_timers(&mut self, now: Now, draft: &mut Draft) {
        while let Some((due, _)) = self.timers.first()
            && *due <= now.monotonic
            && let Some((_, timer)) = self.timers.pop_first()
        {
            self.fire(now, timer, draft);
        }
    }

    fn fire(&mut self, now: Now, timer: Timer, draft: &mut Draft) {
        match timer {
            Timer::Retry(name, index) => self.retry(&name, index),
            Timer::Kill(task, delay) => self.kill_again(now, task, delay, draft),
            Timer::Replace(task) => self.replace(now, &task, draft),
            Timer::Forget(task) => {
                if self.estranged.remove(&task).is_some() {
                    draft.delete(records::estranged(&task));
                }
            }
            Timer::MayRevive => {}
            Timer::Revive => self.asking.has_new = true,
        }
    }

    /// Gives a slot whose back-off is over to the placer.
    fn retry(&mut self, name: &str, index: usize) {
        let Some(batch) = self.batches.get_mut(name) else { return };
        if batch.slots[index].wait == Wait::Held && batch.slots[index].run.is_none() {
            batch.slots[index].not_before = None;
            batch.cursor = batch.cursor.min(index);
        }
    }

    /// Kills a task that still has to end.
    fn kill_again(&mut self, now: Now, task: String, delay: Duration, draft: &mut Draft) {
        let Some(agent) = self.agent_to_kill_at(&task) else { return };
        // The goal, or that it is estranged, may be recorded in this very turn.
        draft.then.push(Effect::Kill { task: TaskId::from(task.clone()), agent: agent.into() });
        self.set_timer(now, delay, Timer::Kill(task, (delay * 2).min(LAST_KILL)));
    }

    /// Returns the agent of a task that has to end, if it may be there.
    fn agent_to_kill_at(&self, task: &str) -> Option<String> {
        if let Some(estranged) = self.estranged.get(task) {
            return estranged.is_seen.then(|| estranged.agent.clone());
        }
        let (name, index) = self.runs.get(task)?;
        let batch = self.batches.get(name)?;
        let run = batch.slots[*index].run.as_ref()?;
        (batch.record.is_stopping && run.phase.is_in_sight()).then(|| run.agent.clone())
    }

    /// Stops waiting for a run that is out of sight. It needs a word of the current master.
    fn replace(&mut self, now: Now, task: &str, draft: &mut Draft) {
        let Some((name, index)) = self.runs.get(task).cloned() else { return };
        let Some(run) = self.slot(&name, index).and_then(|slot| slot.run.clone()) else { return };
        let Phase::Unreachable(since) = run.phase else { return };
        let left = REPLACE_AFTER.saturating_sub(now.wall.saturating_sub(since));
        if !left.is_zero() || !run.is_confirmed || !self.is_subscribed {
            self.set_timer(now, left.max(CONFIRM), Timer::Replace(task.to_owned()));
            return;
        }
        let outcome = Outcome::Failed(Failure::AgentLost);
        self.end_run(now, (&name, index), (outcome, true), "its agent is unreachable", draft);
    }
}
