//! How the task begins.

use std::time::Duration;

use mesos_sdk::proto::v1::environment::Variable;
use mesos_sdk::proto::v1::{CommandInfo, TaskInfo, TaskState};

use super::ending::{KILL_GRACE_PERIOD, grace_period};
use super::health::Checks;
use super::{Action, Machine, Task};

/// The variable that contains the role of a command.
pub const ALLOCATION_ROLE: &str = "MESOS_ALLOCATION_ROLE";

impl Machine {
    pub(super) fn on_launch(&mut self, now: Duration, info: &TaskInfo) {
        if self.task.is_some() || self.leaving.has_begun() {
            return self
                .refuse(&info.task_id, "Attempted to run multiple tasks using a \"command\" executor");
        }
        self.task = Some(Task {
            id: info.task_id.clone(),
            kill_grace_period: grace_period(info.kill_policy.as_ref()).unwrap_or(KILL_GRACE_PERIOD),
            completion_due: completion_time(info).map(|limit| now.saturating_add(limit)),
            killed: None,
            out_of_time: false,
            checks: Checks::of(info, now),
            running: true,
        });
        self.report(TaskState::Starting, None, None);
        self.actions.push(Action::Start(Box::new(command(info))));
        self.report_running(None);
    }
}

/// Returns the role that the task's resources are allocated to: those of one task have one role.
pub fn allocation_role(task: &TaskInfo) -> Option<&str> {
    task.resources.first()?.allocation_info.as_ref()?.role.as_deref()
}

/// Returns how long the task may take, if that is limited.
pub(crate) fn completion_time(task: &TaskInfo) -> Option<Duration> {
    task.max_completion_time.map(Duration::from).filter(|limit| !limit.is_zero())
}

/// Returns the command of the task, which finds its role whatever variables it brings along.
pub(crate) fn command(task: &TaskInfo) -> CommandInfo {
    let mut command = task.command.as_deref().cloned().unwrap_or_default();
    let role = allocation_role(task).map(|role| variable(ALLOCATION_ROLE, role));
    if role.is_some() {
        command.environment.get_or_insert_default().variables.extend(role);
    }
    command
}

/// Returns an environment variable.
pub(crate) fn variable(name: &str, value: &str) -> Variable {
    Variable { name: name.to_owned(), value: Some(value.to_owned()), ..Variable::default() }
}
