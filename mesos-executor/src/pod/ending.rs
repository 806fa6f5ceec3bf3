//! How tasks, and their groups, end.

use std::time::Duration;

use mesos_sdk::proto::CommandExit;
use mesos_sdk::proto::v1::agent::response::WaitContainer;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{ContainerId, KillPolicy, TaskId, TaskState, TaskStatus};

use super::status;
use super::task::{Stage, Task};
use super::{Action, Machine};
use crate::machine::{KILL_GRACE_PERIOD, grace_period};

/// How a task has ended, and why.
type End = (TaskState, Option<String>, Option<Reason>);

impl Machine {
    pub(super) fn on_kill(&mut self, now: Duration, id: &TaskId, policy: Option<&KillPolicy>) {
        if self.shutting_down {
            return;
        }
        let Some(task) = self.tasks.iter().find(|task| task.info.task_id == *id) else { return };
        let grace = grace_period(policy).unwrap_or_else(|| task.kill_grace_period());
        let container = task.container.clone();
        self.kill(now, &container, grace);
    }

    /// Kills everything; what it has to kill without its agent, it leaves behind.
    pub(super) fn on_shutdown(&mut self, now: Duration) {
        if self.shutting_down {
            return;
        }
        self.shutting_down = true;
        if self.tasks.is_empty() || !self.leaving.is_connected() {
            return self.leaving.begin(now);
        }
        for container in self.containers(|_| true) {
            self.kill(now, &container, KILL_GRACE_PERIOD);
        }
    }

    /// Sends SIGTERM, once. A task that does not run yet is killed as soon as it does.
    pub(super) fn kill(&mut self, now: Duration, container: &ContainerId, grace: Duration) {
        let knows_killing = self.knows_killing;
        let Some(task) = self.task(container) else { return };
        match task.stage {
            Stage::Launching | Stage::Launched(_) => {
                task.kill_asked.get_or_insert(grace);
                return;
            }
            Stage::Running if !task.killed => {}
            Stage::Running | Stage::Refused(_) => return,
        }
        task.killed = true;
        task.completion_due = None;
        task.escalation = Some(now.saturating_add(grace));
        let (silent, under_way) = (task.out_of_time, task.checks.pause());
        self.abandon(container, under_way);
        if knows_killing && !silent {
            self.report(container, TaskState::Killing);
        }
        self.actions.push(Action::Terminate(container.clone()));
    }

    pub(super) fn keep_completion_time(&mut self, now: Duration, container: &ContainerId) {
        let Some(task) = self.task(container) else { return };
        if task.completion_due.take_if(|due| now >= *due).is_some() {
            task.out_of_time = true;
            self.kill(now, container, Duration::ZERO);
        }
    }

    pub(super) fn escalate(&mut self, now: Duration, container: &ContainerId) {
        let due = self.task(container).and_then(|task| task.escalation.take_if(|due| now >= *due));
        if due.is_some() {
            self.actions.push(Action::Kill(container.clone()));
        }
    }

    pub(super) fn on_ended(&mut self, now: Duration, container: &ContainerId, ended: Option<&WaitContainer>) {
        let position = self.tasks.iter().position(|task| task.container == *container);
        let Some(mut task) = position.map(|position| self.tasks.remove(position)) else { return };
        let under_way = task.checks.pause();
        self.abandon(container, under_way);
        let (state, message, reason) = ended.map_or_else(|| without_response(&task), |it| end(&task, it));
        self.send(TaskStatus {
            healthy: self.unhealthy.then_some(false),
            limitation: ended.and_then(|ended| ended.limitation.clone()),
            ..status::of(&task, state, message, reason)
        });
        if matches!(state, TaskState::Failed | TaskState::Killed) && !task.group_ends {
            self.end_group(now, task.group);
        }
        if self.tasks.is_empty() {
            self.leaving.begin(now);
        }
    }

    /// Kills what is left of a group. As in Mesos, the grace periods of its tasks do not count.
    fn end_group(&mut self, now: Duration, group: u64) {
        if self.shutting_down {
            return;
        }
        let others = self.containers(|task| task.group == group);
        self.tasks.iter_mut().filter(|task| task.group == group).for_each(|task| task.group_ends = true);
        for container in others {
            self.kill(now, &container, KILL_GRACE_PERIOD);
        }
    }
}

/// Returns the end of a task whose container the agent does not know.
fn without_response(task: &Task) -> End {
    let lost = "Unable to retrieve command's termination information";
    match &task.stage {
        _ if task.killed => (TaskState::Killed, None, None),
        Stage::Refused(reason) => (TaskState::Failed, Some(reason.clone()), None),
        _ => (TaskState::Failed, Some(lost.to_owned()), None),
    }
}

/// Returns the end of a task whose container has ended. What the agent itself knows of it wins.
fn end(task: &Task, ended: &WaitContainer) -> End {
    let (state, message, reason) = match (ended.exit_status, &task.stage) {
        (Some(status), _) => of_status(task, status),
        (None, Stage::Refused(reason)) => (TaskState::Failed, reason.clone(), None),
        (None, _) => (TaskState::Failed, "Command terminated with unknown status".to_owned(), None),
    };
    let more = ended.message.as_ref().map(|more| format!(": {more}")).unwrap_or_default();
    (ended.state().unwrap_or(state), Some(message + &more), ended.reason().or(reason))
}

fn of_status(task: &Task, status: i32) -> (TaskState, String, Option<Reason>) {
    let message = format!("Command {}", CommandExit::from_wait_status(status));
    let (state, reason) = match (task.out_of_time, task.killed, status) {
        (true, _, _) => (TaskState::Failed, Some(Reason::MaxCompletionTimeReached)),
        (false, true, _) => (TaskState::Killed, None),
        (false, false, 0) => (TaskState::Finished, None),
        (false, false, _) => (TaskState::Failed, None),
    };
    (state, message, reason)
}
