//! Decides what becomes of task groups: no agent, no socket, no clock.
//!
//! What has happened and the time go in, [`Action`]s come out. Each task of a group has its own
//! container within the executor's. When a task fails or is killed, the others of its group are
//! killed; when no task is left, the executor ends. The reports, and what leads to them, are those
//! of Mesos' default executor, with two differences: a kill that comes before the agent has
//! started the container is done afterwards, where Mesos forgets it; and a launch that the agent
//! has not responded to does not end the executor.

mod checking;
mod ending;
mod launching;
mod status;
mod task;
#[cfg(test)]
mod tests;

use std::time::Duration;

use mesos_sdk::proto::v1::agent::call::LaunchContainer;
use mesos_sdk::proto::v1::agent::response::WaitContainer;
use mesos_sdk::proto::v1::{ContainerId, KillPolicy, TaskId, TaskInfo, TaskStatus};

use self::task::Task;
use crate::machine::{Leaving, Outcome, Probe, Which};

/// What has happened.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// The agent has the executor, in this container.
    Subscribed {
        container: ContainerId,
        /// The framework has the capability `TASK_KILLING_STATE`.
        knows_killing: bool,
    },
    /// The agent is gone, perhaps for a while.
    Disconnected,
    /// Run these tasks, each in a new container whose id is this.
    LaunchGroup(Vec<(String, TaskInfo)>),
    /// The agent has started a container, or refused to, for this reason.
    Launched(ContainerId, Result<(), String>),
    /// A container has ended; `None` if the agent does not know it.
    Ended(ContainerId, Option<Box<WaitContainer>>),
    /// The agent refuses to report the end of containers.
    Refused,
    /// End this task.
    Kill(TaskId, Option<KillPolicy>),
    /// End everything.
    Shutdown,
    /// A probe of this container has been carried out.
    Probed(ContainerId, Which, Outcome),
    /// The agent has one more update.
    Acknowledged,
    /// Time has passed.
    Tick,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Send this update.
    Report(Box<TaskStatus>),
    /// Start this container.
    Launch(Box<LaunchContainer>),
    /// Give the sandbox of this task's container a name after the task.
    Name(TaskId, ContainerId),
    /// Wait for the end of this container.
    Wait(ContainerId),
    /// Forget all waiting, with what has come of it.
    StopWaiting,
    /// Send SIGTERM to this container.
    Terminate(ContainerId),
    /// Send SIGKILL to this container, until it has ended.
    Kill(ContainerId),
    /// Carry out this probe of this container.
    Probe(ContainerId, Which, Box<Probe>),
    /// Forget the probe that is under way.
    Abandon(ContainerId, Which),
    /// Leave when all updates are acknowledged.
    End,
}

/// The life of an executor with its tasks. `now` is the time since any fixed moment and never goes
/// back.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// Where the tasks are reached.
    ip: String,
    container: ContainerId,
    knows_killing: bool,
    /// In the order of their launch.
    tasks: Vec<Task>,
    groups: u64,
    shutting_down: bool,
    /// A task was killed because it is unhealthy.
    unhealthy: bool,
    leaving: Leaving,
    actions: Vec<Action>,
}

impl Machine {
    /// Creates an executor that has no task yet. `ip` is the address that its tasks have.
    pub(crate) fn new(ip: String) -> Self {
        Self {
            ip,
            container: ContainerId::default(),
            knows_killing: false,
            tasks: Vec::new(),
            groups: 0,
            shutting_down: false,
            unhealthy: false,
            leaving: Leaving::default(),
            actions: Vec::new(),
        }
    }

    /// Takes what has happened, and gives what to do, in order.
    pub(crate) fn step(&mut self, now: Duration, input: Input) -> Vec<Action> {
        match input {
            Input::Subscribed { container, knows_killing } => {
                (self.container, self.knows_killing) = (container, knows_killing);
                self.leaving.subscribed(now);
                self.resume_waiting();
                self.resume_checks(now);
            }
            Input::Disconnected => {
                self.leaving.disconnected();
                self.actions.push(Action::StopWaiting);
                self.pause_checks();
            }
            Input::LaunchGroup(tasks) => self.on_launch_group(tasks),
            Input::Launched(container, launched) => self.on_launched(now, &container, launched),
            Input::Ended(container, ended) => self.on_ended(now, &container, ended.as_deref()),
            Input::Refused => self.leaving.begin(now),
            Input::Kill(task, policy) => self.on_kill(now, &task, policy.as_ref()),
            Input::Shutdown => self.on_shutdown(now),
            Input::Probed(container, which, outcome) => self.on_probed(now, &container, which, &outcome),
            Input::Acknowledged => self.leaving.acknowledged(),
            Input::Tick => {}
        }
        self.keep_time(now);
        std::mem::take(&mut self.actions)
    }

    /// Returns when to give [`Input::Tick`] if nothing else happens.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.tasks.iter().filter_map(Task::deadline).chain(self.leaving.deadline()).min()
    }

    /// Returns whether all tasks have ended, or there will be none.
    pub(crate) fn is_over(&self) -> bool {
        self.leaving.has_begun()
    }

    fn keep_time(&mut self, now: Duration) {
        for container in self.containers(|_| true) {
            self.keep_completion_time(now, &container);
            self.escalate(now, &container);
            self.keep_checks(now, &container);
        }
        if self.leaving.is_due(now) {
            self.actions.push(Action::End);
        }
    }

    fn task(&mut self, container: &ContainerId) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.container == *container)
    }

    /// Returns the containers of these tasks.
    fn containers(&self, which: impl Fn(&Task) -> bool) -> Vec<ContainerId> {
        self.tasks.iter().filter(|task| which(task)).map(|task| task.container.clone()).collect()
    }
}
