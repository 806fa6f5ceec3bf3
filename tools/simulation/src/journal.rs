//! What the framework has persisted: it survives the scheduler's process.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::{OperationState, TaskState};

use crate::plan::Plan;
use crate::rng::Rng;

/// The jobs to run, and the tasks that were started for them.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) jobs: Vec<Job>,
    /// By the task's id.
    pub(crate) tasks: BTreeMap<String, Task>,
}

/// A job, which may take several tasks or operations.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// How long it takes, in milliseconds. 0 means until it is killed.
    pub(crate) work: u64,
    /// Whether it is an operation on offered resources instead of a task.
    pub(crate) is_operation: bool,
    pub(crate) attempts: u32,
    /// The task that is under way or has ended.
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
    /// It was to be launched, and its end is unknown.
    Open,
    /// An executor, an agent or a master has reported its end.
    Ended,
    /// The master has reported that it does not know the task.
    Unknown,
    /// It was never launched.
    Unsent,
}

/// What the state in an update means to the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ended,
    Unknown,
    Running,
}

impl From<TaskState> for Outcome {
    fn from(state: TaskState) -> Self {
        match state {
            TaskState::Unknown => Self::Unknown,
            _ if state.is_terminal() => Self::Ended,
            _ => Self::Running,
        }
    }
}

impl From<OperationState> for Outcome {
    fn from(state: OperationState) -> Self {
        match state {
            OperationState::Unknown => Self::Unknown,
            _ if state.is_terminal() => Self::Ended,
            _ => Self::Running,
        }
    }
}

impl Journal {
    pub(crate) fn new(plan: &Plan, rng: &mut Rng) -> Self {
        let job = |is_operation: bool, rng: &mut Rng| {
            let work = if rng.chance(300) && !is_operation { 0 } else { rng.between(1, 20_000) };
            Job { work, is_operation, attempts: 0, task: None }
        };
        let tasks: Vec<_> = (0..plan.tasks).map(|_| job(false, rng)).collect();
        let operations = (0..plan.operations).map(|_| job(true, rng));
        Self { jobs: tasks.into_iter().chain(operations).collect(), tasks: BTreeMap::new() }
    }

    /// Returns a job that is not under way.
    pub(crate) fn next(&self) -> Option<usize> {
        self.jobs.iter().position(|job| job.task.is_none())
    }

    /// Starts a task for a job, and returns its id.
    pub(crate) fn begin(&mut self, job: usize, agent: &str) -> String {
        let known = &mut self.jobs[job];
        known.attempts += 1;
        let letter = if known.is_operation { 'o' } else { 't' };
        let task = format!("{letter}{job}.{}", known.attempts);
        known.task = Some(task.clone());
        self.tasks.insert(task.clone(), Task { job, agent: agent.to_owned(), state: State::Open });
        task
    }

    /// Records that the master did not receive the launch.
    pub(crate) fn not_sent(&mut self, task: &str) {
        let Some(known) = self.tasks.get_mut(task).filter(|task| task.state == State::Open) else { return };
        known.state = State::Unsent;
        self.jobs[known.job].task = None;
    }

    /// Records the state that an update reports.
    pub(crate) fn record(&mut self, task: &str, outcome: Outcome, is_reconciliation: bool) {
        let Some(known) = self.tasks.get_mut(task) else { return };
        known.state = match outcome {
            Outcome::Ended if !is_reconciliation => State::Ended,
            Outcome::Ended | Outcome::Unknown if known.state == State::Open => State::Unknown,
            Outcome::Running if known.state == State::Unknown => State::Open,
            Outcome::Ended | Outcome::Unknown | Outcome::Running => return,
        };
    }

    /// Returns the tasks and operations that the framework considers alive.
    pub(crate) fn open(&self) -> impl Iterator<Item = (&String, &Task)> {
        self.tasks.iter().filter(|(_, task)| task.state == State::Open)
    }

    /// Returns those of [`open`](Self::open) that are operations, or those that are tasks.
    pub(crate) fn open_of(&self, operations: bool) -> impl Iterator<Item = (&String, &Task)> {
        self.open().filter(move |(_, task)| self.jobs[task.job].is_operation == operations)
    }
}
