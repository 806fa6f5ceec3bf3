//! The orderly end of executors, frameworks and the agent.

use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::proto::v1::task_status::Reason;

use super::executor::{Executor, ExecutorState, Termination, shutdown_grace_period};
use super::timers::Timer;
use super::{AgentState, Machine, Signal, event};

/// How many frameworks are remembered that have nothing left on the agent, as in Mesos.
const MAX_COMPLETED_FRAMEWORKS: usize = 50;

impl Machine {
    pub(super) fn shutdown_executor_for_master(&mut self, framework_id: &str, executor_id: &str) {
        let registered = matches!(self.state, AgentState::Running | AgentState::Terminating);
        let framework = self.frameworks.get(framework_id);
        if registered && framework.is_some_and(|known| !known.terminating) {
            self.shutdown_executor(framework_id, executor_id);
        }
    }

    pub(super) fn shutdown_framework(&mut self, framework_id: &str) {
        if !matches!(self.state, AgentState::Running | AgentState::Terminating) {
            return;
        }
        let Some(framework) = self.frameworks.get_mut(framework_id) else { return };
        if framework.terminating {
            return;
        }
        framework.terminating = true;
        let executors: Vec<String> = framework.executors.keys().cloned().collect();
        for executor in executors {
            self.shutdown_executor(framework_id, &executor);
            self.remove_executor_if_done(framework_id, &executor);
        }
        self.remove_framework_if_idle(framework_id);
    }

    pub(super) fn shutdown_agent(&mut self) {
        self.state = AgentState::Terminating;
        self.timers.cancel(&Timer::Registration);
        self.timers.cancel(&Timer::RecoveryEnd);
        let frameworks: Vec<String> = self.frameworks.keys().cloned().collect();
        for framework in frameworks {
            self.shutdown_framework(&framework);
        }
    }

    /// Sends SHUTDOWN, and ends the process if it does not obey in time.
    pub(super) fn shutdown_executor(&mut self, framework_id: &str, executor_id: &str) {
        let default = self.flags.executor_shutdown_grace_period;
        let Some(executor) = self.executor(framework_id, executor_id) else { return };
        if !matches!(executor.state, ExecutorState::Registering | ExecutorState::Running) {
            return;
        }
        executor.state = ExecutorState::Terminating;
        let grace = shutdown_grace_period(&executor.info, default);
        let (container, is_command) = (executor.container.clone(), executor.command.is_some());
        self.timers.cancel(&Timer::ExecutorRegistration(container.clone()));
        if is_command {
            self.shut_command_down(framework_id, executor_id);
        } else {
            self.send(framework_id, executor_id, event::shutdown());
        }
        self.timers.set(Timer::ShutdownGrace(container), self.now.saturating_add(grace));
    }

    /// Ends an executor that did not subscribe in time.
    pub(super) fn registration_timed_out(&mut self, container: &str) {
        let timeout = mesos_sdk::duration::format(self.flags.executor_registration_timeout);
        let Some(executor) = self.executor_in(container) else { return };
        if executor.state != ExecutorState::Registering {
            return;
        }
        executor.state = ExecutorState::Terminating;
        executor.termination = Some(Termination {
            state: TaskState::Failed,
            reason: Reason::ExecutorRegistrationTimeout,
            message: format!("Executor did not register within {timeout}"),
        });
        self.signal(container, Signal::Kill);
    }

    /// Forgets an executor whose process has ended and whose tasks' ends are all acknowledged, or
    /// nobody's concern.
    pub(super) fn remove_executor_if_done(&mut self, framework_id: &str, executor_id: &str) {
        let agent_ends = self.state == AgentState::Terminating;
        let Some(framework) = self.frameworks.get_mut(framework_id) else { return };
        let over = framework.terminating || agent_ends;
        let done = |executor: &Executor| {
            executor.state == ExecutorState::Terminated && (over || !executor.has_incomplete_tasks())
        };
        if framework.executors.get(executor_id).is_some_and(done) {
            framework.complete(executor_id);
        }
        self.remove_framework_if_idle(framework_id);
    }

    pub(super) fn remove_framework_if_idle(&mut self, framework_id: &str) {
        if self.frameworks.get(framework_id).is_some_and(|framework| framework.executors.is_empty()) {
            self.completed.extend(self.frameworks.remove(framework_id));
            if self.completed.len() > MAX_COMPLETED_FRAMEWORKS {
                self.completed.pop_front();
            }
            self.updates.retain(&mut self.timers, |other| other != framework_id);
        }
    }
}
