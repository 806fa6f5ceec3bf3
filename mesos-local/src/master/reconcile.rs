//! `RECONCILE` and `RECONCILE_OPERATIONS`.

use mesos_sdk::proto::v1::scheduler::call::reconcile;
use mesos_sdk::proto::v1::scheduler::call::reconcile_operations::Operation;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{OperationState, OperationStatus, TaskState, TaskStatus};

use super::framework::Framework;
use super::task::{Made, Task};
use super::{Master, event};

impl Master {
    /// Without tasks: the state of all that are known. With tasks: one response for each, except
    /// for those that an agent may have that has not come back after the master's failover.
    pub(super) fn reconcile(&mut self, id: &str, tasks: &[reconcile::Task]) {
        let Some(framework) = self.frameworks.get(id) else { return };
        let statuses: Vec<_> = match tasks {
            [] => framework.tasks.values().map(|task| self.latest(task)).collect(),
            tasks => tasks.iter().filter_map(|task| self.explicit(framework, task)).collect(),
        };
        for status in statuses {
            self.send(id, event::update(status));
        }
    }

    fn latest(&self, task: &Task) -> TaskStatus {
        task.status(self.reconciled(task.known_state(), "Reconciliation: Latest task state"))
    }

    fn reconciled<'a>(&self, state: TaskState, message: &'a str) -> Made<'a> {
        Made { state, reason: Reason::Reconciliation, message, timestamp: self.timestamp() }
    }

    fn explicit(&self, framework: &Framework, asked: &reconcile::Task) -> Option<TaskStatus> {
        if let Some(task) = framework.tasks.get(&asked.task_id.value) {
            return Some(self.latest(task));
        }
        let agent = asked.agent_id.as_ref().map(|agent| agent.value.as_str());
        let is_recovering = agent.map_or(!self.recovered.is_empty(), |id| self.recovered.contains_key(id));
        if is_recovering {
            return None;
        }
        let unreachable = agent.and_then(|agent| self.unreachable.get(agent));
        let (state, message) = if agent.is_some_and(|agent| self.agents.contains_key(agent)) {
            (TaskState::Gone, "Reconciliation: Task is unknown to the agent")
        } else if unreachable.is_some() {
            (TaskState::Unreachable, "Reconciliation: Task is unreachable")
        } else {
            (TaskState::Unknown, "Reconciliation: Task is unknown")
        };
        let state = if framework.is_partition_aware() { state } else { TaskState::Lost };
        let status = self.reconciled(state, message).status(&asked.task_id, asked.agent_id.as_ref());
        let unreachable_time = unreachable.map(|agent| agent.since.into());
        Some(TaskStatus { unreachable_time, ..status })
    }

    /// Reports the states of all known operations, or one for each of `operations`.
    pub(super) fn reconcile_operations(&mut self, id: &str, operations: Vec<Operation>) {
        let known = self.operations_of(id);
        let statuses: Vec<_> = match operations.is_empty() {
            true => known,
            false => operations.into_iter().map(|asked| self.explicit_operation(&known, asked)).collect(),
        };
        for status in statuses {
            self.send(id, event::operation_update(status));
        }
    }

    fn explicit_operation(&self, known: &[OperationStatus], asked: Operation) -> OperationStatus {
        let found = known.iter().find(|status| status.operation_id.as_ref() == Some(&asked.operation_id));
        found.cloned().unwrap_or_else(|| self.operation_status(asked))
    }

    fn operation_status(&self, asked: Operation) -> OperationStatus {
        let agent = asked.agent_id.as_ref().map(|agent| agent.value.as_str());
        let knows = |agents: &dyn Fn(&str) -> bool| agent.is_some_and(agents);
        let (state, message) = if knows(&|id| self.recovered.contains_key(id)) {
            let message = "Reconciliation: Agent is recovered but has not re-registered";
            (OperationState::Recovering, message)
        } else if knows(&|id| self.agents.contains_key(id)) {
            (OperationState::Unknown, "Reconciliation: Operation is unknown")
        } else if knows(&|id| self.unreachable.contains_key(id)) {
            (OperationState::Unreachable, "Reconciliation: Agent is unreachable")
        } else if agent.is_some() {
            (OperationState::Unknown, "Reconciliation: Both operation and agent are unknown")
        } else {
            let message = "Reconciliation: Operation is unknown and no 'agent_id' was provided";
            (OperationState::Unknown, message)
        };
        OperationStatus {
            operation_id: Some(asked.operation_id),
            state: state.into(),
            message: Some(message.to_owned()),
            agent_id: asked.agent_id,
            resource_provider_id: asked.resource_provider_id,
            ..OperationStatus::default()
        }
    }
}
