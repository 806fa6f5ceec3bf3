//! What the framework has written down: it outlives the scheduler's process.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::{OperationState, TaskState};

use crate::dice::Dice;
use crate::plan::Plan;

/// What is to be run, and what has become of it.
#[derive(Debug)]
pub(crate) struct Books {
    pub(crate) jobs: Vec<Job>,
    /// By the task's id.
    pub(crate) tasks: BTreeMap<String, Task>,
}

/// Something to do, in as many tasks or operations as it takes.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// How long it takes, in milliseconds; 0 until it is killed.
    pub(crate) work: u64,
    /// It is an operation on offered resources, and no task.
    pub(crate) is_operation: bool,
    pub(crate) attempts: u32,
    /// The task that is under way, or has ended.
    pub(crate) task: Option<String>,
}

/// One task or operation.
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

/// What an update means to the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    Ended,
    NobodyKnows,
    GoesOn,
}

impl From<TaskState> for News {
    fn from(state: TaskState) -> Self {
        match state {
            TaskState::Unknown => Self::NobodyKnows,
            _ if state.is_terminal() => Self::Ended,
            _ => Self::GoesOn,
        }
    }
}

impl From<OperationState> for News {
    fn from(state: OperationState) -> Self {
        match state {
            OperationState::Unknown => Self::NobodyKnows,
            _ if state.is_terminal() => Self::Ended,
            _ => Self::GoesOn,
        }
    }
}

impl Books {
    pub(crate) fn new(plan: &Plan, dice: &mut Dice) -> Self {
        let job = |is_operation: bool, dice: &mut Dice| {
            let work = if dice.chance(300) && !is_operation { 0 } else { dice.between(1, 20_000) };
            Job { work, is_operation, attempts: 0, task: None }
        };
        let tasks: Vec<_> = (0..plan.tasks).map(|_| job(false, dice)).collect();
        let operations = (0..plan.operations).map(|_| job(true, dice));
        Self { jobs: tasks.into_iter().chain(operations).collect(), tasks: BTreeMap::new() }
    }

    /// A job that nothing is done about.
    pub(crate) fn next(&self) -> Option<usize> {
        self.jobs.iter().position(|job| job.task.is_none())
    }

    /// A task for it; the id.
    pub(crate) fn begin(&mut self, job: usize, agent: &str) -> String {
        let known = &mut self.jobs[job];
        known.attempts += 1;
        let letter = if known.is_operation { 'o' } else { 't' };
        let task = format!("{letter}{job}.{}", known.attempts);
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
    pub(crate) fn heard(&mut self, task: &str, news: News, is_answer: bool) {
        let Some(known) = self.tasks.get_mut(task) else { return };
        known.state = match news {
            News::Ended if !is_answer => State::Ended,
            News::Ended | News::NobodyKnows if known.state == State::Open => State::Unknown,
            News::GoesOn if known.state == State::Unknown => State::Open,
            News::Ended | News::NobodyKnows | News::GoesOn => return,
        };
    }

    /// The tasks and operations that the framework takes to be alive.
    pub(crate) fn open(&self) -> impl Iterator<Item = (&String, &Task)> {
        self.tasks.iter().filter(|(_, task)| task.state == State::Open)
    }

    /// Of these only the tasks, or only the operations.
    pub(crate) fn open_of(&self, operations: bool) -> impl Iterator<Item = (&String, &Task)> {
        self.open().filter(move |(_, task)| self.jobs[task.job].is_operation == operations)
    }
}
