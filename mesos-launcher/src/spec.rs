//! What can be asked for: tasks and batches.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A command to run, and what it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Task {
    pub(crate) command: Command,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) uris: Vec<String>,
    /// Amounts by the resource's name.
    pub(crate) needs: BTreeMap<String, f64>,
    pub(crate) kill_grace: Option<Duration>,
    pub(crate) at_most_for: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Command {
    Shell(String),
    Argv(Vec<String>),
}

impl Task {
    /// Creates a task that runs a line in a shell.
    pub fn shell(line: impl Into<String>) -> Self {
        Self::new(Command::Shell(line.into()))
    }

    /// Creates a task that runs a program with arguments, of which the first is the program.
    pub fn argv(arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new(Command::Argv(arguments.into_iter().map(Into::into).collect()))
    }

    fn new(command: Command) -> Self {
        let (env, uris) = (BTreeMap::new(), Vec::new());
        let needs = BTreeMap::from([("cpus".to_owned(), 0.1), ("mem".to_owned(), 32.0)]);
        Self { command, env, uris, needs, kill_grace: None, at_most_for: None }
    }

    /// Sets how many cores it gets. The default is 0.1.
    pub fn cpus(self, cores: f64) -> Self {
        self.needs("cpus", cores)
    }

    /// Sets how much memory it gets. The default is 32 MB.
    pub fn mem(self, megabytes: f64) -> Self {
        self.needs("mem", megabytes)
    }

    /// Sets how much of the agent's root disk it gets. The default is none.
    pub fn disk(self, megabytes: f64) -> Self {
        self.needs("disk", megabytes)
    }

    /// Sets how many GPUs it gets. The default is none.
    pub fn gpus(self, count: u32) -> Self {
        self.needs("gpus", f64::from(count))
    }

    fn needs(mut self, name: &str, amount: f64) -> Self {
        self.needs.insert(name.to_owned(), amount);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Adds a file that the agent fetches into the sandbox; archives are extracted.
    pub fn uri(mut self, uri: impl Into<String>) -> Self {
        self.uris.push(uri.into());
        self
    }

    /// Sets how long it may take to end when it is killed. The default is the agent's.
    pub fn kill_grace(self, grace: Duration) -> Self {
        Self { kill_grace: Some(grace), ..self }
    }

    /// Sets after which time it is killed, as a failure.
    pub fn at_most_for(self, time: Duration) -> Self {
        Self { at_most_for: Some(time), ..self }
    }
}

/// Tasks that each run to their end.
///
/// Each task runs **at least once**: one whose agent is lost is started again, although it may have
/// done its work. See [`at_most_once`](Self::at_most_once).
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Batch {
    pub(crate) name: String,
    pub(crate) tasks: Vec<Task>,
    pub(crate) terms: Terms,
}

/// What holds for all tasks of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) retry: Retry,
    pub(crate) at_once: Option<usize>,
    pub(crate) may_fail: Option<f64>,
    pub(crate) at_most_once: bool,
    pub(crate) priority: i32,
}

impl Batch {
    /// Creates a batch. Its name has 1 to 100 of the characters `a` to `z`, `0` to `9`, `-` and
    /// `.`; a framework has one batch of a name.
    pub fn new(name: impl Into<String>, tasks: impl IntoIterator<Item = Task>) -> Self {
        Self { name: name.into(), tasks: tasks.into_iter().collect(), terms: Terms::default() }
    }

    /// Sets how often tasks that fail are tried again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.terms.retry = retry;
        self
    }

    /// Sets how many tasks may run at the same time. The default is all.
    pub fn at_once(mut self, most: usize) -> Self {
        self.terms.at_once = Some(most);
        self
    }

    /// Sets which share of the tasks may fail, from 0 to 1. When more have failed, the others are
    /// stopped. By default, they continue.
    pub fn may_fail(mut self, share: f64) -> Self {
        self.terms.may_fail = Some(share);
        self
    }

    /// Starts no task again that may have run: one whose agent was lost ends as failed, although it
    /// may have done its work.
    pub fn at_most_once(mut self) -> Self {
        self.terms.at_most_once = true;
        self
    }

    /// Sets the priority. Of two tasks that fit an offer, the one whose batch has the greater
    /// priority gets it; batches of the same priority have no order. Tasks that run are not stopped
    /// for others. The default is 0.
    pub fn priority(mut self, priority: i32) -> Self {
        self.terms.priority = priority;
        self
    }
}

/// How often a task that failed is tried again, and after which time.
///
/// Failures of the program and failures of the platform, such as a lost agent, have separate
/// limits. A failure of the caller, such as an invalid task, is final.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Retry {
    pub(crate) attempts: u32,
    pub(crate) platform_attempts: u32,
    pub(crate) backoff: Backoff,
}

impl Default for Retry {
    fn default() -> Self {
        Self::attempts(3)
    }
}

impl Retry {
    /// Sets how often the program may run until it succeeds, at least 1. The default is 3.
    pub fn attempts(attempts: u32) -> Self {
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(60));
        Self { attempts, platform_attempts: 20, backoff: Backoff::exponential(first, 2.0, longest) }
    }

    /// Sets how often the platform may fail to run it, at least 1. The default is 20.
    pub fn platform_attempts(self, platform_attempts: u32) -> Self {
        Self { platform_attempts, ..self }
    }

    /// Sets how long to wait before the next attempt. The default is 1 s, doubled each time, at
    /// most 1 min.
    pub fn backoff(self, backoff: Backoff) -> Self {
        Self { backoff, ..self }
    }
}

/// Times between attempts, which grow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Backoff {
    first: Duration,
    factor: f64,
    longest: Duration,
}

impl Backoff {
    /// Creates times that begin with `first` and grow by `factor` up to `longest`.
    pub fn exponential(first: Duration, factor: f64, longest: Duration) -> Self {
        Self { first, factor, longest }
    }

    /// Returns the time after so many failures.
    pub(crate) fn after(&self, failures: u32) -> Duration {
        let doublings = i32::try_from(failures.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.first.as_secs_f64() * self.factor.powi(doublings);
        Duration::try_from_secs_f64(seconds).unwrap_or(self.longest).min(self.longest)
    }

    pub(crate) fn longest(&self) -> Duration {
        self.longest
    }

    pub(crate) fn is_valid(&self) -> bool {
        self.factor.is_finite() && self.factor >= 1.0
    }
}
