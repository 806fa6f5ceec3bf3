//! Operations that the master has sent to agents.

use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::offer::operation::Type;
use mesos_sdk::proto::v1::{AgentId, FrameworkId, OperationId, OperationState, OperationStatus};

/// An operation that was sent to an agent, until its end is acknowledged.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    /// The framework that requested it; `None` if an operator did.
    pub(super) framework_id: Option<FrameworkId>,
    /// The id that the framework gave it. Without one, the master acknowledges it.
    pub(super) id: Option<OperationId>,
    /// The operation to send to the agent again if the agent was away.
    pub(super) operation: Option<Box<Operation>>,
    /// The agent's last report; `None` while the operation is pending.
    pub(super) status: Option<OperationStatus>,
}

impl Tracked {
    pub(super) fn is_of(&self, framework: &str) -> bool {
        self.framework_id.as_ref().is_some_and(|id| id.value == framework)
    }

    /// Returns its type and the state that it is about to change to, unless it is in that state
    /// already. The type of an operation that an agent has reported is not known.
    pub(super) fn change_to(&self, state: OperationState) -> Option<(Type, OperationState)> {
        let is_new = self.status.as_ref().is_none_or(|status| status.state() != state);
        self.operation.as_ref().filter(|_| is_new).map(|operation| (operation.r#type(), state))
    }

    /// Returns the latest status for reconciliation, which needs no acknowledgement.
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
