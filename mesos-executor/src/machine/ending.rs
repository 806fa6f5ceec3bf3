//! How the task ends.

use std::time::Duration;

use mesos_sdk::proto::CommandExit;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{KillPolicy, TaskId, TaskState};

use super::{Action, Machine};

/// Between SIGTERM and SIGKILL, unless a kill policy sets another time.
pub(crate) const KILL_GRACE_PERIOD: Duration = Duration::from_secs(3);
/// So much before the agent would kill executor and task, the executor kills the task, to be able
/// to report it.
const SHUTDOWN_MARGIN: Duration = Duration::from_secs(2);

/// The task was asked to end.
#[derive(Clone, Debug)]
pub(super) struct Killed {
    begun: Duration,
    /// When SIGKILL is due, if it has not been sent.
    pub(super) escalation: Option<Duration>,
}

pub(crate) fn grace_period(policy: Option<&KillPolicy>) -> Option<Duration> {
    policy?.grace_period.map(Into::into)
}

impl Machine {
    pub(super) fn on_kill(&mut self, now: Duration, id: &TaskId, policy: Option<&KillPolicy>) {
        let Some(task) = self.running().filter(|task| task.id == *id) else { return };
        let grace = grace_period(policy).unwrap_or(task.kill_grace_period);
        self.kill(now, grace);
    }

    pub(super) fn on_shutdown(&mut self, now: Duration) {
        let grace = self.shutdown_grace_period.saturating_sub(SHUTDOWN_MARGIN);
        match self.running() {
            Some(_) => self.kill(now, grace),
            None => self.leaving.begin(now),
        }
    }

    pub(super) fn end_unhealthy(&mut self, now: Duration) {
        if let Some(grace) = self.running().map(|task| task.kill_grace_period) {
            self.kill(now, grace);
        }
    }

    pub(super) fn keep_completion_time(&mut self, now: Duration) {
        let Some(task) = self.running() else { return };
        if task.killed.is_none() && task.completion_due.take_if(|due| now >= *due).is_some() {
            task.out_of_time = true;
            self.kill(now, Duration::ZERO);
        }
    }

    pub(super) fn escalate(&mut self, now: Duration) {
        let killed = self.running().and_then(|task| task.killed.as_mut());
        if killed.is_some_and(|killed| killed.escalation.take_if(|due| now >= *due).is_some()) {
            self.actions.push(Action::Kill);
        }
    }

    /// Sends SIGTERM the first time. Another kill can only shorten the time until SIGKILL.
    fn kill(&mut self, now: Duration, grace: Duration) {
        let Some(task) = self.running() else { return };
        if let Some(killed) = &mut task.killed {
            let sooner = killed.begun.saturating_add(grace);
            killed.escalation = killed.escalation.map(|due| due.min(sooner));
            return;
        }
        task.killed = Some(Killed { begun: now, escalation: Some(now.saturating_add(grace)) });
        task.completion_due = None;
        let (silent, under_way) = (task.out_of_time, task.checks.pause());
        if self.knows_killing && !silent {
            self.report(TaskState::Killing, None, None);
        }
        self.actions.extend(under_way.into_iter().map(Action::Abandon));
        self.actions.push(Action::Terminate);
    }

    pub(super) fn on_exit(&mut self, now: Duration, status: i32) {
        let Some(task) = self.running() else { return };
        task.running = false;
        let under_way = task.checks.pause();
        let (state, reason) = match (task.out_of_time, &task.killed, status) {
            (true, _, _) => (TaskState::Failed, Some(Reason::MaxCompletionTimeReached)),
            (false, Some(_), _) => (TaskState::Killed, None),
            (false, None, 0) => (TaskState::Finished, None),
            (false, None, _) => (TaskState::Failed, None),
        };
        self.actions.extend(under_way.into_iter().map(Action::Abandon));
        self.report(state, Some(format!("Command {}", CommandExit::from_wait_status(status))), reason);
        self.leaving.begin(now);
    }
}
