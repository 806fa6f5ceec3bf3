//! Responses to operators' questions about the cluster.

use mesos_sdk::proto::v1::master::response::{
    GetAgents, GetExecutors, GetFrameworks, GetOperations, GetRoles, GetState, GetTasks, get_agents,
    get_executors, get_frameworks,
};
use mesos_sdk::proto::v1::{AgentId, AgentInfo, Operation, Resource, Role, Uuid};
use mesos_sdk::resources::{self, ResourceQuantities, Resources};

use super::super::Master;
use super::super::agent::Agent;
use super::super::deactivated::Deactivated;
use super::super::framework::{Connection, Framework};
use super::super::quotas::scalar;
use super::super::task::Task;
use crate::describe;

impl Master {
    pub(super) fn get_state(&self) -> GetState {
        GetState {
            get_tasks: Some(Box::new(self.get_tasks())),
            get_executors: Some(Box::new(self.get_executors())),
            get_frameworks: Some(Box::new(self.get_frameworks())),
            get_agents: Some(Box::new(self.get_agents())),
        }
    }

    pub(super) fn get_agents(&self) -> GetAgents {
        let recovered = self
            .recovered
            .keys()
            .map(|id| AgentInfo { id: Some(AgentId::from(id.clone())), ..AgentInfo::default() });
        let mut offered = self.offered();
        let agents = self.agents.values();
        let agents =
            agents.map(|agent| self.describe_agent(agent, offered.remove(agent.id()).unwrap_or_default()));
        GetAgents { agents: agents.collect(), recovered_agents: recovered.collect() }
    }

    /// Describes an agent as operators see it.
    pub(super) fn describe_agent(&self, agent: &Agent, offered: Resources) -> get_agents::Agent {
        let held: Resources = agent.held.values().sum();
        let deactivated = self.deactivated.get(agent.id());
        get_agents::Agent {
            agent_info: agent.info.clone(),
            active: agent.link.is_some() && deactivated.is_none(),
            deactivated: Some(deactivated.is_some()),
            version: self.info.version().to_owned(),
            pid: Some(agent.pid()),
            registered_time: Some(agent.registered.into()),
            reregistered_time: agent.reregistered.map(Into::into),
            total_resources: in_both_forms(agent.total.clone()),
            allocated_resources: in_both_forms(held - &offered),
            offered_resources: in_both_forms(offered),
            capabilities: describe::agent_capabilities(),
            resource_providers: Vec::new(),
            drain_info: deactivated.and_then(Deactivated::drain_info).map(Box::new),
            estimated_drain_start_time: deactivated.and_then(Deactivated::draining_since).map(Into::into),
        }
    }

    pub(super) fn get_frameworks(&self) -> GetFrameworks {
        GetFrameworks {
            frameworks: self.frameworks.values().map(|one| self.describe_framework(one)).collect(),
            completed_frameworks: self.completed.iter().map(|one| self.describe_framework(one)).collect(),
            ..GetFrameworks::default()
        }
    }

    /// Describes a framework as operators see it.
    pub(super) fn describe_framework(&self, framework: &Framework) -> get_frameworks::Framework {
        let agents = self.agents.values();
        let held: Resources = agents.filter_map(|agent| agent.held.get(framework.id())).sum();
        let offers = self.offers_of(framework.id());
        let offered: Resources = offers.iter().flat_map(|id| self.resources_of(id)).collect();
        let inverse = self.inverse_offers.values();
        let inverse = inverse.filter(|offer| offer.framework_id.value == framework.id());
        get_frameworks::Framework {
            framework_info: framework.info.clone(),
            active: framework.is_connected(),
            connected: framework.is_connected(),
            recovered: matches!(framework.connection, Connection::Recovered),
            registered_time: Some(framework.registered.into()),
            reregistered_time: Some(framework.reregistered.unwrap_or(framework.registered).into()),
            unregistered_time: framework.unregistered.map(Into::into),
            offers: offers.iter().filter_map(|id| self.offers.get(id).cloned()).collect(),
            inverse_offers: inverse.cloned().collect(),
            allocated_resources: in_both_forms(held - &offered),
            offered_resources: in_both_forms(offered),
            offer_constraints: Some(framework.constraints.message().clone()),
        }
    }

    pub(super) fn get_executors(&self) -> GetExecutors {
        let executors = self.agents.values().flat_map(|agent| {
            let agent_id = agent.agent_id();
            agent.executors.iter().map(move |((framework, _), info)| {
                let mut executor_info = info.clone();
                executor_info.framework_id.get_or_insert_default().value.clone_from(framework);
                get_executors::Executor { executor_info, agent_id: agent_id.clone() }
            })
        });
        GetExecutors { executors: executors.collect(), ..GetExecutors::default() }
    }

    /// Returns the operations that were sent to agents, until their end is acknowledged.
    pub(super) fn get_operations(&self) -> GetOperations {
        let tracked = self.agents.values().flat_map(|agent| {
            agent.operations.iter().map(move |(uuid, tracked)| (agent.agent_id(), uuid, tracked))
        });
        let operations = tracked.filter_map(|(agent_id, uuid, tracked)| {
            let latest = tracked.status.clone().unwrap_or_else(|| tracked.latest(&agent_id));
            Some(Operation {
                framework_id: tracked.framework_id.clone(),
                info: tracked.operation.as_deref().cloned()?,
                statuses: tracked.status.iter().cloned().collect(),
                latest_status: latest,
                uuid: Uuid { value: uuid.clone() },
                agent_id: Some(agent_id),
            })
        });
        GetOperations { operations: operations.collect() }
    }

    pub(super) fn get_tasks(&self) -> GetTasks {
        let frameworks = || self.frameworks.values().chain(&self.completed);
        GetTasks {
            tasks: frameworks().flat_map(|one| one.tasks.values()).map(Task::describe).collect(),
            unreachable_tasks: frameworks()
                .flat_map(|one| one.unreachable_tasks.values())
                .map(Task::describe)
                .collect(),
            completed_tasks: frameworks().flat_map(|one| &one.completed_tasks).map(Task::describe).collect(),
            ..GetTasks::default()
        }
    }

    /// Returns the roles with frameworks, weights or quotas.
    pub(super) fn get_roles(&self) -> GetRoles {
        GetRoles { roles: self.known_roles().into_iter().map(|name| self.describe_role(name)).collect() }
    }

    fn describe_role(&self, name: String) -> Role {
        let members = self.frameworks.values().filter(|framework| framework.roles().contains(&name));
        let held: Resources = self.agents.values().flat_map(|agent| agent.held.values()).sum();
        Role {
            weight: self.roles.weight(&name),
            frameworks: members.map(Framework::framework_id).collect(),
            resources: amounts(&held.allocated_to_subtree(&name)),
            name,
        }
    }
}

/// Returns an agent's resources as operators see them: with reservations in the new form, and in
/// the old form where one exists.
fn in_both_forms(resources: Resources) -> Vec<Resource> {
    let both = |resource: Resource| {
        let mut old = resource.clone();
        match resources::downgrade(&mut old) {
            Ok(()) => Resource { reservations: resource.reservations, ..old },
            Err(_) => resource,
        }
    };
    resources.into_iter().map(both).collect()
}

/// Returns the total of each scalar, by name.
fn amounts(resources: &Resources) -> Vec<Resource> {
    let amounts = ResourceQuantities::from(&resources.scalars());
    amounts.iter().map(|(name, amount)| scalar(name, amount.into())).collect()
}
