//! The core: what has happened and the time go in, records to write and calls to make come out.
//!
//! It is pure. A turn's state is ahead of the store by the changes of that turn; the shell makes
//! the next turn only when they are durable, and does nothing of [`Turn::after_write`] before.

mod agents;
mod commands;
mod demand;
mod ending;
mod handling;
mod instances;
mod launch;
mod members;
mod moves;
mod new_volume;
mod next_run;
mod offered_volumes;
mod open;
mod placing;
mod ports;
mod records;
mod report;
mod rolling;
mod rollout;
mod rollout_commands;
mod run;
mod safety_stop;
mod scale;
mod task_info;
mod timer_queue;
mod timers;
mod trial;
mod turn;
mod updates;
mod verdict;
mod version;
mod volume_commands;
mod volumes;
mod waiting;

#[cfg(test)]
mod tests;

pub(crate) use handling::Handling;
pub(crate) use turn::{Effect, Input, Launched, Now, RolloutCommand, Token, Turn};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use mesos_placement::{Placer, Refusals};
use mesos_sdk::proto::v1::FrameworkId;
use mesos_sdk::scheduler::KnownTask;

use self::agents::KnownAgent;
use self::demand::Demand;
use self::records::WorkloadRecord;
use self::run::{Abandoned, Run, Slot};
use self::safety_stop::SafetyStop;
use self::timer_queue::Timers;
use self::turn::Draft;
use self::volumes::Volumes;
use crate::end::{End, Outcome};
use crate::progress::{Progress, Standing};
use crate::unit::Unit;

/// The state of a launcher.
#[derive(Debug)]
pub(crate) struct Core {
    /// The unique name of this opening of the store, which is part of each task id.
    incarnation: String,
    /// How many task ids this incarnation has used.
    ids: u64,
    workloads: BTreeMap<String, WorkloadState>,
    /// The slots of the runs that count, by their task ids.
    runs: BTreeMap<String, (String, usize)>,
    abandoned: BTreeMap<String, Abandoned>,
    /// Their task ids, by agent.
    abandoned_at: BTreeMap<String, BTreeSet<String>>,
    volumes: Volumes,
    /// The version of the records; 0 if there are none.
    format: u32,
    safety_stop: SafetyStop,
    placer: Placer,
    /// The framework, as the last offer states it.
    framework: FrameworkId,
    /// The roles whose resources tasks may use.
    roles: Vec<String>,
    /// The agents that the placer knows.
    agents: BTreeMap<String, KnownAgent>,
    /// When those are looked for that can be forgotten.
    look_at_agents: Duration,
    timers: Timers,
    /// After which time the KILL of a task is repeated.
    kills: BTreeMap<String, Duration>,
    is_subscribed: bool,
    demand: Demand,
    /// Whether tasks were left for the next turn.
    is_postponed: bool,
    /// Whether the placer may no longer have the tasks in the order of priorities.
    is_unordered: bool,
}

/// A batch or a service.
#[derive(Clone, Debug)]
struct WorkloadState {
    record: WorkloadRecord,
    /// The tasks of a batch, or the versions of the task of a service, by the numbers of their
    /// records.
    tasks: BTreeMap<usize, Arc<Unit>>,
    slots: Vec<Slot>,
    /// The ends of the slots of a batch.
    ends: BTreeMap<usize, End>,
    /// The slots of a service that have no run and need none.
    idle: BTreeSet<usize>,
    progress: Progress,
    /// How many wait with the placer.
    placed: usize,
    /// The first slot that may not have been given to the placer.
    cursor: usize,
    /// For how many instances the constraints of those that wait with the placer are.
    fitted: usize,
    refusals: Option<Arc<Refusals>>,
}

impl Core {
    /// Takes a turn.
    pub(crate) fn step(&mut self, now: Now, inputs: Vec<Input>) -> Turn {
        let mut draft = Draft::default();
        for input in inputs {
            self.take(now, input, &mut draft);
        }
        self.fire_timers(now, &mut draft);
        self.roll_out(now, &mut draft);
        self.place(now, &mut draft);
        self.update_demand(now, &mut draft);
        self.write_slots(&mut draft);
        self.write_agents(&mut draft);
        self.show_instances(&mut draft);
        draft.finish()
    }

    fn take(&mut self, now: Now, input: Input, draft: &mut Draft) {
        match input {
            Input::Subscribed => self.subscribed(),
            Input::Disconnected => self.disconnected(),
            Input::Offers(offers) => self.offered(now, &offers, draft),
            Input::Rescinded(offer) => drop(self.placer.remove_offer(&offer)),
            Input::Update(status, token) => self.update(now, &status, token, draft),
            Input::Accepted(launched, handling) => self.accepted(now, launched, handling, draft),
            Input::Fenced(launched) => self.fenced(&launched, draft),
            Input::DemandFailed => self.demand_failed(now),
            Input::Submit(spec, token) => self.submit(now, *spec, token, draft),
            Input::Scale(name, instances, token) => self.scale(now, &name, instances, token, draft),
            Input::Restart(name, index, token) => self.restart(now, &name, index, token, draft),
            Input::Replace(name, index, token) => self.replace_volume(now, &name, index, token, draft),
            Input::Destroy(name, volume, token) => self.destroy_volume(&name, &volume, token, draft),
            Input::Rollout(name, command, token) => {
                self.command_rollout(now, &name, (command, token), draft);
            }
            Input::Stop(name, token) => self.stop(now, &name, token, draft),
            Input::Forget(name, token) => self.forget(&name, token, draft),
            Input::ReplaceUnreachable(token) => self.replace_unreachable(now, token, draft),
        }
    }

    fn subscribed(&mut self) {
        self.is_subscribed = true;
        // Offers of the last subscription are void, and whatever was sent in it has been handled or
        // never will be.
        self.placer.take_offers();
        for (name, index) in self.runs.values() {
            if let Some(run) =
                self.workloads.get_mut(name).and_then(|workload| workload.slots[*index].run.as_mut())
            {
                (run.is_fenced, run.is_confirmed) = (true, false);
                run.members.iter_mut().for_each(|member| member.is_confirmed = false);
            }
        }
    }

    fn disconnected(&mut self) {
        self.is_subscribed = false;
        self.placer.take_offers();
    }

    /// Returns when the next turn is due, if nothing happens before.
    pub(crate) fn due(&self) -> Option<Duration> {
        match self.is_postponed {
            true => Some(Duration::ZERO),
            false => self.timers.due().into_iter().chain(self.demand.due).min(),
        }
    }

    /// Returns the tasks that Mesos is asked for.
    pub(crate) fn known_tasks(&self) -> Vec<KnownTask> {
        let runs = self.runs.values().filter_map(|(name, index)| {
            let run = self.workloads.get(name)?.slots[*index].run.as_ref()?;
            Some((run.tasks(), run.agent.as_str()))
        });
        let abandoned = self.abandoned.iter();
        let abandoned = abandoned.map(|(id, abandoned)| (abandoned.tasks(id), abandoned.agent.as_str()));
        let known = |(tasks, agent): (Vec<String>, &str)| {
            let agent_id = Some(agent.to_owned().into());
            tasks.into_iter().map(move |id| KnownTask { task_id: id.into(), agent_id: agent_id.clone() })
        };
        runs.chain(abandoned).flat_map(known).collect()
    }

    /// Returns the ends of all tasks.
    pub(crate) fn ends(&self) -> impl Iterator<Item = End> {
        self.workloads.values().flat_map(|workload| workload.ends.values().cloned())
    }

    /// Returns the standing of each workload.
    pub(crate) fn standings(&self) -> impl Iterator<Item = (&str, Standing)> {
        self.workloads.iter().map(|(name, workload)| (name.as_str(), workload.standing()))
    }

    /// Puts the slots that have changed.
    fn write_slots(&mut self, draft: &mut Draft) {
        let changed = std::mem::take(&mut draft.slots);
        let mut names: Vec<_> = changed.iter().map(|(name, _)| name.as_str()).collect();
        names.dedup();
        for name in names {
            self.trim(name, draft);
        }
        for (name, index) in changed {
            let Some(workload) = self.workloads.get(&name) else { continue };
            let key = records::slot(&name, index);
            match workload.slots.get(index) {
                Some(slot) if !slot.is_blank() && !workload.ends.contains_key(&index) => {
                    draft.put(key, records::text(slot));
                }
                _ => draft.delete(key),
            }
            draft.shown.insert((name, index));
        }
    }

    fn slot(&mut self, name: &str, index: usize) -> Option<&mut Slot> {
        self.workloads.get_mut(name)?.slots.get_mut(index)
    }
}

impl WorkloadState {
    /// Returns whether all its slots have ended, and none will start again.
    fn has_ended(&self) -> bool {
        let may_end = self.record.is_stopping || !self.record.policy.is_service();
        may_end && self.ends.len() + self.idle.len() == self.slots.len()
    }

    /// Returns whether its tasks have inputs and results.
    fn is_map(&self) -> bool {
        self.record.policy.batch().is_some_and(|policy| policy.is_map)
    }

    /// Returns whether a slot without a run is to get one.
    fn wants(&self, index: usize) -> bool {
        !self.record.is_stopping && !self.slots[index].is_retired
    }

    /// Returns whether a run is to be killed.
    fn is_to_end(&self, run: &Run) -> bool {
        self.record.is_stopping || run.is_ending()
    }

    /// Returns how many instances or tasks constraints are about, with those that a rollout adds.
    fn size(&self) -> usize {
        self.slots.iter().filter(|slot| !slot.is_retired).count()
    }

    /// Returns the desired number of instances of a service.
    fn desired(&self) -> usize {
        match self.record.is_stopping {
            true => 0,
            false => self.wanted(),
        }
    }

    /// Returns the task of a slot's next run.
    fn task(&self, index: usize) -> Option<&Arc<Unit>> {
        match self.record.policy.is_service() {
            true => self.tasks.get(&self.slots.get(index)?.version.record()),
            false => self.tasks.get(&index),
        }
    }

    /// Returns the task of a slot's run.
    fn task_of_run(&self, index: usize) -> Option<&Unit> {
        let run = self.slots.get(index).and_then(|slot| slot.run.as_ref());
        let task = match run.filter(|_| self.record.policy.is_service()) {
            Some(run) => self.tasks.get(&run.version.record()),
            None => self.tasks.get(&index),
        };
        task.map(|task| &**task)
    }

    /// Returns whether the task of a slot's run has a health check.
    fn is_checked(&self, index: usize) -> bool {
        matches!(self.task_of_run(index), Some(Unit::Task(task)) if task.health.is_some())
    }

    fn standing(&self) -> Standing {
        let (progress, refusals, has_ended) = (self.progress, self.refusals.clone(), self.has_ended());
        Standing {
            progress,
            desired: self.record.policy.is_service().then(|| self.desired()),
            rollout: self.record.policy.is_service().then(|| self.rollout()),
            has_ended,
            refusals,
        }
    }

    /// Adds the end of a slot.
    fn add_end(&mut self, index: usize, end: End) {
        *match &end.outcome {
            Outcome::Finished => &mut self.progress.finished,
            Outcome::Failed(_) => &mut self.progress.failed,
            Outcome::Stopped => &mut self.progress.stopped,
        } += 1;
        self.ends.insert(index, end);
    }
}
