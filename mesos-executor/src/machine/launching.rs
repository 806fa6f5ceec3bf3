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
        if self.task.is_some() || self.over.is_some() {
            return self
                .refuse(&info.task_id, "Attempted to run multiple tasks using a \"command\" executor");
        }
        let limit = info.max_completion_time.map(Duration::from).filter(|limit| !limit.is_zero());
        self.task = Some(Task {
            id: info.task_id.clone(),
            kill_grace_period: grace_period(info.kill_policy.as_ref()).unwrap_or(KILL_GRACE_PERIOD),
            completion_due: limit.map(|limit| now.saturating_add(limit)),
            killed: None,
            out_of_time: false,
            checks: Checks::of(info, now),
            running: true,
        });
        self.tell(TaskState::Starting, None, None);
        self.actions.push(Action::Start(Box::new(command(info))));
        self.tell_running(None);
    }
}

/// Returns the role that the task's resources are allocated to: those of one task have one role.
pub fn allocation_role(task: &TaskInfo) -> Option<&str> {
    task.resources.first()?.allocation_info.as_ref()?.role.as_deref()
}

/// Returns the command of the task, which finds its role whatever variables it brings along.
fn command(task: &TaskInfo) -> CommandInfo {
    let mut command = task.command.as_deref().cloned().unwrap_or_default();
    if let Some(role) = allocation_role(task) {
        command.environment.get_or_insert_default().variables.push(Variable {
            name: ALLOCATION_ROLE.to_owned(),
            value: Some(role.to_owned()),
            ..Variable::default()
        });
    }
    command
}
