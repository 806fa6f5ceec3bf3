//! What becomes of agents.

use std::time::Duration;

use super::MasterOperator;
use crate::operator::calls::{calls, seconds};
use crate::proto::v1::AgentId;

calls! { MasterOperator of master;
    /// Empties an agent: no more offers, and its tasks are killed, within `max_grace_period` if that is shorter than
    /// their kill policies say. With `mark_gone` the agent is declared gone afterwards. `Rejected` if the agent is not
    /// known or its machine has planned maintenance.
    Change drain_agent(agent_id: AgentId, max_grace_period: Option<Duration>, mark_gone: bool) = DrainAgent {
        drain_agent: DrainAgent {
            agent_id,
            max_grace_period: max_grace_period.map(seconds),
            mark_gone: Some(mark_gone)
        }
    };

    /// Stops offers of an agent; its tasks go on. `Rejected` if the agent is not known.
    Change deactivate_agent(agent_id: AgentId) = DeactivateAgent {
        deactivate_agent: DeactivateAgent { agent_id }
    };

    /// Offers an agent again after [`deactivate_agent`](Self::deactivate_agent), or after
    /// [`drain_agent`](Self::drain_agent) has emptied it. `Rejected` if it is not deactivated, or still drains.
    Change reactivate_agent(agent_id: AgentId) = ReactivateAgent {
        reactivate_agent: ReactivateAgent { agent_id }
    };

    /// Declares that an agent will never come back: its tasks become `TASK_GONE_BY_OPERATOR`, and should it turn up all
    /// the same, it is shut down. `NotFound` if the agent is not known.
    Change mark_agent_gone(agent_id: AgentId) = MarkAgentGone { mark_agent_gone: MarkAgentGone { agent_id } };
}
