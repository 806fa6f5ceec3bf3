//! Decides what becomes of one command: no process, no socket, no clock.
//!
//! What has happened and the time go in, [`Action`]s come out. The task goes from its start to its
//! end once; while it runs, its checks run in turn, and what asks for its end (a kill, a shutdown,
//! too much time, bad health) leads to SIGTERM and, when the grace period has passed, to SIGKILL.

mod ending;
mod health;
mod launching;
mod leaving;
mod probe;
mod schedule;
mod status;
#[cfg(test)]
mod tests;

use std::time::Duration;

use mesos_sdk::proto::v1::{CommandInfo, KillPolicy, TaskId, TaskInfo, TaskStatus};

use self::ending::Killed;
pub(crate) use self::ending::{KILL_GRACE_PERIOD, grace_period};
pub(crate) use self::health::{Checks, Verdict};
pub use self::launching::{ALLOCATION_ROLE, allocation_role};
pub(crate) use self::launching::{command, completion_time, variable};
pub(crate) use self::leaving::Leaving;
pub use self::probe::{Outcome, Probe, Which};
pub(crate) use self::status::status;

/// What has happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// The agent has the executor; whether its framework knows `TASK_KILLING`.
    Subscribed {
        /// The framework has the capability `TASK_KILLING_STATE`.
        knows_killing: bool,
    },
    /// The agent is gone, perhaps for a while.
    Disconnected,
    /// Run this task.
    Launch(Box<TaskInfo>),
    /// The command has ended, or could not be started; a status as waitpid gives it.
    Exited(i32),
    /// End this task.
    Kill(TaskId, Option<KillPolicy>),
    /// End everything.
    Shutdown,
    /// A probe has been carried out.
    Probed(Which, Outcome),
    /// The scheduler has one more update.
    Acknowledged,
    /// Time has passed.
    Tick,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Send this update.
    Report(Box<TaskStatus>),
    /// Start this command as a process group.
    Start(Box<CommandInfo>),
    /// Send SIGTERM to its group.
    Terminate,
    /// Send SIGKILL to its group.
    Kill,
    /// Carry out this probe; it has so long, if that is limited.
    Probe(Which, Box<Probe>, Option<Duration>),
    /// Forget the probe that is under way.
    Abandon(Which),
    /// Leave when all updates are acknowledged.
    End,
}

/// The life of an executor with its one task. `now` is the time since any fixed moment and never
/// goes back.
#[derive(Clone, Debug)]
pub struct Machine {
    shutdown_grace_period: Duration,
    knows_killing: bool,
    task: Option<Task>,
    leaving: Leaving,
    actions: Vec<Action>,
}

#[derive(Clone, Debug)]
struct Task {
    id: TaskId,
    kill_grace_period: Duration,
    completion_due: Option<Duration>,
    killed: Option<Killed>,
    out_of_time: bool,
    checks: Checks,
    running: bool,
}

impl Machine {
    /// Creates an executor that has no task yet, and that its agent gives so long to obey SHUTDOWN.
    pub fn new(shutdown_grace_period: Duration) -> Self {
        Self {
            shutdown_grace_period,
            knows_killing: false,
            task: None,
            leaving: Leaving::default(),
            actions: Vec::new(),
        }
    }

    /// Takes what has happened, and gives what to do, in order.
    pub fn step(&mut self, now: Duration, input: Input) -> Vec<Action> {
        match input {
            Input::Subscribed { knows_killing } => self.on_subscribed(now, knows_killing),
            Input::Disconnected => self.leaving.disconnected(),
            Input::Launch(task) => self.on_launch(now, &task),
            Input::Exited(status) => self.on_exit(now, status),
            Input::Kill(task, policy) => self.on_kill(now, &task, policy.as_ref()),
            Input::Shutdown => self.on_shutdown(now),
            Input::Probed(which, outcome) => self.on_probed(now, which, &outcome),
            Input::Acknowledged => self.leaving.acknowledged(),
            Input::Tick => {}
        }
        self.keep_time(now);
        std::mem::take(&mut self.actions)
    }

    /// Returns when to give [`Input::Tick`] if nothing else happens.
    pub fn deadline(&self) -> Option<Duration> {
        let task = self.task.as_ref().filter(|task| task.running);
        let own = task.into_iter().flat_map(|task| {
            let escalation = task.killed.as_ref().and_then(|killed| killed.escalation);
            [task.completion_due, escalation, task.checks.deadline()]
        });
        own.flatten().chain(self.leaving.deadline()).min()
    }

    /// Returns whether the task has ended, or there will be none.
    pub fn is_over(&self) -> bool {
        self.leaving.has_begun()
    }

    fn on_subscribed(&mut self, now: Duration, knows_killing: bool) {
        self.knows_killing = knows_killing;
        self.leaving.subscribed(now);
    }

    fn keep_time(&mut self, now: Duration) {
        if self.running().is_some() {
            self.keep_completion_time(now);
            self.escalate(now);
            self.keep_checks(now);
        }
        if self.leaving.is_due(now) {
            self.actions.push(Action::End);
        }
    }

    fn keep_checks(&mut self, now: Duration) {
        while let Some((which, due)) = self.running().and_then(|task| task.checks.due(now)) {
            match due {
                Ok((probe, timeout)) => self.actions.push(Action::Probe(which, Box::new(probe), timeout)),
                Err(verdict) => {
                    self.actions.push(Action::Abandon(which));
                    self.on_verdict(now, verdict);
                }
            }
        }
    }

    fn on_probed(&mut self, now: Duration, which: Which, outcome: &Outcome) {
        let Some(task) = self.running() else { return };
        let verdict = task.checks.probed(now, which, outcome);
        self.on_verdict(now, verdict);
    }

    fn on_verdict(&mut self, now: Duration, verdict: Verdict) {
        let Some(reason) = verdict.reason() else { return };
        self.report_running(Some(reason));
        if verdict == (Verdict::Unhealthy { kill: true }) {
            self.end_unhealthy(now);
        }
    }

    fn running(&mut self) -> Option<&mut Task> {
        self.task.as_mut().filter(|task| task.running)
    }
}
