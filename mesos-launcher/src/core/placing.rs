//! Offers, and the tasks that wait for them.

use std::time::Duration;

use mesos_placement::{Assignment, Needs, Task as Wanted};
use mesos_sdk::build;
use mesos_sdk::proto::v1::{AgentId, Offer, TaskInfo};

use super::run::{Phase, Run, Wait};
use super::turn::{Draft, Effect, Now};
use super::{BatchState, Core};
use crate::end::{Failure, Outcome};
use crate::spec::{Command, Task};

/// For how long offers are declined that no waiting task fits.
const FITS_NOTHING: Duration = Duration::from_secs(120);
/// For how long they are declined when no task waits.
const NOTHING_WAITS: Duration = Duration::from_secs(3600);
/// For how long what is left of an accepted offer is declined, and offers that no task may use yet.
const LEFT: Duration = Duration::from_secs(5);

/// Returns the id of a slot in the placer.
pub(super) fn placer_id(name: &str, index: usize) -> String {
    format!("{name}/{index}")
}

impl Core {
    pub(super) fn offered(&mut self, offers: &[Offer], draft: &mut Draft) {
        for offer in offers {
            self.hosts.insert(offer.agent_id.value.clone(), offer.hostname.clone());
            if let Err(error) = self.placer.offer(offer) {
                tracing::warn!(offer = offer.id.value, %error, "an offer is declined that makes no sense");
                draft.at_once.push(Effect::Decline { offers: vec![offer.id.clone()], filter: FITS_NOTHING });
            }
        }
    }

    /// Gives waiting tasks their places, and declines the other offers.
    pub(super) fn place(&mut self, now: Now, draft: &mut Draft) {
        self.fill_placer(now, draft);
        self.is_postponed = false;
        if self.placer.offers().next().is_none() {
            return;
        }
        let round = self.placer.place();
        for accept in round.accepts() {
            self.accept(now, accept.agent, accept.offers, &accept.assignments, draft);
        }
        self.is_postponed = round.postponed > 0;
        if !self.is_postponed {
            self.explain();
            let filter = match (self.placer.waiting() > 0, self.has_more()) {
                (true, _) => FITS_NOTHING,
                (false, true) => LEFT,
                (false, false) => NOTHING_WAITS,
            };
            let offers = self.placer.drop_offers();
            if !offers.is_empty() {
                draft.at_once.push(Effect::Decline { offers, filter });
            }
        }
    }

    /// Gives the placer the tasks that may run now, in the order of priorities.
    fn fill_placer(&mut self, now: Now, draft: &mut Draft) {
        let mut names: Vec<_> = self.batches.iter().filter(|(_, batch)| batch.wants_more()).collect();
        names.sort_by_key(|(_, batch)| std::cmp::Reverse(batch.record.terms.priority));
        let names: Vec<_> = names.into_iter().map(|(name, _)| name.clone()).collect();
        for name in names {
            while let Some(index) = self.batches.get_mut(&name).and_then(BatchState::next) {
                self.give_to_placer(now, &name, index, draft);
            }
        }
    }

    fn give_to_placer(&mut self, now: Now, name: &str, index: usize, draft: &mut Draft) {
        let Some(batch) = self.batches.get_mut(name) else { return };
        let wanted = Wanted::new(placer_id(name, index), needs(&batch.tasks[index])).group(name);
        batch.slots[index].wait = Wait::Placed;
        batch.placed += 1;
        self.asking.has_new = true;
        if let Err(error) = self.placer.submit(wanted) {
            batch.placed -= 1;
            self.refuse(now, (name, index), String::new(), &error.to_string(), draft);
        }
    }

    /// Records the runs of one ACCEPT, and makes it.
    fn accept(
        &mut self,
        now: Now,
        agent: &str,
        offers: &[mesos_sdk::proto::v1::OfferId],
        assignments: &[&Assignment],
        draft: &mut Draft,
    ) {
        let tasks = assignments.iter().filter_map(|assignment| self.intend(now, agent, assignment, draft));
        let tasks: Vec<_> = tasks.collect();
        let offers = offers.to_vec();
        match tasks.is_empty() {
            true => draft.at_once.push(Effect::Decline { offers, filter: LEFT }),
            false => draft.then.push(Effect::Accept { offers, tasks, filter: LEFT }),
        }
    }

    /// Records a run, and returns its task.
    fn intend(
        &mut self,
        now: Now,
        agent: &str,
        assignment: &Assignment,
        draft: &mut Draft,
    ) -> Option<TaskInfo> {
        let (name, index) = assignment.task.rsplit_once('/')?;
        let index: usize = index.parse().ok()?;
        self.ids += 1;
        let task_id = format!("{name}.{index}.{}-{}", self.life, self.ids);
        let host = self.hosts.get(agent).cloned().unwrap_or_default();
        let batch = self.batches.get_mut(name)?;
        batch.placed -= 1;
        let built = task_info(&batch.tasks[index], &task_id, name, index, assignment, agent);
        let slot = &mut batch.slots[index];
        (slot.wait, slot.not_before) = (Wait::Done, None);
        match built {
            Ok(info) => {
                slot.attempts += 1;
                batch.progress.running += 1;
                let (agent, phase) = (agent.to_owned(), Phase::Intended);
                self.runs.insert(task_id.clone(), (name.to_owned(), index));
                let (started, is_fenced, is_confirmed) = (None, false, false);
                slot.run = Some(Run { task_id, agent, host, phase, started, is_fenced, is_confirmed });
                draft.slots.insert((name.to_owned(), index));
                Some(info)
            }
            Err(error) => {
                self.placer.remove_running(&assignment.task);
                self.refuse(now, (name, index), task_id, &error.to_string(), draft);
                None
            }
        }
    }

    /// Ends a task that can't be launched.
    fn refuse(
        &mut self,
        now: Now,
        (name, index): (&str, usize),
        task_id: String,
        why: &str,
        draft: &mut Draft,
    ) {
        let (batch, message) = (name.to_owned(), why.to_owned());
        let outcome = Outcome::Failed(Failure::Refused);
        let (host, attempts, ran_for) = (String::new(), 0, None);
        let end = crate::End { batch, index, task_id, host, outcome, message, attempts, ran_for };
        self.end_task(now, end, draft);
    }

    /// Keeps the reasons why tasks wait.
    fn explain(&mut self) {
        self.batches.values_mut().for_each(|batch| batch.why = None);
        if self.placer.waiting() == 0 {
            return;
        }
        for unplaced in self.placer.explain() {
            let Some((name, _)) = unplaced.task.rsplit_once('/') else { continue };
            if let Some(batch) = self.batches.get_mut(name) {
                batch.why.get_or_insert(unplaced.why);
            }
        }
    }
}

impl BatchState {
    fn wants_more(&self) -> bool {
        let most = self.record.terms.at_once.unwrap_or(usize::MAX);
        !self.record.is_stopping
            && self.cursor < self.slots.len()
            && self.progress.running + self.placed < most
    }

    /// Returns the next slot that waits for a place.
    fn next(&mut self) -> Option<usize> {
        if !self.wants_more() {
            return None;
        }
        let waits = |index: &usize| {
            let slot = &self.slots[*index];
            slot.wait == Wait::Held && slot.not_before.is_none()
        };
        let next = (self.cursor..self.slots.len()).find(waits);
        self.cursor = next.map_or(self.slots.len(), |index| index + 1);
        next
    }
}

fn needs(task: &Task) -> Needs {
    task.needs.iter().fold(Needs::default(), |needs, (name, amount)| needs.scalar(name, *amount))
}

fn task_info(
    task: &Task,
    id: &str,
    name: &str,
    index: usize,
    assignment: &Assignment,
    agent: &str,
) -> Result<TaskInfo, mesos_sdk::validation::ValidationError> {
    let command = match &task.command {
        Command::Shell(line) => build::Command::shell(line),
        Command::Argv(arguments) => build::Command::argv(arguments),
    };
    let own = [("INSTANCE", index.to_string()), ("WORKLOAD", name.to_owned())];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
    let env = own.chain(task.env.clone());
    let command = env.fold(command, |command, (name, value)| command.env(name, value));
    let command = task.uris.iter().fold(command, build::Command::uri);
    let mut info = build::Task::new(id).name(format!("{name}.{index}")).command(command);
    if let Some(grace) = task.kill_grace {
        info = info.kill_grace(grace);
    }
    if let Some(time) = task.at_most_for {
        info = info.max_completion_time(time);
    }
    info.resources(assignment.resources.clone()).build(&AgentId::from(agent))
}
