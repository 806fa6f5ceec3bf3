//! A service whose instances do what they are asked to, at once.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::TaskState;

use super::super::{Effect, Input, RolloutCommand, Turn};
use super::bench::{Bench, SECOND, tasks};
use crate::error::ErrorKind;
use crate::rollout::{Rollout, RolloutState};
use crate::service::Service;
use crate::task::Task;

/// An agent with room for all instances.
pub(super) struct Fleet {
    pub(super) bench: Bench,
    /// The commands of the tasks that run, by their ids.
    pub(super) live: BTreeMap<String, String>,
    /// What happens to a task with this command instead of running.
    pub(super) fails: Option<(&'static str, TaskState)>,
    /// How many tasks the agent has room for.
    pub(super) room: usize,
    /// Whether the scheduler is killed each second.
    pub(super) dies: bool,
    /// How many have run at the same time at most, and at least.
    pub(super) most: usize,
    pub(super) fewest: usize,
}

/// Returns a service with this command.
pub(super) fn service(command: &str, instances: usize) -> Service {
    Service::new("b", Task::shell(command).cpus(1.0).mem(1.0)).instances(instances)
}

impl Fleet {
    /// Runs a service.
    pub(super) fn of(service: Service) -> Self {
        let bench = Bench::with(service);
        let (live, fails, room, dies) = (BTreeMap::new(), None, 50, false);
        let mut fleet = Self { bench, live, fails, room, dies, most: 0, fewest: 0 };
        for _ in 0..20 {
            fleet.second();
        }
        (fleet.most, fleet.fewest) = (fleet.live.len(), fleet.live.len());
        fleet
    }

    /// Lets a second pass.
    pub(super) fn second(&mut self) {
        if self.dies {
            let turn = self.bench.restart();
            self.take(&turn);
            for task in self.live.keys().cloned().collect::<Vec<_>>() {
                self.update(&task, TaskState::Running);
            }
        }
        let turn = self.bench.pass(SECOND);
        self.take(&turn);
        let free = self.room - self.live.len();
        if free > 0 {
            self.offer(&format!("cpus:{free};mem:100"));
        }
    }

    /// Makes an offer.
    pub(super) fn offer(&mut self, resources: &str) {
        let turn = self.bench.offer_of("a", resources);
        for task in tasks(&turn) {
            let command = task.command.as_ref().unwrap().value().to_owned();
            let id = task.task_id.value.clone();
            let state = self.fails.filter(|(fails, _)| *fails == command).map(|(_, state)| state);
            if state.is_none() {
                self.live.insert(id.clone(), command);
            }
            self.update(&id, state.unwrap_or(TaskState::Running));
        }
        self.most = self.most.max(self.live.len());
        self.take(&turn);
    }

    fn update(&mut self, task: &str, state: TaskState) {
        let turn = self.bench.update(task, state);
        self.take(&turn);
    }

    /// Ends an instance.
    pub(super) fn end(&mut self, index: usize, state: TaskState) {
        let begin = format!("b.{index}.");
        let task = self.live.keys().find(|task| task.starts_with(&begin)).unwrap().clone();
        self.live.remove(&task);
        self.update(&task, state);
    }

    /// Kills what a turn kills.
    pub(super) fn take(&mut self, turn: &Turn) {
        for effect in &turn.immediate {
            if let Effect::Kill { task, .. } = effect
                && self.live.remove(&task.value).is_some()
            {
                self.fewest = self.fewest.min(self.live.len());
                self.update(&task.value, TaskState::Killed);
            }
        }
    }

    pub(super) fn submit(&mut self, service: Service) {
        let turn = self.bench.step(vec![Input::Submit(Box::new(service.into()), 1)]);
        assert!(turn.immediate.iter().any(|effect| matches!(effect, Effect::Reply(1, Ok(())))));
        self.take(&turn);
    }

    pub(super) fn command(&mut self, command: RolloutCommand) -> Result<(), ErrorKind> {
        self.bench.command(Input::Rollout("b".to_owned(), command, 1))
    }

    pub(super) fn rollout(&self) -> Rollout {
        self.bench.core.standings().next().unwrap().1.rollout.unwrap()
    }

    /// Lets time pass until the rollout is in a state, for at most ten minutes.
    pub(super) fn until(&mut self, state: RolloutState) -> Rollout {
        for _ in 0..600 {
            if self.rollout().state == state {
                return self.rollout();
            }
            self.second();
        }
        panic!("{} is not {state}: {:?}", self.rollout(), self.live)
    }

    /// Returns the commands of the tasks that run, in the order of the instances.
    pub(super) fn commands(&self) -> Vec<&str> {
        let mut live: Vec<_> = self.live.iter().collect();
        live.sort_by_key(|(task, _)| task.split('.').nth(1).unwrap().parse::<usize>().unwrap());
        live.into_iter().map(|(_, command)| command.as_str()).collect()
    }
}
