//! Agents that operators have taken out of service: deactivated, draining, or gone.

use std::time::Duration;

use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{AgentId, DrainConfig, DrainInfo, DrainState, OperationState, TaskState};

use super::agent::Agent;
use super::task::Made;
use super::{CallResponse, Framework, Master, event};
use crate::messages::ToAgent;

/// How many agents marked gone are remembered, so that they can't register again.
const MAX_GONE: usize = 102_400;

/// An agent whose resources are not offered.
#[derive(Debug, Default)]
pub(super) struct Deactivated {
    /// How the agent is drained, and since when.
    drain: Option<(DrainConfig, Duration)>,
    drained: bool,
}

impl Deactivated {
    pub(super) fn drain_info(&self) -> Option<DrainInfo> {
        let (config, _) = self.drain.as_ref()?;
        let state = if self.drained { DrainState::Drained } else { DrainState::Draining };
        Some(DrainInfo { state: state.into(), config: *config })
    }

    pub(super) fn draining_since(&self) -> Option<Duration> {
        self.drain.as_ref().map(|(_, since)| *since)
    }
}

impl Master {
    /// Returns whether an agent is connected and its resources are offered.
    pub(super) fn takes_part(&self, agent: &Agent) -> bool {
        agent.link.is_some() && !self.deactivated.contains_key(agent.id())
    }

    fn knows_agent(&self, id: &str) -> bool {
        self.agents.contains_key(id) || self.recovered.contains_key(id) || self.unreachable.contains_key(id)
    }

    /// Stops offering an agent.
    pub(super) fn deactivate_agent(&mut self, id: &str) -> Result<(), String> {
        if !self.knows_agent(id) {
            return Err("Unknown agent".to_owned());
        }
        self.deactivated.entry(id.to_owned()).or_default();
        for offer in self.offers_on(id) {
            self.rescind(&offer);
        }
        Ok(())
    }

    /// Resumes offering an agent.
    pub(super) fn reactivate_agent(&mut self, id: &str) -> Result<(), String> {
        let deactivated = self.deactivated.get(id).ok_or("Agent is not deactivated")?;
        if deactivated.drain.is_some() && !deactivated.drained {
            return Err("Agent is still in the DRAINING state".to_owned());
        }
        self.deactivated.remove(id);
        self.allocate_now = true;
        Ok(())
    }

    /// Stops offering an agent, and has its tasks killed.
    pub(super) fn drain_agent(&mut self, id: &str, config: DrainConfig) -> Result<(), String> {
        let unavailable =
            self.agents.get(id).is_some_and(|agent| self.unavailability_of(agent.id()).is_some());
        if unavailable {
            return Err(format!("Agent {id} is part of a maintenance schedule"));
        }
        self.deactivate_agent(id)?;
        self.send_to_agent(id, ToAgent::Drain { config });
        let drain = Some((config, self.now));
        self.deactivated.insert(id.to_owned(), Deactivated { drain, drained: false });
        Ok(())
    }

    /// Resumes the drain of an agent that has returned.
    pub(super) fn drain_again(&mut self, id: &str) {
        let deactivated = self.deactivated.get(id).filter(|it| !it.drained);
        let config = deactivated.and_then(|it| it.drain.as_ref()).map(|(config, _)| *config);
        if let Some(config) = config {
            self.send_to_agent(id, ToAgent::Drain { config });
        }
    }

    /// Finishes the drain of agents on which nothing is left.
    pub(super) fn finish_drains(&mut self) {
        let draining = self.deactivated.iter().filter(|(_, it)| it.drain.is_some() && !it.drained);
        let empty: Vec<_> = draining.map(|(id, _)| id.clone()).filter(|id| self.is_empty(id)).collect();
        for id in empty {
            let Some(deactivated) = self.deactivated.get_mut(&id) else { continue };
            deactivated.drained = true;
            if deactivated.drain.as_ref().is_some_and(|(config, _)| config.mark_gone()) {
                self.mark_agent_gone(&id);
            }
        }
    }

    fn is_empty(&self, agent: &str) -> bool {
        self.agents.get(agent).is_some_and(|agent| agent.operations.is_empty())
            && self.frameworks.keys().all(|it| self.tasks_on(it, agent).is_empty())
    }

    /// Marks an agent gone: it never returns, and its tasks are gone.
    pub(super) fn mark_agent_gone(&mut self, id: &str) -> CallResponse {
        if self.gone.contains(id) {
            return CallResponse::Ok;
        }
        if !self.knows_agent(id) {
            return CallResponse::NotFound(format!("Agent '{id}' not found"));
        }
        self.remove_agent(
            id,
            (TaskState::GoneByOperator, Reason::AgentRemovedByOperator),
            "Agent has been marked gone",
        );
        if self.gone.len() >= MAX_GONE {
            self.gone.pop_first();
        }
        self.gone.insert(id.to_owned());
        CallResponse::Ok
    }

    /// Removes an agent for an operator. Frameworks that are not partition-aware receive
    /// `TASK_LOST` for its tasks.
    pub(super) fn remove_agent(&mut self, id: &str, (state, reason): (TaskState, Reason), message: &str) {
        self.send_to_agent(id, ToAgent::Shutdown);
        for offer in self.offers_on(id) {
            self.rescind(&offer);
        }
        self.rescind_inverse(|offer| offer.agent_id.as_ref().is_some_and(|agent| agent.value == id));
        let frameworks: Vec<_> = self.frameworks.keys().cloned().collect();
        for framework in frameworks {
            let is_aware = self.frameworks.get(&framework).is_some_and(Framework::is_partition_aware);
            let state = if is_aware { state } else { TaskState::Lost };
            let made = Made { state, reason, message, timestamp: self.timestamp() };
            self.end_tasks_on(&framework, id, made);
            self.send(&framework, event::failure(AgentId::from(id), None));
            if let Some(framework) = self.frameworks.get_mut(&framework) {
                framework.filters.forget_agent(id);
                framework.forget_inverse(id);
            }
        }
        self.recovered.remove(id);
        self.unreachable.remove(id);
        self.deactivated.remove(id);
        self.count_operations_on(id, OperationState::GoneByOperator);
        self.agents.remove(id);
    }

    fn end_tasks_on(&mut self, framework: &str, agent: &str, made: Made<'_>) {
        for task in self.tasks_on(framework, agent) {
            let Some(status) = self.task(framework, &task).map(|task| task.status(made)) else { continue };
            self.update_task(framework, &task, made.state, &status);
            self.remove_task(framework, &task);
            self.send(framework, event::update(status));
        }
    }
}
