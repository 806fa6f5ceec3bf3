//! Processes that started, failed to start, or have ended.

use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{ExecutorId, ExecutorInfo, TaskState, container_info};

use super::super::exit_status::KILLED;
use super::executor::{Executor, ExecutorState, Termination};
use super::timers::Timer;
use super::{Machine, Signal, framework_id};
use crate::messages::FromAgent;

/// The status that the master receives for an executor that never ran.
pub(super) const NO_STATUS: i32 = -1;

impl Machine {
    pub(super) fn started(&mut self, container: &str, pid: Option<u32>) {
        let Some((framework_id, executor_id)) = self.containers.get(container).cloned() else { return };
        let Some(executor) = self.executor(&framework_id, &executor_id) else { return };
        executor.pid = pid;
        match executor.state {
            ExecutorState::Registering if executor.command.is_some() => {
                self.command_started(&framework_id, &executor_id);
            }
            // The executor need not know how long it took to start, nor whether it waited.
            ExecutorState::Registering => {
                let timeout = self.now.saturating_add(self.flags.executor_registration_timeout);
                self.timers.set(Timer::ExecutorRegistration(container.to_owned()), timeout);
            }
            // The shutdown came before the executor ran, so the executor never learns of it.
            ExecutorState::Terminating => self.signal(container, Signal::Kill),
            _ => {}
        }
    }

    pub(super) fn launch_failed(&mut self, container: &str, reason: &str) {
        let Some(executor) = self.executor_in(container) else { return };
        let state = TaskState::Failed;
        if is_for_docker(&executor.info) {
            // Agents without Docker do not know such a container.
            let message = "Abnormal executor termination: unknown container".to_owned();
            executor.termination = Some(Termination { state, reason: Reason::ExecutorTerminated, message });
            return self.container_ended(container, NO_STATUS);
        }
        let message = format!("Failed to launch container: {reason}");
        executor.termination = Some(Termination { state, reason: Reason::ContainerLaunchFailed, message });
        self.counters.launch_errors += 1;
        // The container could not be created. The task ends as if it had been killed.
        self.container_ended(container, KILLED);
    }

    pub(super) fn exited(&mut self, container: &str, status: i32) {
        self.command_exited(container, status);
        self.container_ended(container, status);
    }

    fn container_ended(&mut self, container: &str, status: i32) {
        self.timers.cancel_container(container);
        let Some((framework, executor_id)) = self.containers.remove(container) else { return };
        let Some(executor) = self.executor(&framework, &executor_id) else { return };
        executor.state = ExecutorState::Terminated;
        let connection = executor.connection.take();
        let is_command = executor.command.is_some();
        let left = left_behind(executor);
        let termination = executor.termination.clone().unwrap_or_else(|| Termination {
            state: TaskState::Failed,
            reason: Reason::ExecutorTerminated,
            message: "Executor terminated".to_owned(),
        });
        self.counters.terminated_executors += 1;
        self.actions.extend(connection.map(super::Action::Close));
        if !is_command {
            // The master does not know of the executors that the agent plays.
            self.report_exited(&framework, &executor_id, status);
        }
        for task in left {
            let Termination { state, reason, message } = &termination;
            self.own_update(&framework, Some(&executor_id), &task, *state, *reason, message);
        }
        self.remove_executor_if_done(&framework, &executor_id);
    }

    pub(super) fn report_exited(&mut self, framework: &str, executor: &str, status: i32) {
        let executor_id = ExecutorId::from(executor);
        self.send_to_master(FromAgent::ExecutorExited {
            framework_id: framework_id(framework),
            executor_id,
            status,
        });
    }
}

fn is_for_docker(info: &ExecutorInfo) -> bool {
    info.container.as_ref().is_some_and(|container| container.r#type() == container_info::Type::Docker)
}

/// Returns the tasks that an executor left running when it ended, those that it knew first.
fn left_behind(executor: &Executor) -> Vec<String> {
    let queued = executor.queued.iter().flat_map(super::executor::Queued::tasks);
    let queued = queued.map(|task| task.task_id.value.clone());
    executor.launched.keys().cloned().chain(queued).collect()
}
