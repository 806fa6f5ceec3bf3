//! How the task begins.

use std::time::Duration;

use mesos_sdk::proto::v1::{TaskInfo, TaskState};

use super::ending::{KILL_GRACE_PERIOD, duration, grace_period};
use super::health::Checks;
use super::{Action, Machine, Task};

impl Machine {
    pub(super) fn on_launch(&mut self, now: Duration, info: &TaskInfo) {
        if self.task.is_some() || self.over.is_some() {
            return self
                .refuse(&info.task_id, "Attempted to run multiple tasks using a \"command\" executor");
        }
        let limit = info.max_completion_time.map(duration).filter(|limit| !limit.is_zero());
        self.task = Some(Task {
            id: info.task_id.clone(),
            kill_grace_period: grace_period(info.kill_policy.as_ref()).unwrap_or(KILL_GRACE_PERIOD),
            completion_due: limit.map(|limit| now + limit),
            killed: None,
            out_of_time: false,
            checks: Checks::of(info, now),
            running: true,
        });
        self.tell(TaskState::TaskStarting, None, None);
        let command = info.command.clone().unwrap_or_default();
        self.actions.push(Action::Start(command));
        self.tell_running(None);
    }
}
