//! One attempt to run a task, and what is known of a task of a batch.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One attempt: a Mesos task, which was recorded before its ACCEPT was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) task_id: String,
    pub(super) agent: String,
    pub(super) host: String,
    pub(super) phase: Phase,
    /// When it was first known to run, since the Unix epoch.
    pub(super) started: Option<Duration>,
    /// Whether its ACCEPT was handled by the master, or can't be any more. Until then it proves
    /// nothing that an agent does not know the task.
    #[serde(skip)]
    pub(super) is_fenced: bool,
    /// Whether the phase was confirmed since the framework subscribed.
    #[serde(skip)]
    pub(super) is_confirmed: bool,
}

/// What is known of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Recorded; its ACCEPT may have been sent.
    Intended,
    /// Mesos knows it.
    Starting,
    /// It runs.
    Running,
    /// Its agent is out of sight since this time after the Unix epoch.
    Unreachable(Duration),
}

/// A run that its task no longer waits for, but which may still live. It is killed if it is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Estranged {
    pub(super) agent: String,
    /// Since when, after the Unix epoch.
    pub(super) since: Duration,
    /// Whether it was seen since the scheduler started.
    #[serde(skip)]
    pub(super) is_seen: bool,
}

/// A task of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Slot {
    pub(super) run: Option<Run>,
    /// How many runs there were.
    pub(super) attempts: u32,
    pub(super) program_failures: u32,
    pub(super) platform_failures: u32,
    /// When the next run may begin, since the Unix epoch.
    pub(super) not_before: Option<Duration>,
    #[serde(skip)]
    pub(super) wait: Wait,
}

/// What a slot without a run does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Wait {
    /// It waits until others have ended, or until its time has come.
    #[default]
    Held,
    /// The placer looks for an agent.
    Placed,
    /// It has ended, or has a run.
    Done,
}

impl Run {
    pub(super) fn ran_for(&self, now: Duration) -> Option<Duration> {
        self.started.map(|started| now.saturating_sub(started))
    }
}
