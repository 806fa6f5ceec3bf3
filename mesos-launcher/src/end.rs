//! How tasks end.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::data::Data;

/// The end of one task of a batch or map, after its last attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct End {
    /// The name of its batch.
    pub workload: String,
    /// The number of the task in the batch, from 0.
    pub index: usize,
    /// The Mesos id of its last attempt; empty if there was none.
    pub task_id: String,
    /// The hostname of the agent of its last attempt; empty if there was none.
    pub host: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The message of its last update.
    pub message: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// How long the last attempt ran, if it is known.
    pub ran_for: Option<Duration>,
    /// The result of a task of a map that has finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<Data>,
}

/// How a task ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Outcome {
    /// It succeeded.
    Finished,
    /// It failed, and is not tried again.
    Failed(Failure),
    /// It was stopped, or never started, because its batch was stopped.
    Stopped,
}

/// Why a task failed. Whose fault it was determines how often it is tried again: see
/// [`Retry`](crate::Retry).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Failure {
    /// The program ended with this exit status.
    Exit(i32),
    /// The program was terminated by the signal with this name.
    Signal(String),
    /// The program failed in another way.
    Failed,
    /// The program used more memory than its task asked for.
    OutOfMemory,
    /// The program used more disk space than its task asked for.
    OutOfDisk,
    /// The program ran longer than it was allowed to.
    TookTooLong,
    /// The program was killed because its health check failed.
    Unhealthy,
    /// The platform: the task was never started.
    NeverStarted,
    /// The platform: the agent was lost while the task may have been running.
    AgentLost,
    /// The platform: somebody else killed the task, for example to drain its agent.
    Drained,
    /// The platform: the executor was lost.
    ExecutorLost,
    /// The platform: files of the task could not be fetched, or its container was not started.
    NotLaunched,
    /// The caller: Mesos refuses the task, and would do so again.
    Refused,
    /// The caller: the work function has [failed for good](crate::WorkError::fatal) on this input.
    Fatal,
    /// The caller: the work function has succeeded, but its result is too large, or is not of the
    /// type that the map expects.
    BadResult,
}

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// The program's.
    Program,
    /// That of Mesos, its machines or their operators.
    Platform,
    /// That of whoever described the task, or wrote its function: another attempt changes nothing.
    Caller,
}

impl Failure {
    /// Returns whose fault it is.
    pub fn side(&self) -> Side {
        match self {
            Self::NeverStarted | Self::AgentLost | Self::Drained | Self::ExecutorLost | Self::NotLaunched => {
                Side::Platform
            }
            Self::Refused | Self::Fatal | Self::BadResult => Side::Caller,
            _ => Side::Program,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Exit(status) => return write!(formatter, "exited with status {status}"),
            Self::Signal(name) => return write!(formatter, "terminated with signal {name}"),
            Self::Failed => "failed",
            Self::OutOfMemory => "used too much memory",
            Self::OutOfDisk => "used too much disk space",
            Self::TookTooLong => "took too long",
            Self::Unhealthy => "was not healthy",
            Self::NeverStarted => "was never started",
            Self::AgentLost => "was lost with its agent",
            Self::Drained => "was killed by somebody else",
            Self::ExecutorLost => "was lost with its executor",
            Self::NotLaunched => "could not be launched",
            Self::Refused => "was refused",
            Self::Fatal => "failed for good",
            Self::BadResult => "has no usable result",
        })
    }
}

/// Writes the end as one line: `hello.3 finished on agent1 after 0.2 s`.
impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{} ", self.workload, self.index)?;
        match &self.outcome {
            Outcome::Finished => formatter.write_str("finished")?,
            Outcome::Stopped => formatter.write_str("was stopped")?,
            Outcome::Failed(failure) => write!(formatter, "{failure}")?,
        }
        if !self.host.is_empty() {
            write!(formatter, " on {}", self.host)?;
        }
        if let Some(time) = self.ran_for {
            write!(formatter, " after {:.1} s", time.as_secs_f64())?;
        }
        let Outcome::Failed(failure) = &self.outcome else { return Ok(()) };
        if self.attempts > 1 {
            write!(formatter, ", in attempt {}", self.attempts)?;
        }
        match self.reason(failure) {
            "" => Ok(()),
            reason => write!(formatter, ": {reason}"),
        }
    }
}

impl End {
    /// Returns what there is to say beside the failure.
    fn reason(&self, failure: &Failure) -> &str {
        match failure {
            // The message repeats the status.
            Failure::Exit(status) if self.message == format!("Command exited with status {status}") => {
                match status {
                    126 => "the shell could not execute a program",
                    127 => "the shell did not find a program; is it on the agent, and in its PATH?",
                    _ => "",
                }
            }
            _ => &self.message,
        }
    }
}

/// Lets a program pass on the end of a task that has no result.
impl std::error::Error for End {}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(outcome: Outcome, message: &str, attempts: u32) -> String {
        let (workload, task_id, message) = ("b".to_owned(), "t".to_owned(), message.to_owned());
        let (host, ran_for) = ("agent1".to_owned(), Some(Duration::from_millis(200)));
        End { workload, index: 3, task_id, host, outcome, message, attempts, ran_for, result: None }
            .to_string()
    }

    #[test]
    fn line_has_what_is_known_and_repeats_nothing() {
        let exit =
            |status, message: &str, attempts| line(Outcome::Failed(Failure::Exit(status)), message, attempts);
        assert_eq!(line(Outcome::Finished, "", 2), "b.3 finished on agent1 after 0.2 s");
        let message = "Command exited with status 3";
        assert_eq!(exit(3, message, 1), "b.3 exited with status 3 on agent1 after 0.2 s");
        assert_eq!(
            exit(4, message, 3),
            format!("b.3 exited with status 4 on agent1 after 0.2 s, in attempt 3: {message}")
        );
        let missing = exit(127, "Command exited with status 127", 1);
        assert!(
            missing.ends_with("s: the shell did not find a program; is it on the agent, and in its PATH?")
        );
    }
}
