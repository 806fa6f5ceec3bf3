//! What the framework has written down: it outlives the scheduler's process.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::TaskState;

use crate::dice::Dice;

/// What is to be run, and what has become of it.
#[derive(Debug)]
pub(crate) struct Books {
    pub(crate) jobs: Vec<Job>,
    /// By the task's id.
    pub(crate) tasks: BTreeMap<String, Task>,
}

/// Something to run, in as many tasks as it takes.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// How long it takes, in milliseconds; 0 until it is killed.
    pub(crate) work: u64,
    pub(crate) attempts: u32,
    /// The task that is under way, or has ended.
    pub(crate) task: Option<String>,
}

/// One task.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) job: usize,
    pub(crate) agent: String,
    pub(crate) state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It was to be launched; that it has ended is not known.
    Open,
    /// An executor, an agent or a master has said so.
    Ended,
    /// Nobody knows it, or so it was said.
    Unknown,
    /// It was never launched.
    Unsent,
}

impl Books {
    pub(crate) fn new(jobs: u32, dice: &mut Dice) -> Self {
        let job = |dice: &mut Dice| {
            let work = if dice.chance(300) { 0 } else { dice.between(1, 20_000) };
            Job { work, attempts: 0, task: None }
        };
        Self { jobs: (0..jobs).map(|_| job(dice)).collect(), tasks: BTreeMap::new() }
    }

    /// A job that nothing is done about.
    pub(crate) fn next(&self) -> Option<usize> {
        self.jobs.iter().position(|job| job.task.is_none())
    }

    /// A task for it; the id.
    pub(crate) fn begin(&mut self, job: usize, agent: &str) -> String {
        let known = &mut self.jobs[job];
        known.attempts += 1;
        let task = format!("t{job}.{}", known.attempts);
        known.task = Some(task.clone());
        self.tasks.insert(task.clone(), Task { job, agent: agent.to_owned(), state: State::Open });
        task
    }

    /// The master never got the launch.
    pub(crate) fn unsent(&mut self, task: &str) {
        let Some(known) = self.tasks.get_mut(task).filter(|task| task.state == State::Open) else { return };
        known.state = State::Unsent;
        self.jobs[known.job].task = None;
    }

    /// What an update says.
    pub(crate) fn heard(&mut self, task: &str, state: TaskState, is_answer: bool) {
        let Some(known) = self.tasks.get_mut(task) else { return };
        known.state = match (state.is_terminal(), state) {
            (true, _) if !is_answer => State::Ended,
            (true, _) | (_, TaskState::TaskUnknown) if known.state == State::Open => State::Unknown,
            (true, _) | (_, TaskState::TaskUnknown) => return,
            _ if known.state == State::Unknown => State::Open,
            _ => return,
        };
    }

    /// The tasks that the framework takes to be alive.
    pub(crate) fn open(&self) -> impl Iterator<Item = (&String, &Task)> {
        self.tasks.iter().filter(|(_, task)| task.state == State::Open)
    }
}
