//! Subscribing executors, and the events that they receive.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::proto::v1::executor::call::Subscribe;
use mesos_sdk::proto::v1::executor::event::Subscribed;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{TaskInfo, TaskState};

use super::action::{Action, ConnectionId};
use super::executor::{ExecutorState, Queued};
use super::timers::Timer;
use super::{AgentState, Machine, event};

const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(30 * 60);

impl Machine {
    pub(super) fn subscribe(
        &mut self,
        connection: ConnectionId,
        framework_id: &str,
        executor_id: &str,
        subscribe: Subscribe,
    ) {
        if !self.connect(connection, framework_id, executor_id) {
            self.actions.push(Action::Send { connection, event: Box::new(event::shutdown()) });
            return self.actions.push(Action::Close(connection));
        }
        let before = self.actions.len();
        for update in subscribe.unacknowledged_updates {
            self.executor_update(framework_id, update.status);
        }
        self.drop_tasks_unknown_to(framework_id, executor_id, &subscribe.unacknowledged_tasks);
        // SUBSCRIBED precedes what the executor's updates have caused.
        let caused = self.actions.split_off(before);
        self.greet(framework_id, executor_id);
        self.actions.extend(caused);
        self.send_queued(framework_id, executor_id);
    }

    pub(super) fn stream_closed(&mut self, connection: ConnectionId) {
        let executors = self.frameworks.values_mut().flat_map(|framework| framework.executors.values_mut());
        for executor in executors.filter(|executor| executor.connection == Some(connection)) {
            executor.connection = None;
            self.timers.cancel(&Timer::Heartbeat(executor.container.clone()));
        }
    }

    pub(super) fn heartbeat(&mut self, container: &str) {
        let Some(executor) = self.executor_in(container) else { return };
        if let Some(connection) = executor.connection {
            self.actions.push(Action::Send { connection, event: Box::new(event::heartbeat()) });
            self.timers
                .set(Timer::Heartbeat(container.to_owned()), self.now.saturating_add(HEARTBEAT_INTERVAL));
        }
    }

    /// Passes on a message of the scheduler. It is dropped if the executor is not connected.
    pub(super) fn scheduler_message(&mut self, framework_id: &str, executor_id: &str, data: Bytes) {
        let up = self.state == AgentState::Running
            && self.frameworks.get(framework_id).is_some_and(|framework| !framework.terminating);
        let runs = self.executor(framework_id, executor_id).map(|known| known.state);
        let is_valid = up && runs == Some(ExecutorState::Running);
        self.counters.messages.count(is_valid);
        if is_valid {
            self.send(framework_id, executor_id, event::message(data));
        }
    }

    /// Gives the executor its stream, unless it has to end.
    fn connect(&mut self, connection: ConnectionId, framework_id: &str, executor_id: &str) -> bool {
        let ending = self.state == AgentState::Terminating
            || self.frameworks.get(framework_id).is_none_or(|framework| framework.terminating);
        let Some(executor) = self.executor(framework_id, executor_id) else { return false };
        if ending || matches!(executor.state, ExecutorState::Terminating | ExecutorState::Terminated) {
            return false;
        }
        executor.state = ExecutorState::Running;
        let (old, container) = (executor.connection.replace(connection), executor.container.clone());
        if let Some(old) = old {
            self.actions.push(Action::Close(old));
        }
        self.timers.cancel(&Timer::ExecutorRegistration(container.clone()));
        self.timers.set(Timer::Heartbeat(container), self.now.saturating_add(HEARTBEAT_INTERVAL));
        true
    }

    /// Drops tasks that were on their way to the executor when the agent or the connection broke
    /// down.
    fn drop_tasks_unknown_to(&mut self, framework_id: &str, executor_id: &str, known: &[TaskInfo]) {
        let Some(framework) = self.frameworks.get(framework_id) else { return };
        let Some(executor) = framework.executors.get(executor_id) else { return };
        let known: BTreeSet<&str> = known.iter().map(|task| task.task_id.value.as_str()).collect();
        let staging = executor.launched.iter().filter(|(_, task)| task.latest.state() == TaskState::Staging);
        let unknown: Vec<String> =
            staging.map(|(id, _)| id.clone()).filter(|id| !known.contains(id.as_str())).collect();
        let state = framework.dropped();
        for task in unknown {
            let message = "Task launched during agent restart";
            self.own_update(framework_id, Some(executor_id), &task, state, Reason::AgentRestarted, message);
        }
    }

    /// Sends SUBSCRIBED, or SHUTDOWN if there is nothing to do for the executor.
    fn greet(&mut self, framework_id: &str, executor_id: &str) {
        let Some(framework) = self.frameworks.get_mut(framework_id) else { return };
        let framework_info = framework.info.clone();
        let Some(executor) = framework.executors.get_mut(executor_id) else { return };
        if executor.state != ExecutorState::Running {
            return;
        }
        if !executor.was_sent_a_task() && executor.queued.is_empty() {
            return self.shutdown_executor(framework_id, executor_id);
        }
        let subscribed = Subscribed {
            executor_info: executor.info.clone(),
            framework_info,
            agent_info: self.info.clone(),
            container_id: Some(Box::new(executor.container_id())),
        };
        self.send(framework_id, executor_id, event::subscribed(subscribed));
    }

    /// Sends LAUNCH for all queued tasks, then `LAUNCH_GROUP` for all queued groups.
    pub(super) fn send_queued(&mut self, framework_id: &str, executor_id: &str) {
        self.relink(framework_id, executor_id);
        let Some(executor) = self.executor(framework_id, executor_id) else { return };
        let (tasks, groups): (Vec<_>, Vec<_>) = std::mem::take(&mut executor.queued)
            .into_iter()
            .partition(|queued| matches!(queued, Queued::Task(_)));
        for queued in tasks.into_iter().chain(groups) {
            self.send_launch(framework_id, executor_id, &queued);
        }
    }

    fn send_launch(&mut self, framework_id: &str, executor_id: &str, queued: &Queued) {
        self.send(framework_id, executor_id, event::launch(queued));
        let Some(executor) = self.executor(framework_id, executor_id) else { return };
        for task in queued.tasks() {
            executor.launch(task.clone());
        }
    }
}
