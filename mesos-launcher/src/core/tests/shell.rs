//! A model of the shell around the core, which may die at each step.

use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{OfferId, TaskInfo, TaskState};
use mesos_sdk::{Error, ErrorKind};

use super::super::{Effect, Handling, Input, Launched, Token, Turn};
use super::agent::run_id;
use super::changes::Changes;
use super::checks::Checks;
use super::results::Results;
use super::volume_checks;
use super::world::{MAY_FAIL, World};
use crate::store::Change;

/// What a shell or a store could do wrong. The checks have to find each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Defect {
    None,
    ActsBeforeTheWrite,
    SameLife,
    GoneWithoutFence,
    UnreachableIsGone,
    LosesAbandoned,
    LosesBackoff,
    LosesStop,
    LosesEnds,
    WritesHalf,
}

impl Defect {
    pub(super) const ALL: [Self; 9] = [
        Self::ActsBeforeTheWrite,
        Self::SameLife,
        Self::GoneWithoutFence,
        Self::UnreachableIsGone,
        Self::LosesAbandoned,
        Self::LosesBackoff,
        Self::LosesStop,
        Self::LosesEnds,
        Self::WritesHalf,
    ];
}

impl World {
    /// The scheduler takes a turn, and may die at each of its steps.
    pub(super) fn turn(&mut self) {
        let Some(core) = &mut self.core else { return };
        let inputs: Vec<_> = self.inbox.drain(..).collect();
        let (is_single, is_timer) = (inputs.len() < 2, inputs.is_empty());
        for input in &inputs {
            self.checks.gets(input);
        }
        let input = inputs.first().cloned();
        let turn = core.step(self.now, inputs);
        self.checks.turn(&turn, is_single, &self.store);
        self.checks.replacements(core, self.now);
        let has_slots = turn.changes.iter().any(|change| change.key().starts_with("slot/"));
        if is_single && has_slots && self.spec.policy.is_service() {
            Changes::new(&turn, &self.store).check(self.now, is_timer);
        }
        if is_single && !turn.changes.is_empty() {
            self.checks.rollout(&turn, input.as_ref(), &self.store, self.now);
        }
        let Turn { changes, immediate, after_write } = turn;
        for effect in immediate {
            self.effect(effect);
            if self.may_die() {
                return;
            }
        }
        if self.may_die() {
            return;
        }
        if self.defect != Defect::ActsBeforeTheWrite {
            self.write(changes.clone());
        }
        for effect in after_write {
            if self.may_die() {
                return;
            }
            self.effect(effect);
        }
        if self.defect == Defect::ActsBeforeTheWrite {
            self.write(changes);
        }
    }

    fn write(&mut self, mut changes: Vec<Change>) {
        let written = changes.clone();
        let lost = match self.defect {
            Defect::LosesAbandoned => "abandoned/",
            Defect::LosesEnds => "end/b/0",
            _ => "nothing",
        };
        changes.retain(|change| !matches!(change, Change::Put(key, _) if key.starts_with(lost)));
        if self.defect == Defect::WritesHalf && self.chance.once_in(8) {
            changes.truncate(changes.len() / 2);
        }
        for change in changes {
            let change = match change {
                Change::Put(key, text) if self.defect == Defect::LosesBackoff && key.starts_with("slot/") => {
                    let mut slot: serde_json::Value = serde_json::from_str(&text).unwrap();
                    slot["not_before"] = serde_json::Value::Null;
                    Change::Put(key, slot.to_string())
                }
                Change::Put(key, text)
                    if self.defect == Defect::LosesStop && key.starts_with("workload/") =>
                {
                    Change::Put(key, text.replace("\"is_stopping\":true", "\"is_stopping\":false"))
                }
                change => change,
            };
            change.apply(&mut self.store);
        }
        self.checks.note_failures(&self.store, self.now);
        if self.is_map() {
            self.checks.results.written(&written, &self.store);
        }
    }

    fn may_die(&mut self) -> bool {
        let dies = !self.is_calm && self.chance.once_in(30);
        if dies {
            self.crash();
        }
        dies
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Accept { offers, operations, mut tasks, groups, .. } => {
                tasks.extend(groups.into_iter().flat_map(|group| group.task_group.tasks));
                self.accept(&offers, &operations, &tasks);
            }
            Effect::Decline { offers, .. } => {
                self.offers.retain(|id, _| !offers.iter().any(|offer| offer.value == *id));
            }
            Effect::Fence(launched) => self.fences.push(launched),
            Effect::Kill { task, agent } => self.kill(&task.value, &agent.value),
            Effect::Acknowledge(token) => self.acknowledge(token),
            Effect::Reconcile => self.reconcile(),
            Effect::Ended(end) => {
                self.checks.ended(&end, &self.store);
                if self.is_map() {
                    Results::handed_out(&end, &self.store);
                }
            }
            Effect::Reply(MAY_FAIL, _)
            | Effect::Instance(..)
            | Effect::Volume(..)
            | Effect::Revive
            | Effect::Suppress => {}
            Effect::Reply(_, result) => result.unwrap(),
        }
    }

    fn acknowledge(&mut self, token: Token) {
        let Some((task, state)) = self.tokens.remove(&token) else { return };
        Checks::acknowledged(&task, state, &self.store);
        if self.is_map() && state == TaskState::Finished {
            self.checks.results.acknowledged(&task, &self.store);
        }
        if self.is_calm || !self.chance.once_in(8) {
            self.agents.iter_mut().for_each(|agent| agent.acknowledge(&task, state));
        }
    }

    fn kill(&mut self, task: &str, agent: &str) {
        Checks::killed(task, &self.store);
        let agent = self.agents.iter_mut().find(|one| one.id == agent).unwrap();
        if agent.is_registered && !agent.is_cut_off && (self.is_calm || !self.chance.once_in(2)) {
            agent.set(task, TaskState::Killed);
        }
    }

    fn accept(&mut self, offers: &[OfferId], operations: &[Operation], tasks: &[TaskInfo]) {
        volume_checks::check_operations(operations, tasks, &self.store);
        self.checks.accepted(tasks, &self.store, self.now);
        if self.is_unique() {
            Checks::unique(tasks, &self.store);
        }
        let mut ids: Vec<_> = tasks.iter().map(|task| run_id(&task.task_id.value).to_owned()).collect();
        ids.dedup();
        let launched = Launched { offers: offers.to_vec(), tasks: ids };
        let result = self.deliver(offers, operations, tasks);
        let handling = Handling::of(&result.map_err(|kind| Error::new(kind, "")));
        let is_wrong = self.defect == Defect::GoneWithoutFence && handling == Handling::InDoubt;
        let response = Input::Accepted(launched, if is_wrong { Handling::Handled } else { handling });
        // Updates may overtake it.
        match !self.is_calm && self.chance.once_in(4) {
            true => self.responses.push_back(response),
            false => self.inbox.push_back(response),
        }
    }

    /// Sends an ACCEPT, and returns its response.
    fn deliver(
        &mut self,
        offers: &[OfferId],
        operations: &[Operation],
        tasks: &[TaskInfo],
    ) -> Result<(), ErrorKind> {
        if !self.is_subscribed {
            return Err(ErrorKind::NotSubscribed);
        }
        let chance = if self.is_calm { 0 } else { self.chance.among(&[6, 1, 1, 1, 1, 3, 1]) };
        if matches!(chance, 0 | 2 | 3) {
            self.arrive(offers, operations, tasks);
        }
        match chance {
            0 => Ok(()),
            1 => Err(ErrorKind::Overloaded),
            // A master, or a proxy before it, may fail at a call that was carried out.
            2 | 4 => Err(ErrorKind::Unavailable),
            5 => {
                self.delayed.push((offers.to_vec(), operations.to_vec(), tasks.to_vec()));
                Err(ErrorKind::Disconnected)
            }
            _ => Err(ErrorKind::Timeout),
        }
    }
}
