//! Agents that register, disconnect and return.

use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{AgentId, AgentInfo, OperationState, TaskState, TaskStatus};

use super::agent::{Agent, Unreachable};
use super::counters::MESSAGES_TO_FRAMEWORKS;
use super::limits::MAX_UNREACHABLE_AGENTS;
use super::task::Made;
use super::{Link, Master, event};
use crate::messages::{FromAgent, ToAgent};

impl Master {
    pub(super) fn receive(&mut self, link: Link, message: FromAgent) {
        self.count_message(&message);
        match message {
            FromAgent::Register { info } => self.register(link, *info),
            FromAgent::Reregister { info, resources, frameworks, executors, tasks, operations } => {
                self.reregister(link, (*info, resources), &frameworks, executors, tasks, operations);
            }
            other => {
                if let Some(agent) = self.agent_at(link) {
                    self.receive_from_registered(agent, other);
                } else {
                    tracing::warn!(?link, "message dropped: it comes from no registered agent");
                }
            }
        }
    }

    /// Counts a message. After it has registered, a real agent also sends its resources.
    fn count_message(&mut self, message: &FromAgent) {
        self.counters.count(match message {
            FromAgent::Register { .. } => "messages_register_slave",
            FromAgent::Reregister { .. } => "messages_reregister_slave",
            FromAgent::Update { .. } => "messages_status_update",
            FromAgent::Message { .. } => "messages_executor_to_framework",
            FromAgent::ExecutorExited { .. } => "messages_exited_executor",
            FromAgent::OperationUpdate { .. } => "messages_operation_status_update",
        });
        if matches!(message, FromAgent::Register { .. } | FromAgent::Reregister { .. }) {
            self.counters.count("messages_update_slave");
        }
    }

    fn receive_from_registered(&mut self, agent_id: AgentId, message: FromAgent) {
        match message {
            FromAgent::Update { framework_id, status, latest_state } => {
                self.status_update(&framework_id.value, &agent_id.value, &status, latest_state);
            }
            FromAgent::Message { framework_id, executor_id, data } => {
                let framework = self.frameworks.get(&framework_id.value);
                let is_connected = framework.is_some_and(super::Framework::is_connected);
                self.counters.count_valid(MESSAGES_TO_FRAMEWORKS, is_connected);
                self.send(&framework_id.value, event::message(agent_id, executor_id, data));
            }
            FromAgent::ExecutorExited { framework_id, executor_id, status } => {
                if self.remove_executor(&agent_id.value, &framework_id.value, &executor_id.value) {
                    self.send(&framework_id.value, event::failure(agent_id, Some((executor_id, status))));
                }
            }
            FromAgent::OperationUpdate { framework_id, uuid, status } => {
                self.operation_status_update(&agent_id.value, framework_id.as_ref(), uuid, *status);
            }
            FromAgent::Register { .. } | FromAgent::Reregister { .. } => {}
        }
    }

    fn agent_at(&self, link: Link) -> Option<AgentId> {
        self.agents.values().find(|agent| agent.link == Some(link)).map(Agent::agent_id)
    }

    /// Registers a new agent. An agent that repeats its registration gets the same id.
    fn register(&mut self, link: Link, mut info: AgentInfo) {
        if !self.knows_region(&info) {
            return;
        }
        let agent_id = self.agent_at(link).unwrap_or_else(|| {
            let id = self.ids.agent();
            info.id = Some(id.clone());
            let total = info.resources[..].into();
            self.agents.insert(id.value.clone(), Agent::new(info, total, link, self.now));
            self.allocate_now = true;
            self.counters.count("slave_registrations");
            self.publish_agent_added(&id.value);
            id
        });
        self.send_to_agent(&agent_id.value.clone(), ToAgent::Registered { agent_id });
    }

    /// Handles a broken connection: the agent's offers are void, and the tasks of frameworks that
    /// do not checkpoint are lost. The tasks of others wait for the agent.
    pub(super) fn agent_lost(&mut self, link: Link) {
        let Some(AgentId { value: id }) = self.agent_at(link) else { return };
        let unreachable_at = self.now.saturating_add(self.config.agent_timeout);
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.link = None;
            agent.unreachable_at.get_or_insert(unreachable_at);
        }
        for offer in self.offers_on(&id) {
            self.rescind(&offer);
        }
        self.rescind_inverse(|offer| offer.agent_id.as_ref().is_some_and(|agent| agent.value == id));
        let frameworks = self.frameworks.values().filter(|framework| !framework.info.checkpoint());
        let frameworks: Vec<_> = frameworks.map(|framework| framework.id().to_owned()).collect();
        for framework in frameworks {
            self.lose_tasks(&framework, &id);
        }
    }

    fn lose_tasks(&mut self, framework: &str, agent: &str) {
        let hostname = self.agents.get(agent).map_or("", |agent| &agent.info.hostname);
        let message = format!("Agent {hostname} disconnected");
        let made = Made {
            state: TaskState::Lost,
            reason: Reason::AgentDisconnected,
            message: &message,
            timestamp: self.timestamp(),
        };
        for task in self.tasks_on(framework, agent) {
            let Some(status) = self.task(framework, &task).map(|task| task.status(made)) else { continue };
            self.update_task(framework, &task, made.state, &status);
            self.remove_task(framework, &task);
            self.send(framework, event::update(status));
        }
        self.remove_executors(agent, framework);
    }

    /// Handles an agent that no longer responds to pings.
    pub(super) fn agent_silent(&mut self, link: Link) {
        let unreachable_at = self.now.saturating_add(self.config.agent_timeout);
        if let Some(agent) = self.agents.values_mut().find(|agent| agent.link == Some(link)) {
            agent.unreachable_at.get_or_insert(unreachable_at);
        }
    }

    pub(super) fn agent_responsive(&mut self, link: Link) {
        if let Some(agent) = self.agents.values_mut().find(|agent| agent.link == Some(link)) {
            agent.unreachable_at = None;
        }
    }

    /// Returns whether the agent at the other end is unreachable and has to register again.
    pub(crate) fn has_given_up(&self, link: Link) -> bool {
        self.unreachable.values().any(|agent| agent.link == Some(link))
    }

    /// Marks an agent unreachable that has been away for too long. Its tasks are unreachable, or
    /// lost to frameworks that do not know the difference. The agent may still return with them.
    pub(super) fn mark_unreachable(&mut self, id: &str) {
        for offer in self.offers_on(id) {
            self.rescind(&offer);
        }
        self.rescind_inverse(|offer| offer.agent_id.as_ref().is_some_and(|agent| agent.value == id));
        let frameworks: Vec<_> = self.frameworks.keys().cloned().collect();
        for framework in frameworks {
            self.make_unreachable(&framework, id);
        }
        self.count_operations_on(id, OperationState::Unreachable);
        let link = self.agents.remove(id).and_then(|agent| agent.link);
        self.remember_unreachable(id, link);
    }

    /// Counts the operations on an agent that is about to be removed.
    pub(super) fn count_operations_on(&mut self, agent: &str, state: OperationState) {
        let operations = self.agents.get(agent).into_iter().flat_map(|agent| agent.operations.values());
        for change in operations.filter_map(|tracked| tracked.change_to(state)) {
            self.counters.operations.count(change);
        }
    }

    fn make_unreachable(&mut self, framework: &str, agent: &str) {
        let is_aware = self.frameworks.get(framework).is_some_and(super::Framework::is_partition_aware);
        let made = Made {
            state: if is_aware { TaskState::Unreachable } else { TaskState::Lost },
            reason: Reason::AgentRemoved,
            message: "health check timed out",
            timestamp: self.timestamp(),
        };
        for task in self.tasks_on(framework, agent) {
            let Some(status) = self.task(framework, &task).map(|task| task.status(made)) else { continue };
            let status = TaskStatus { unreachable_time: Some(self.now.into()), ..status };
            self.update_task(framework, &task, made.state, &status);
            if let Some(framework) = self.frameworks.get_mut(framework) {
                let removed = framework.tasks.remove(&task);
                if let Some(task) = removed {
                    framework.add_unreachable(task);
                }
            }
            self.send(framework, event::update(status));
        }
    }

    /// Remembers an unreachable agent, which may be one of the last master's that has not returned
    /// in time.
    pub(super) fn remember_unreachable(&mut self, id: &str, link: Option<Link>) {
        for name in [
            "slave_removals",
            "slave_removals/reason_unhealthy",
            "slave_unreachable_completed",
            "slave_unreachable_scheduled",
        ] {
            self.counters.count(name);
        }
        if self.unreachable.len() >= MAX_UNREACHABLE_AGENTS {
            self.unreachable.pop_first();
        }
        self.unreachable.insert(id.to_owned(), Unreachable { since: self.now, link });
        let frameworks: Vec<_> = self.frameworks.keys().cloned().collect();
        for framework in &frameworks {
            self.send(framework, event::failure(AgentId::from(id), None));
        }
        for framework in self.frameworks.values_mut() {
            framework.filters.forget_agent(id);
            framework.forget_inverse(id);
        }
    }
}
