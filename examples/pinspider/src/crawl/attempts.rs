//! The tasks that were launched, each one attempt at a job.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use mesos_sdk::proto::v1::AgentId;

use super::Job;

/// The tasks of a crawl, by id. Ids count up from 0.
#[derive(Debug, Default)]
pub struct Attempts {
    tasks: BTreeMap<String, Attempt>,
    tries: HashMap<Job, u32>,
    launched: u64,
}

/// One task.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// What it is for.
    pub job: Job,
    /// Where it runs.
    pub agent: AgentId,
    /// Until when it must have ended.
    pub deadline: Duration,
    /// When it was launched, or last sent something.
    pub last_received: Duration,
    /// How it is.
    pub state: State,
}

/// How a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is launched or running.
    Live,
    /// It does not count any more, but may still be running somewhere; if it has a result, good.
    GivenUp,
    /// It has ended.
    Ended,
}

impl Attempts {
    /// Notes a new task and gives it an id.
    pub fn launch(&mut self, job: Job, agent: AgentId, now: Duration, deadline: Duration) -> String {
        let id = self.launched.to_string();
        self.launched += 1;
        *self.tries.entry(job).or_default() += 1;
        self.tasks
            .insert(id.clone(), Attempt { job, agent, deadline, last_received: now, state: State::Live });
        id
    }

    /// Records that the task was never launched, so that it does not count as a try.
    pub fn unlaunch(&mut self, task: &str) -> Option<Job> {
        let attempt = self.tasks.remove(task)?;
        self.tries.entry(attempt.job).and_modify(|tries| *tries = tries.saturating_sub(1));
        Some(attempt.job)
    }

    /// Returns a task, and records that it has sent something.
    pub fn received(&mut self, task: &str, now: Duration) -> Option<&mut Attempt> {
        let attempt = self.tasks.get_mut(task)?;
        attempt.last_received = now;
        Some(attempt)
    }

    /// Returns a task.
    pub fn get(&self, task: &str) -> Option<&Attempt> {
        self.tasks.get(task)
    }

    /// Changes how a task is.
    pub fn set(&mut self, task: &str, state: State) {
        if let Some(attempt) = self.tasks.get_mut(task) {
            attempt.state = state;
        }
    }

    /// Returns how often the job was tried.
    pub fn tries(&self, job: Job) -> u32 {
        self.tries.get(&job).copied().unwrap_or_default()
    }

    /// Returns the live tasks for which `wanted` is true, with their agents.
    pub fn live(&self, wanted: impl Fn(&Attempt) -> bool) -> Vec<(String, AgentId)> {
        let live = self.tasks.iter().filter(|(_, attempt)| attempt.state == State::Live && wanted(attempt));
        live.map(|(id, attempt)| (id.clone(), attempt.agent.clone())).collect()
    }
}
