//! One attempt to run a task, and what is known of a slot.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ports::Ports;
use super::version::Version;
use crate::end::{End, Outcome};

/// After which time an instance is well.
const WELL: Duration = Duration::from_secs(60);

/// One attempt: a Mesos task or a task group, which was recorded before its ACCEPT was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    /// The id of its Mesos task; that of the executor of a pod.
    pub(super) task_id: String,
    pub(super) agent: String,
    pub(super) host: String,
    /// The numbers of its ports, by name.
    #[serde(default)]
    pub(super) ports: Ports,
    /// The version of the service's task.
    #[serde(default)]
    pub(super) version: Version,
    pub(super) phase: Phase,
    /// When it was first known to run, since the Unix epoch.
    pub(super) started: Option<Duration>,
    /// Since when it runs and is healthy, as far as that is known, since the Unix epoch.
    pub(super) well: Option<Duration>,
    /// Whether it is to be killed, even if its slot then starts again.
    pub(super) is_to_end: bool,
    /// The id of the volume that it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) volume: Option<String>,
    /// The tasks of a pod; none if it is a single task.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) members: Vec<Member>,
    /// Why a pod ends, once one of its tasks has ended and the others are being killed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<Cause>,
    /// Whether its ACCEPT was handled by the master, or no longer can be. Until then it proves
    /// nothing that an agent does not know the task.
    #[serde(skip)]
    pub(super) is_fenced: bool,
    /// Whether the phase was confirmed since the framework subscribed.
    #[serde(skip)]
    pub(super) is_confirmed: bool,
    /// Whether it has been well for as long as a rollout asks for.
    #[serde(skip)]
    pub(super) trial: Trial,
}

/// A task of a run that is a pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Member {
    pub(super) name: String,
    /// What is known of it. That its agent is out of sight is noted of the run.
    pub(super) phase: Phase,
    /// Whether it runs and is healthy, as far as that is known.
    pub(super) is_well: bool,
    pub(super) is_over: bool,
    /// Whether the phase was confirmed since the framework subscribed.
    #[serde(skip)]
    pub(super) is_confirmed: bool,
}

/// Why a pod ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cause {
    pub(super) outcome: Outcome,
    pub(super) message: String,
}

/// Whether a run has been well for as long as a rollout asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Trial {
    #[default]
    Open,
    Passed,
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

/// Returns the Mesos id of a task of a pod.
pub(super) fn member_id(run: &str, name: &str) -> String {
    format!("{run}.{name}")
}

impl Member {
    pub(super) fn new(name: &str) -> Self {
        let (phase, is_well, is_over) = (Phase::Intended, false, false);
        Self { name: name.to_owned(), phase, is_well, is_over, is_confirmed: false }
    }
}

impl Abandoned {
    /// Returns the ids of the Mesos tasks that may live of the run with this id.
    pub(super) fn tasks(&self, run: &str) -> Vec<String> {
        if self.members.is_empty() { vec![run.to_owned()] } else { self.members.clone() }
    }
}

impl Phase {
    /// Returns whether the task may exist on a registered agent.
    pub(super) fn is_in_sight(self) -> bool {
        !matches!(self, Self::Unreachable(_))
    }
}

/// A run that its task no longer waits for, but which may still live. It is killed if it is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Abandoned {
    pub(super) agent: String,
    /// Since when, after the Unix epoch.
    pub(super) since: Duration,
    /// The workload and the slot that it ran for.
    #[serde(default)]
    pub(super) workload: String,
    #[serde(default)]
    pub(super) index: usize,
    /// The ids of the tasks of a pod that may live; none if it is a single task.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) members: Vec<String>,
    /// Whether it was seen since the scheduler started.
    #[serde(skip)]
    pub(super) is_seen: bool,
}

/// A task of a batch, or an instance of a service. It has at most one run; earlier ones that may
/// still live are abandoned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Slot {
    pub(super) run: Option<Run>,
    /// How many runs there were.
    pub(super) attempts: u32,
    pub(super) program_failures: u32,
    pub(super) platform_failures: u32,
    /// When the next run may begin, since the Unix epoch.
    pub(super) not_before: Option<Duration>,
    /// Whether this instance was removed when the service was scaled down, or a rollout was over.
    pub(super) is_retired: bool,
    /// The version of the service's task that its next run has.
    #[serde(default)]
    pub(super) version: Version,
    /// Whether a rollout has added it, for as long as it lasts.
    #[serde(default)]
    pub(super) is_surge: bool,
    /// How the last run of an instance ended.
    pub(super) last_end: Option<End>,
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
    /// It has ended, is idle, or has a run.
    Done,
}

impl Slot {
    /// Returns whether nothing of it needs to be stored.
    pub(super) fn is_blank(&self) -> bool {
        *self == Self { wait: self.wait, ..Self::default() }
    }

    /// Returns whether it is one of the instances that are wanted, and not added by a rollout.
    pub(super) fn is_wanted(&self) -> bool {
        !self.is_retired && !self.is_surge
    }
}

impl Run {
    /// Returns whether it is to be killed, or a pod that ends.
    pub(super) fn is_ending(&self) -> bool {
        self.is_to_end || self.cause.is_some()
    }

    /// Returns the ids of its Mesos tasks that may live.
    pub(super) fn tasks(&self) -> Vec<String> {
        let members = self.members.iter().filter(|member| !member.is_over);
        match self.members.is_empty() {
            true => vec![self.task_id.clone()],
            false => members.map(|member| member_id(&self.task_id, &member.name)).collect(),
        }
    }

    pub(super) fn ran_for(&self, now: Duration) -> Option<Duration> {
        self.started.map(|started| now.saturating_sub(started))
    }

    /// Records its health, if it runs.
    pub(super) fn note_health(&mut self, now: Duration, healthy: Option<bool>) {
        if self.phase != Phase::Running {
            return;
        }
        self.started.get_or_insert(now);
        match healthy {
            Some(true) => drop(self.well.get_or_insert(now)),
            Some(false) => self.well = None,
            None => {}
        }
    }

    /// Returns whether it runs and is healthy, and the current master has confirmed that.
    pub(super) fn serves(&self) -> bool {
        self.is_confirmed && self.phase == Phase::Running && self.well.is_some() && !self.is_ending()
    }

    /// Returns whether it was well for long enough to forget earlier failures.
    pub(super) fn was_well(&self, now: Duration) -> bool {
        self.well.is_some_and(|well| now.saturating_sub(well) >= WELL)
    }
}
