//! The agent and its master, and the agent's return after it was killed.

use std::time::Duration;

use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{AgentId, AgentInfo, FrameworkInfo, TaskId};

use super::counters::Counters;
use super::executor::{Executor, ExecutorState, Termination};
use super::framework::Framework;
use super::timers::Timer;
use super::{Action, AgentState, Machine, Signal, framework_id};
use crate::messages::{FromAgent, RunningTask};

/// How long the agent waits for the master's response before it asks again; doubled each time …
pub(super) const BACKOFF_MIN: Duration = Duration::from_secs(1);
/// … up to this.
const BACKOFF_MAX: Duration = Duration::from_secs(60);

impl Machine {
    /// Keeps what a new run of the agent finds after this one was killed.
    pub(crate) fn restart(&mut self) {
        self.state = AgentState::Starting;
        self.timers = super::Timers::default();
        self.updates.pause(&mut self.timers);
        self.registration_backoff = BACKOFF_MIN;
        for framework in self.frameworks.values_mut() {
            framework.executors.values_mut().for_each(recover);
        }
    }

    pub(super) fn boot(&mut self) {
        (self.started, self.counters) = (self.now, Counters::default());
        self.completed.retain(Framework::checkpoint);
        self.updates.pause(&mut self.timers);
        self.kill_what_was_not_checkpointed();
        self.state = if self.containers.is_empty() {
            AgentState::Disconnected
        } else {
            let end = self.now.saturating_add(self.flags.executor_reregistration_timeout);
            self.timers.set(Timer::RecoveryEnd, end);
            AgentState::Recovering
        };
    }

    /// Executors that have not come back are not waited for any longer.
    pub(super) fn end_recovery(&mut self) {
        let within = mesos_sdk::duration::format(self.flags.executor_reregistration_timeout);
        let mut hung = Vec::new();
        for framework in self.frameworks.values_mut() {
            let state = framework.gone();
            let waiting = |executor: &&mut Executor| executor.state == ExecutorState::Registering;
            for executor in framework.executors.values_mut().filter(waiting) {
                executor.state = ExecutorState::Terminating;
                executor.termination = Some(Termination {
                    state,
                    reason: Reason::ExecutorReregistrationTimeout,
                    message: format!("Executor did not reregister within {within}"),
                });
                hung.push(executor.container.clone());
            }
        }
        for container in hung {
            self.signal(&container, Signal::Kill);
        }
        self.state = AgentState::Disconnected;
        self.register();
    }

    pub(super) fn master_connected(&mut self) {
        self.master_lost();
        self.registration_backoff = BACKOFF_MIN;
        self.register();
    }

    pub(super) fn master_lost(&mut self) {
        self.updates.pause(&mut self.timers);
        self.timers.cancel(&Timer::Registration);
        if self.state == AgentState::Running {
            self.state = AgentState::Disconnected;
        }
    }

    pub(super) fn register(&mut self) {
        if self.state != AgentState::Disconnected {
            return;
        }
        let info = Box::new(self.info.clone());
        let message =
            if self.info.id.is_some() { self.reregister(info) } else { FromAgent::Register { info } };
        self.actions.push(Action::ToMaster(message));
        self.timers.set(Timer::Registration, self.now.saturating_add(self.registration_backoff));
        self.registration_backoff = self.registration_backoff.saturating_mul(2).min(BACKOFF_MAX);
    }

    pub(super) fn registered(&mut self, agent_id: AgentId) {
        if self.state != AgentState::Disconnected {
            return;
        }
        self.info.id = Some(agent_id);
        self.state = AgentState::Running;
        self.registration_backoff = BACKOFF_MIN;
        self.timers.cancel(&Timer::Registration);
        self.send_pending_updates();
        self.report_all();
    }

    /// Handles the return of a scheduler, or a change of its framework. It may have missed updates.
    pub(super) fn update_framework(&mut self, info: FrameworkInfo) {
        let id = info.id.clone().unwrap_or_default().value;
        let known = self.frameworks.get_mut(&id).filter(|known| !known.terminating);
        if let Some(known) = known.filter(|_| self.state == AgentState::Running) {
            known.info = info;
            self.send_pending_updates();
        }
    }

    /// Resends the updates of all frameworks, like Mesos.
    fn send_pending_updates(&mut self) {
        for (framework, status) in self.updates.resume(self.now, &mut self.timers) {
            self.forward(&framework, status);
        }
    }

    /// Tasks of the master's that are none of the agent's have gone astray.
    pub(super) fn reconcile(&mut self, info: FrameworkInfo, tasks: &[TaskId]) {
        let id = info.id.clone().unwrap_or_default().value;
        let state = Framework::new(info).dropped();
        for task in tasks {
            let known = self.frameworks.get(&id).is_some_and(|known| known.tasks.contains_key(&task.value));
            if !known {
                let message = "Reconciliation: task unknown to the agent";
                let status = self.own_status(None, &task.value, state, Reason::Reconciliation, message);
                self.deliver(&id, status);
            }
        }
    }

    fn reregister(&self, info: Box<AgentInfo>) -> FromAgent {
        let executors = self.frameworks.iter().flat_map(|(id, framework)| {
            framework.executors.values().map(move |executor| (id.as_str(), executor))
        });
        let named =
            executors.clone().filter(|(_, executor)| executor.command.is_none() && executor.is_live());
        FromAgent::Reregister {
            info,
            resources: self.total.clone(),
            frameworks: self.frameworks.values().map(|framework| framework.info.clone()).collect(),
            executors: named.map(|(id, executor)| (framework_id(id), executor.info.clone())).collect(),
            tasks: executors.flat_map(|(id, executor)| running_tasks(id, executor)).collect(),
            operations: self.reported(),
        }
    }

    fn kill_what_was_not_checkpointed(&mut self) {
        let lost: Vec<String> = self
            .frameworks
            .iter()
            .filter(|(_, framework)| !framework.checkpoint())
            .map(|(id, _)| id.clone())
            .collect();
        for id in &lost {
            let Some(framework) = self.frameworks.remove(id) else { continue };
            for executor in framework.executors.values().filter(|executor| executor.is_live()) {
                self.containers.remove(&executor.container);
                self.signal(&executor.container, Signal::Kill);
            }
        }
        let kept = &self.frameworks;
        self.updates.retain(&mut self.timers, |framework| kept.contains_key(framework));
    }
}

/// An executor of a checkpointed framework, as a new run of the agent finds it. What was queued
/// counts as launched: if the executor does not know it, it never arrived.
fn recover(executor: &mut Executor) {
    executor.connection = None;
    if executor.command.is_some() || !executor.is_live() {
        return;
    }
    executor.state = ExecutorState::Registering;
    for queued in std::mem::take(&mut executor.queued) {
        queued.tasks().iter().cloned().for_each(|task| executor.launch(task));
    }
}

fn running_tasks(id: &str, executor: &Executor) -> Vec<RunningTask> {
    let known = executor.launched.values().chain(executor.terminated.values());
    let known = known.map(|task| (task.info.clone(), task.latest.clone()));
    let queued = executor.queued.iter().flat_map(super::executor::Queued::tasks);
    let queued = queued.map(|task| (task.clone(), super::executor::staging(task)));
    let named = executor.command.is_none().then(|| executor.info.executor_id.clone());
    known
        .chain(queued)
        .map(|(info, latest)| RunningTask {
            framework_id: framework_id(id),
            executor_id: named.clone(),
            info: Box::new(info),
            latest,
        })
        .collect()
}
