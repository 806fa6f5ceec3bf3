//! The status updates of the task.

use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{TaskId, TaskState, TaskStatus};

use super::{Action, Machine};

impl Machine {
    pub(super) fn report(&mut self, state: TaskState, message: Option<String>, reason: Option<Reason>) {
        let Some(task) = &self.task else { return };
        let status = TaskStatus {
            healthy: task.checks.healthy(),
            check_status: task.checks.status().map(Box::new),
            ..status(&task.id, state, message, reason)
        };
        self.send(status);
    }

    pub(super) fn report_running(&mut self, reason: Option<Reason>) {
        self.report(TaskState::Running, None, reason);
    }

    /// Of a task that this executor can't run.
    pub(super) fn refuse(&mut self, task: &TaskId, message: &str) {
        self.send(status(task, TaskState::Failed, Some(message.to_owned()), None));
    }

    fn send(&mut self, status: TaskStatus) {
        self.leaving.sent();
        self.actions.push(Action::Report(Box::new(status)));
    }
}

/// Returns an update of a task, without what is known of its checks.
pub(crate) fn status(
    id: &TaskId,
    state: TaskState,
    message: Option<String>,
    reason: Option<Reason>,
) -> TaskStatus {
    TaskStatus {
        task_id: id.clone(),
        state: state.into(),
        message,
        reason: reason.map(Into::into),
        ..TaskStatus::default()
    }
}
