//! The status updates of the tasks.

use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{ContainerId, ContainerStatus, TaskState, TaskStatus};

use super::task::Task;
use super::{Action, Machine};
use crate::machine::status;

impl Machine {
    /// Reports a state of a task, without what its checks have found.
    pub(super) fn report(&mut self, container: &ContainerId, state: TaskState) {
        if let Some(task) = self.task(container) {
            let status = of(task, state, None, None);
            self.send(status);
        }
    }

    /// Reports what the checks of a running task have found.
    pub(super) fn report_checked(&mut self, container: &ContainerId, reason: Reason) {
        let Some(task) = self.task(container) else { return };
        let status = TaskStatus {
            healthy: task.checks.healthy(),
            check_status: task.checks.status().map(Box::new),
            ..of(task, TaskState::Running, None, Some(reason))
        };
        self.send(status);
    }

    pub(super) fn send(&mut self, status: TaskStatus) {
        self.leaving.sent();
        self.actions.push(Action::Report(Box::new(status)));
    }
}

/// Returns an update of the task.
pub(super) fn of(
    task: &Task,
    state: TaskState,
    message: Option<String>,
    reason: Option<Reason>,
) -> TaskStatus {
    let container_id = Some(Box::new(task.container.clone()));
    TaskStatus {
        check_status: task.unchecked.map(Box::new),
        container_status: Some(Box::new(ContainerStatus { container_id, ..ContainerStatus::default() })),
        ..status(&task.info.task_id, state, message, reason)
    }
}
