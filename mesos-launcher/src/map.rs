//! Inputs that a work function runs on, each with a result.

use std::fmt;
use std::time::Duration;

use mesos_placement::{Constraint, Preference};
use mesos_sdk::Payload;

use crate::batch::Batch;
use crate::binary::Binary;
use crate::data::Data;
use crate::error::{Error, ErrorKind};
use crate::retry::Retry;
use crate::spec::{Kind, Spec};
use crate::task::{Command, Task};
use crate::work::{MAX_INPUT, Work};

/// Inputs that a [work function](Work) runs on: a task for each, which has a typed result.
///
/// Each task runs **at least once**, as those of a [`Batch`] do. Its result travels with the update
/// that it has finished, and is stored before that update is acknowledged.
///
/// A task uses the resources that it asks for, 0.1 cores and 32 MB by default, for its executor as
/// well: the process of this program that runs the function.
#[must_use]
pub struct Map<W: Work> {
    batch: Batch,
    inputs: Vec<W::Input>,
    task: Task,
    binary: Binary,
}

impl<W: Work> Map<W> {
    /// Creates a map. Its name has 1 to 100 of the characters `a` to `z`, `0` to `9`, `-` and `.`;
    /// a framework has one batch, map or service of a name.
    pub fn new(name: impl Into<String>, inputs: impl IntoIterator<Item = W::Input>) -> Self {
        // The command is replaced when the map is submitted.
        let (batch, task) = (Batch::new(name, []), Task::new(Command::Argv(Vec::new())));
        Self { batch, inputs: inputs.into_iter().collect(), task, binary: Binary::default() }
    }

    /// Sets how agents get this program. By default they have it [at the same
    /// path](Binary::same_path).
    pub fn binary(self, binary: Binary) -> Self {
        Self { binary, ..self }
    }

    /// Sets how many cores each task gets. The default is 0.1.
    pub fn cpus(self, cores: f64) -> Self {
        self.with_task(|task| task.cpus(cores))
    }

    /// Sets how much memory each task gets. The default is 32 MB.
    pub fn mem(self, megabytes: f64) -> Self {
        self.with_task(|task| task.mem(megabytes))
    }

    /// Sets how much of the agent's root disk each task gets. The default is none.
    pub fn disk(self, megabytes: f64) -> Self {
        self.with_task(|task| task.disk(megabytes))
    }

    /// Sets how many GPUs each task gets. The default is none.
    pub fn gpus(self, count: u32) -> Self {
        self.with_task(|task| task.gpus(count))
    }

    /// Sets an environment variable of the executors.
    pub fn env(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with_task(|task| task.env(name, value))
    }

    /// Adds a file that the agent fetches into the sandbox; archives are extracted.
    pub fn uri(self, uri: impl Into<String>) -> Self {
        self.with_task(|task| task.uri(uri))
    }

    /// Sets how long the function may take to return when its task is killed. The default is 3 s.
    pub fn kill_grace(self, grace: Duration) -> Self {
        self.with_task(|task| task.kill_grace(grace))
    }

    /// Sets after which time a task fails that has not ended. By default it may run for any time.
    pub fn max_completion_time(self, time: Duration) -> Self {
        self.with_task(|task| task.max_completion_time(time))
    }

    /// Adds a condition that must hold where a task runs, as [`Task::constraint`] does.
    pub fn constraint(self, constraint: Constraint) -> Self {
        self.with_task(|task| task.constraint(constraint))
    }

    /// Adds a condition that should hold where a task runs, as [`Task::preference`] does.
    pub fn preference(self, preference: Preference) -> Self {
        self.with_task(|task| task.preference(preference))
    }

    /// Sets how often tasks that fail are tried again.
    pub fn retry(self, retry: Retry) -> Self {
        self.with_batch(|batch| batch.retry(retry))
    }

    /// Sets how many tasks may run at the same time. The default is all.
    pub fn max_concurrent(self, tasks: usize) -> Self {
        self.with_batch(|batch| batch.max_concurrent(tasks))
    }

    /// Sets which share of the tasks may fail, from 0 to 1. When more have failed, the others are
    /// stopped. By default, they continue.
    pub fn max_failure_ratio(self, ratio: f64) -> Self {
        self.with_batch(|batch| batch.max_failure_ratio(ratio))
    }

    /// Starts no task again that may have run: one whose agent was lost ends as failed, although it
    /// may have done its work.
    pub fn at_most_once(self) -> Self {
        self.with_batch(Batch::at_most_once)
    }

    /// Sets the priority, as [`Batch::priority`] does.
    pub fn priority(self, priority: i32) -> Self {
        self.with_batch(|batch| batch.priority(priority))
    }

    fn with_task(self, change: impl FnOnce(Task) -> Task) -> Self {
        Self { task: change(self.task), ..self }
    }

    fn with_batch(self, change: impl FnOnce(Batch) -> Batch) -> Self {
        Self { batch: change(self.batch), ..self }
    }
}

impl<W: Work> TryFrom<Map<W>> for Spec {
    type Error = Error;

    fn try_from(map: Map<W>) -> Result<Self, Error> {
        let start = map.binary.start(W::NAME)?;
        let mut task = Task { command: start.command, image: start.image, ..map.task };
        task.uris.extend(start.uri);
        let with_input = |(index, input): (usize, W::Input)| {
            let wrong = |why: String| invalid(format!("input {index} of map {:?}: {why}", map.batch.name));
            Ok(Task { input: Some(data(&input).map_err(wrong)?), ..task.clone() })
        };
        let tasks = map.inputs.into_iter().enumerate().map(with_input).collect::<Result<_, Error>>()?;
        let mut spec = Self::from(Batch { tasks, ..map.batch.clone() });
        if let Kind::Batch(policy) = &mut spec.policy.kind {
            policy.is_map = true;
        }
        Ok(spec)
    }
}

fn data(input: &impl Payload) -> Result<Data, String> {
    let bytes = input.to_bytes().map_err(|error| error.to_string())?;
    match bytes.len() {
        0..=MAX_INPUT => Ok(Data(bytes)),
        size => Err(format!(
            "it has {size} bytes: at most {MAX_INPUT} are allowed; write it to a file or store, and pass its name"
        )),
    }
}

fn invalid(text: String) -> Error {
    Error::new(ErrorKind::Invalid, text)
}

impl<W: Work> fmt::Debug for Map<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { batch, inputs, task, binary } = self;
        formatter
            .debug_struct("Map")
            .field("work", &W::NAME)
            .field("name", &batch.name)
            .field("inputs", &inputs.len())
            .field("task", task)
            .field("binary", binary)
            .finish_non_exhaustive()
    }
}
