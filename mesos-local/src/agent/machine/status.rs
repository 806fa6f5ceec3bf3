//! Status updates: of executors and of the agent's own making.

use mesos_sdk::proto::v1::network_info::{IpAddress, Protocol};
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{ContainerStatus, ExecutorId, NetworkInfo, TaskId, TaskState, TaskStatus};

use super::executor::Executor;
use super::{Machine, event};
use crate::messages::FromAgent;

impl Machine {
    /// Sends an update that the agent makes itself.
    pub(super) fn own_update(
        &mut self,
        framework: &str,
        executor: Option<&str>,
        task: &str,
        state: TaskState,
        reason: Reason,
        message: &str,
    ) {
        let status = self.own_status(executor, task, state, reason, message);
        self.update(framework, status);
    }

    pub(super) fn own_status(
        &mut self,
        executor: Option<&str>,
        task: &str,
        state: TaskState,
        reason: Reason,
        message: &str,
    ) -> TaskStatus {
        TaskStatus {
            task_id: TaskId::from(task),
            state: state.into(),
            source: Some(Source::Agent.into()),
            reason: Some(reason.into()),
            message: Some(message.to_owned()),
            executor_id: executor.map(ExecutorId::from),
            agent_id: self.info.id.clone(),
            timestamp: Some(self.now.as_secs_f64()),
            uuid: Some(self.ids.bytes()),
            ..TaskStatus::default()
        }
    }

    /// Sends an update of an executor, completed as an agent does.
    pub(super) fn executor_update(&mut self, framework: &str, mut status: TaskStatus) {
        status.source = Some(Source::Executor.into());
        status.agent_id = status.agent_id.or_else(|| self.info.id.clone());
        status.timestamp = status.timestamp.or(Some(self.now.as_secs_f64()));
        let room = !self.updates.is_full(framework, &status.task_id.value);
        let for_this_agent = status.agent_id == self.info.id && status.uuid.is_some() && room;
        if !for_this_agent {
            self.counters.updates.count(false);
        }
        if for_this_agent && status.state() == TaskState::Staging {
            self.shutdown_executor_of(framework, &status.task_id.value);
        } else if for_this_agent {
            self.update(framework, status);
        }
    }

    /// Takes an update into the books and gives it to the status update manager, which responds to
    /// its executor.
    pub(super) fn update(&mut self, framework_id: &str, mut status: TaskStatus) {
        let ip = self.flags.ip.to_string();
        if let Some(framework) = self.frameworks.get(framework_id) {
            self.explain_drain(framework, &mut status);
        }
        let framework = self.frameworks.get_mut(framework_id).filter(|known| !known.terminating);
        self.counters.updates.count(framework.is_some());
        let Some(framework) = framework else { return };
        let task = status.task_id.value.clone();
        let from_executor = status.source() == Some(Source::Executor);
        let Some(executor) = framework.executor_of(&task) else {
            return self.deliver(framework_id, status);
        };
        if reaches_a_container(executor, &status) {
            add_container(&mut status, executor, ip);
        }
        let acknowledgement = from_executor.then(|| event::acknowledged(&status));
        let executor_id = executor.id().to_owned();
        if executor.record(&status).is_ok() {
            if status.state().is_terminal() {
                self.counters.ended_tasks.count(status.state());
                self.relink(framework_id, &executor_id);
            }
            self.deliver(framework_id, status);
        }
        if let Some(event) = acknowledgement {
            self.send(framework_id, &executor_id, event);
        }
    }

    /// Handles an acknowledgement of the framework.
    pub(super) fn acknowledge(&mut self, framework_id: &str, task: &str, uuid: &bytes::Bytes) {
        if self.state != super::AgentState::Running {
            return;
        }
        let (acknowledged, next) =
            self.updates.acknowledge(framework_id, task, uuid, self.now, &mut self.timers);
        if let Some(status) = next {
            self.forward(framework_id, status);
        }
        if acknowledged == super::updates::Acknowledged::Completed {
            self.complete_task(framework_id, task);
        }
    }

    pub(super) fn deliver(&mut self, framework_id: &str, status: TaskStatus) {
        if let Some(status) = self.updates.add(framework_id, status, self.now, &mut self.timers) {
            self.forward(framework_id, status);
        }
    }

    pub(super) fn forward(&mut self, framework_id: &str, status: TaskStatus) {
        if self.state != super::AgentState::Running {
            return;
        }
        let framework = self.frameworks.get_mut(framework_id);
        let latest =
            framework.and_then(|framework| framework.executor_of(&status.task_id.value)?.sends(&status));
        self.send_to_master(FromAgent::Update {
            framework_id: super::framework_id(framework_id),
            latest_state: latest.unwrap_or(status.state()),
            status: Box::new(status),
        });
    }

    /// Shuts down the executor of a task that reported `TASK_STAGING`, which executors must not do.
    fn shutdown_executor_of(&mut self, framework_id: &str, task: &str) {
        let framework = self.frameworks.get_mut(framework_id);
        let executor = framework.and_then(|framework| framework.executor_of(task));
        if let Some(executor) = executor.map(|executor| executor.id().to_owned()) {
            self.shutdown_executor(framework_id, &executor);
        }
    }

    fn complete_task(&mut self, framework_id: &str, task: &str) {
        let Some(framework) = self.frameworks.get_mut(framework_id) else { return };
        let Some(executor) = framework.executor_of(task) else { return };
        let executor_id = executor.id().to_owned();
        if executor.complete(task) {
            framework.tasks.remove(task);
        }
        self.remove_executor_if_done(framework_id, &executor_id);
    }
}

/// Returns whether the task reaches a container: one that is queued, or that the agent dropped,
/// does not.
fn reaches_a_container(executor: &Executor, status: &TaskStatus) -> bool {
    let dropped = matches!(status.state(), TaskState::Dropped | TaskState::Lost)
        && status.source() == Some(Source::Agent)
        && executor.launched.contains_key(&status.task_id.value);
    executor.is_live() && !dropped && !executor.is_queued(&status.task_id.value)
}

fn add_container(status: &mut TaskStatus, executor: &Executor, ip: String) {
    let container = status.container_status.get_or_insert_with(Box::<ContainerStatus>::default);
    container.container_id.get_or_insert_with(|| Box::new(executor.container_id()));
    container.executor_pid = container.executor_pid.or(executor.pid);
    if container.network_infos.is_empty() {
        let address = IpAddress { ip_address: Some(ip), protocol: Some(Protocol::IPv4.into()) };
        container.network_infos.push(NetworkInfo { ip_addresses: vec![address], ..NetworkInfo::default() });
    }
}
