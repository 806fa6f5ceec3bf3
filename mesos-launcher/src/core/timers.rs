//! What is due at a later time.

use std::time::Duration;

use mesos_placement::State;

use super::run::{Phase, Wait};
use super::timer_queue::Timer;
use super::turn::{Draft, Effect, Now};
use super::waiting::placer_id;
use super::{Core, records};
use crate::end::{Failure, Outcome};

/// After which time a KILL is repeated; then this doubles, up to a minute.
const FIRST_KILL: Duration = Duration::from_secs(5);
const LAST_KILL: Duration = Duration::from_secs(60);
/// How soon a run is looked at again if too little is known of it.
pub(super) const CONFIRM: Duration = Duration::from_secs(10);
/// The master forgets an unreachable agent after 14 days.
pub(super) const FORGET_AFTER: Duration = Duration::from_secs(15 * 24 * 3600);

impl Core {
    pub(super) fn set_timer(&mut self, now: Now, after: Duration, timer: Timer) {
        self.timers.set(now.monotonic.saturating_add(after), timer);
    }

    pub(super) fn fire_timers(&mut self, now: Now, draft: &mut Draft) {
        while let Some(timer) = self.timers.pop(now.monotonic) {
            self.fire(now, timer, draft);
        }
    }

    fn fire(&mut self, now: Now, timer: Timer, draft: &mut Draft) {
        match timer {
            Timer::Retry(name, index) => self.retry(&name, index, draft),
            Timer::Kill(task) => self.kill_again(now, task, draft),
            Timer::Replace(task) => self.replace(now, &task, draft),
            Timer::Proven(task) => self.proven(&task),
            Timer::Late(task) => self.late(now, &task, draft),
            Timer::Forget(task) => {
                if self.remove_abandoned(&task) {
                    draft.delete(records::abandoned(&task));
                }
            }
        }
    }

    /// Gives a slot whose back-off is over to the placer.
    fn retry(&mut self, name: &str, index: usize, draft: &mut Draft) {
        let Some(workload) = self.workloads.get_mut(name) else { return };
        let Some(slot) = workload.slots.get_mut(index) else { return };
        if slot.wait == Wait::Held && slot.run.is_none() {
            slot.not_before = None;
            draft.shown.insert((name.to_owned(), index));
            workload.cursor = workload.cursor.min(index);
        }
    }

    /// Begins to kill a run, in this turn or the next one.
    pub(super) fn kill(&mut self, now: Now, task: &str) {
        self.kills.insert(task.to_owned(), FIRST_KILL);
        if let Some((name, index)) = self.runs.get(task) {
            self.placer.set_state(&placer_id(name, *index), State::Stopping);
        }
        self.set_timer(now, Duration::ZERO, Timer::Kill(task.to_owned()));
    }

    /// Kills a run that still has to end.
    fn kill_again(&mut self, now: Now, task: String, draft: &mut Draft) {
        let delay = self.kills.remove(&task).unwrap_or(FIRST_KILL);
        let Some(agent) = self.agent_to_kill_at(&task) else { return };
        // The goal, or that it is abandoned, may be recorded in this very turn.
        let kill = |task: String| Effect::Kill { task: task.into(), agent: agent.clone().into() };
        draft.after_write.extend(self.tasks_of(&task).into_iter().map(kill));
        self.kills.insert(task.clone(), (delay * 2).min(LAST_KILL));
        self.set_timer(now, delay, Timer::Kill(task));
    }

    /// Returns the agent of a run that has to end, if it may be there.
    fn agent_to_kill_at(&self, task: &str) -> Option<String> {
        if let Some(abandoned) = self.abandoned.get(task) {
            return abandoned.is_seen.then(|| abandoned.agent.clone());
        }
        let (name, index) = self.runs.get(task)?;
        let workload = self.workloads.get(name)?;
        let run = workload.slots[*index].run.as_ref()?;
        (workload.is_to_end(run) && run.phase.is_in_sight()).then(|| run.agent.clone())
    }

    /// Stops waiting for a run that is out of sight. It needs a word of the current master.
    fn replace(&mut self, now: Now, task: &str, draft: &mut Draft) {
        let Some((name, index)) = self.runs.get(task).cloned() else { return };
        let Some(run) = self.slot(&name, index).and_then(|slot| slot.run.clone()) else { return };
        let Phase::Unreachable(since) = run.phase else { return };
        // The volume is where the run is.
        if run.volume.is_some() {
            return;
        }
        let is_known = run.is_confirmed && self.is_subscribed;
        if !is_known || self.safety_stop.holds(now, since, task, self.runs.len()) {
            self.set_timer(now, CONFIRM, Timer::Replace(task.to_owned()));
            return;
        }
        let outcome = Outcome::Failed(Failure::AgentLost);
        self.end_run(now, (&name, index), (outcome, true), "its agent is unreachable", draft);
    }
}
