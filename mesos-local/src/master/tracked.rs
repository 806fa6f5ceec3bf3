//! Operations that agents were told of.

use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{AgentId, FrameworkId, OperationId, OperationState, OperationStatus};

/// An operation that an agent was told of, until its end is acknowledged.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    /// None for an operator's.
    pub(super) framework_id: Option<FrameworkId>,
    /// Those without one are acknowledged by the master.
    pub(super) id: Option<OperationId>,
    /// What to tell the agent again if it was away.
    pub(super) operation: Option<Box<Operation>>,
    /// What the agent reported last; `None` while the operation is pending.
    pub(super) status: Option<OperationStatus>,
}

impl Tracked {
    pub(super) fn is_of(&self, framework: &str) -> bool {
        self.framework_id.as_ref().is_some_and(|id| id.value == framework)
    }

    /// What is said about it when somebody asks: nothing to acknowledge.
    pub(super) fn latest(&self, agent: &AgentId) -> OperationStatus {
        let pending = || OperationStatus {
            operation_id: self.id.clone(),
            state: OperationState::Pending.into(),
            agent_id: Some(agent.clone()),
            ..OperationStatus::default()
        };
        OperationStatus { uuid: None, ..self.status.clone().unwrap_or_else(pending) }
    }
}
