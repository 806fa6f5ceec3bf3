//! The core: what has happened and the time go in, records to write and calls to make come out.
//!
//! It is pure. A turn's state is ahead of the store by the changes of that turn; the shell makes
//! the next turn only when they are durable, and does nothing of [`Turn::then`] before.

mod asking;
mod commands;
mod ending;
mod fate;
mod open;
mod placing;
mod records;
mod run;
mod task_info;
mod timer_queue;
mod timers;
mod turn;
mod updates;
mod verdict;
mod waiting;

#[cfg(test)]
mod tests;

pub(crate) use fate::Fate;
pub(crate) use turn::{Effect, Input, Launched, Now, Token, Turn};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mesos_placement::{Placer, Refusals};

use self::asking::Asking;
use self::records::BatchRecord;
use self::run::{Estranged, Phase, Slot};
use self::timer_queue::Timers;
use self::turn::Draft;
use crate::end::{End, Outcome};
use crate::progress::Progress;
use crate::spec::Task;
use mesos_sdk::scheduler::KnownTask;

/// How long a task whose agent is out of sight is waited for.
const REPLACE_AFTER: Duration = Duration::from_secs(300);

/// The state of a launcher.
#[derive(Debug)]
pub(crate) struct Core {
    /// Letters that no other opening of the store has: part of each task id.
    life: String,
    /// How many ids were used in this life.
    ids: u64,
    batches: BTreeMap<String, BatchState>,
    /// The slots of the runs that count, by their task ids.
    runs: BTreeMap<String, (String, usize)>,
    estranged: BTreeMap<String, Estranged>,
    placer: Placer,
    /// The roles whose resources tasks may use.
    roles: Vec<String>,
    /// The hostnames of the agents that the placer knows.
    hosts: BTreeMap<String, String>,
    timers: Timers,
    /// After which time the KILL of a task is repeated.
    kills: BTreeMap<String, Duration>,
    is_subscribed: bool,
    asking: Asking,
    /// Whether tasks were left for the next turn.
    is_postponed: bool,
    /// Whether the placer may no longer have the tasks in the order of priorities.
    is_unordered: bool,
}

/// A batch.
#[derive(Clone, Debug)]
struct BatchState {
    record: BatchRecord,
    tasks: Vec<Arc<Task>>,
    slots: Vec<Slot>,
    ends: BTreeMap<usize, End>,
    progress: Progress,
    /// How many wait with the placer.
    placed: usize,
    /// The first slot that may not have been given to the placer.
    cursor: usize,
    why: Option<Arc<Refusals>>,
}

impl Core {
    /// Takes a turn.
    pub(crate) fn step(&mut self, now: Now, inputs: Vec<Input>) -> Turn {
        let mut draft = Draft::default();
        for input in inputs {
            self.take(now, input, &mut draft);
        }
        self.fire_timers(now, &mut draft);
        self.place(now, &mut draft);
        self.ask_for_offers(now, &mut draft);
        self.write_slots(&mut draft);
        draft.finish()
    }

    fn take(&mut self, now: Now, input: Input, draft: &mut Draft) {
        match input {
            Input::Subscribed => self.subscribed(),
            Input::Disconnected => self.disconnected(),
            Input::Offers(offers) => self.offered(&offers, draft),
            Input::Rescinded(offer) => drop(self.placer.drop_offer(&offer)),
            Input::Update(status, token) => self.update(now, &status, token, draft),
            Input::Accepted(launched, fate) => self.accepted(now, launched, fate, draft),
            Input::Fenced(launched) => self.fenced(&launched, draft),
            Input::AskFailed => self.ask_failed(now),
            Input::Submit(batch, token) => self.submit(*batch, token, draft),
            Input::Stop(name, token) => self.stop(now, &name, token, draft),
            Input::Forget(name, token) => self.forget(&name, token, draft),
        }
    }

    fn subscribed(&mut self) {
        self.is_subscribed = true;
        // Offers of the last subscription are void, and whatever was sent in it has been handled or
        // never will be.
        self.placer.drop_offers();
        for (name, index) in self.runs.values() {
            if let Some(run) = self.batches.get_mut(name).and_then(|batch| batch.slots[*index].run.as_mut()) {
                (run.is_fenced, run.is_confirmed) = (true, false);
            }
        }
    }

    fn disconnected(&mut self) {
        self.is_subscribed = false;
        self.placer.drop_offers();
    }

    /// Returns when the next turn is due, if nothing happens before.
    pub(crate) fn due(&self) -> Option<Duration> {
        match self.is_postponed {
            true => Some(Duration::ZERO),
            false => self.timers.due().into_iter().chain(self.asking.due).min(),
        }
    }

    /// Returns the tasks that Mesos is asked for.
    pub(crate) fn known_tasks(&self) -> Vec<KnownTask> {
        let runs = self.runs.iter().filter_map(|(id, (name, index))| {
            let run = self.batches.get(name)?.slots[*index].run.as_ref()?;
            Some((id, run.agent.as_str()))
        });
        let estranged = self.estranged.iter().map(|(id, estranged)| (id, estranged.agent.as_str()));
        let known = runs.chain(estranged);
        known
            .map(|(id, agent)| KnownTask {
                task_id: id.clone().into(),
                agent_id: Some(agent.to_owned().into()),
            })
            .collect()
    }

    /// Returns the ends of all tasks.
    pub(crate) fn ends(&self) -> impl Iterator<Item = End> {
        self.batches.values().flat_map(|batch| batch.ends.values().cloned())
    }

    /// Returns how far the batches are, and why tasks of them wait.
    pub(crate) fn progress(&self) -> impl Iterator<Item = (&str, Progress, Option<Arc<Refusals>>)> {
        self.batches.iter().map(|(name, batch)| (name.as_str(), batch.progress, batch.why.clone()))
    }

    /// Puts the slots that have changed.
    fn write_slots(&self, draft: &mut Draft) {
        for (name, index) in std::mem::take(&mut draft.slots) {
            let Some(batch) = self.batches.get(&name) else { continue };
            let key = records::slot(&name, index);
            match batch.ends.contains_key(&index) {
                true => draft.delete(key),
                false => draft.put(key, records::text(&batch.slots[index])),
            }
        }
    }

    fn slot(&mut self, name: &str, index: usize) -> Option<&mut Slot> {
        self.batches.get_mut(name)?.slots.get_mut(index)
    }
}

impl BatchState {
    fn has_ended(&self) -> bool {
        self.ends.len() == self.slots.len()
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

impl Phase {
    /// Returns whether the task may exist on a registered agent.
    fn is_in_sight(self) -> bool {
        !matches!(self, Self::Unreachable(_))
    }
}
