//! One task of a group.

use std::time::Duration;

use mesos_sdk::proto::v1::{CheckStatusInfo, ContainerId, TaskInfo};

use crate::machine::{Checks, KILL_GRACE_PERIOD, grace_period};

#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) info: TaskInfo,
    pub(super) container: ContainerId,
    pub(super) group: u64,
    pub(super) stage: Stage,
    /// The others of its group are killed already.
    pub(super) group_ends: bool,
    /// The task is to be killed, with this grace period, as soon as it runs.
    pub(super) kill_asked: Option<Duration>,
    pub(super) killed: bool,
    /// When SIGKILL is due.
    pub(super) escalation: Option<Duration>,
    pub(super) completion_due: Option<Duration>,
    pub(super) out_of_time: bool,
    pub(super) checks: Checks,
    /// What is reported of its check while nothing is known.
    pub(super) unchecked: Option<CheckStatusInfo>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The agent starts the container.
    Launching,
    /// The agent has responded for this task, but not for all of its group.
    Launched(Result<(), String>),
    Running,
    /// The agent has refused to start the container, for this reason.
    Refused(String),
}

impl Task {
    pub(super) fn new(info: TaskInfo, container: ContainerId, group: u64) -> Self {
        let unchecked = Checks::of(&info, Duration::ZERO).status();
        Self {
            info,
            container,
            group,
            stage: Stage::Launching,
            group_ends: false,
            kill_asked: None,
            killed: false,
            escalation: None,
            completion_due: None,
            out_of_time: false,
            checks: Checks::default(),
            unchecked,
        }
    }

    /// Returns when something is due.
    pub(super) fn deadline(&self) -> Option<Duration> {
        [self.escalation, self.completion_due, self.checks.deadline()].into_iter().flatten().min()
    }

    /// Returns how long it may take to end after SIGTERM, if its scheduler kills it.
    pub(super) fn kill_grace_period(&self) -> Duration {
        grace_period(self.info.kill_policy.as_ref()).unwrap_or(KILL_GRACE_PERIOD)
    }
}
