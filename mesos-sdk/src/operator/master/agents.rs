//! Draining, deactivating and removing agents.

use std::time::Duration;

use super::MasterOperator;
use crate::operator::calls::{calls, seconds};
use crate::proto::v1::AgentId;

calls! { MasterOperator of master;
    /// Drains an agent: it is no longer offered, and its tasks are killed, within
    /// `max_grace_period` if that is shorter than the grace period of their kill policies. With
    /// `mark_gone` the agent is marked gone afterwards. Fails with `Rejected` if the agent is not
    /// known or its machine has planned maintenance.
    Change drain_agent(agent_id: AgentId, max_grace_period: Option<Duration>, mark_gone: bool) = DrainAgent {
        drain_agent: DrainAgent {
            agent_id,
            max_grace_period: max_grace_period.map(seconds),
            mark_gone: Some(mark_gone)
        }
    };

    /// Stops offering an agent; its tasks go on. Fails with `Rejected` if the agent is not known.
    Change deactivate_agent(agent_id: AgentId) = DeactivateAgent {
        deactivate_agent: DeactivateAgent { agent_id }
    };

    /// Offers an agent again after [`deactivate_agent`](Self::deactivate_agent), or after a
    /// [`drain_agent`](Self::drain_agent) that has finished. Fails with `Rejected` if the agent is
    /// not deactivated, or is still draining.
    Change reactivate_agent(agent_id: AgentId) = ReactivateAgent {
        reactivate_agent: ReactivateAgent { agent_id }
    };

    /// Declares that an agent will never come back. Its tasks become `TASK_GONE_BY_OPERATOR`, and
    /// the agent is shut down if it does come back. Fails with `NotFound` if the agent is not
    /// known.
    Change mark_agent_gone(agent_id: AgentId) = MarkAgentGone { mark_agent_gone: MarkAgentGone { agent_id } };
}
