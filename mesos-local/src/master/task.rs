//! A task as the master knows it, and the statuses that the master generates.

use mesos_sdk::proto::v1 as api;
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{AgentId, ExecutorId, FrameworkId, TaskId, TaskInfo, TaskState, TaskStatus};

use crate::describe::{self, Sent};

/// One launched task.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) framework_id: FrameworkId,
    pub(super) executor_id: Option<ExecutorId>,
    pub(super) info: TaskInfo,
    /// The latest state that the agent knows. Updates up to it may still wait for their
    /// acknowledgement.
    pub(super) state: TaskState,
    /// State and uuid of the last update that was sent to the framework.
    pub(super) sent: Option<Sent>,
    /// The updates, one for each change of state, without `data`.
    pub(super) statuses: Vec<TaskStatus>,
}

impl Task {
    /// Creates a task that is being launched. `executor_id` names its custom executor; a command
    /// task has none.
    pub(super) fn new(framework_id: FrameworkId, info: TaskInfo, state: TaskState) -> Self {
        let executor_id = info.executor.as_ref().map(|executor| executor.executor_id.clone());
        Self { framework_id, executor_id, info, state, sent: None, statuses: Vec::new() }
    }

    pub(super) fn id(&self) -> &str {
        &self.info.task_id.value
    }

    pub(super) fn agent_id(&self) -> &AgentId {
        &self.info.agent_id
    }

    /// Returns the last state that was sent to the framework, or else the latest one.
    pub(super) fn known_state(&self) -> TaskState {
        self.sent.as_ref().map_or(self.state, |(state, _)| *state)
    }

    /// Records an update. The state of a task that has ended no longer changes.
    pub(super) fn record(&mut self, latest: TaskState, status: &TaskStatus) {
        if !self.state.is_terminal() {
            self.state = latest;
        }
        self.statuses.pop_if(|last| last.state == status.state);
        self.statuses.push(TaskStatus { data: None, ..status.clone() });
    }

    /// Returns whether operators learn of this update: it has another state than the one before it,
    /// or it is the result of a check.
    pub(super) fn is_published(&self, status: &TaskStatus) -> bool {
        let checks = [Reason::TaskCheckStatusUpdated, Reason::TaskHealthCheckStatusUpdated];
        let is_check = status.reason().is_some_and(|reason| checks.contains(&reason));
        is_check || self.statuses.last().is_none_or(|last| last.state != status.state)
    }

    /// Describes the task as operators see it.
    pub(super) fn describe(&self) -> api::Task {
        let known = (self.state, self.statuses.clone(), self.sent.as_ref());
        describe::task(&self.framework_id, self.executor_id.as_ref(), &self.info, known)
    }

    /// Returns the master's response about this task. It has no uuid, so there is nothing to
    /// acknowledge.
    pub(super) fn status(&self, made: Made<'_>) -> TaskStatus {
        let last = self.statuses.last();
        TaskStatus {
            executor_id: self.executor_id.clone(),
            healthy: last.and_then(|last| last.healthy),
            check_status: last.and_then(|last| last.check_status.clone()),
            container_status: last.and_then(|last| last.container_status.clone()),
            ..made.status(&self.info.task_id, Some(self.agent_id()))
        }
    }
}

/// The contents of a status that the master generates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made<'a> {
    pub(super) state: TaskState,
    pub(super) reason: Reason,
    pub(super) message: &'a str,
    /// Seconds since the epoch.
    pub(super) timestamp: f64,
}

impl Made<'_> {
    pub(super) fn status(self, task_id: &TaskId, agent_id: Option<&AgentId>) -> TaskStatus {
        TaskStatus {
            task_id: task_id.clone(),
            state: self.state.into(),
            message: Some(self.message.to_owned()),
            source: Some(Source::Master.into()),
            reason: Some(self.reason.into()),
            agent_id: agent_id.cloned(),
            timestamp: Some(self.timestamp),
            ..TaskStatus::default()
        }
    }
}

/// Returns whether a task in this state holds its resources.
pub(super) fn holds_resources(state: TaskState) -> bool {
    !state.is_terminal() && state != TaskState::Unreachable
}
