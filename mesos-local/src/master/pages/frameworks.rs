//! `/frameworks`: the registered frameworks, and the removed ones.

use std::time::Duration;

use mesos_sdk::proto::v1::{ExecutorInfo, Offer};
use mesos_sdk::resources::Resources;
use serde_json::{Value, json};

use super::super::Master;
use super::super::agent::Agent;
use super::super::framework::{Connection, Framework};
use super::super::task::Task;
use crate::pages::{
    Query, add_framework, command, extend, message, messages, role, sums, task, without_nulls,
};

impl Master {
    pub(super) fn frameworks_page(&self, query: &Query) -> Value {
        let wanted = |framework: &&Framework| query.selects("framework_id", framework.id());
        let states = |frameworks: &mut dyn Iterator<Item = &Framework>| {
            frameworks.filter(wanted).map(|framework| self.framework_state(framework)).collect::<Vec<_>>()
        };
        json!({
            "frameworks": states(&mut self.frameworks.values()),
            "completed_frameworks": states(&mut self.completed.iter()),
            "unregistered_frameworks": [],
        })
    }

    /// Returns the fields that every page shows for a framework.
    pub(super) fn framework_summary(&self, framework: &Framework) -> Value {
        let (info, offered) = (&framework.info, self.offered_to(framework));
        json!({
            "id": framework.id(),
            "name": info.name,
            "used_resources": sums(&(self.held_by(framework) - offered.clone())),
            "offered_resources": sums(&offered),
            "capabilities": info.capabilities.iter().map(|one| one.r#type().as_str_name()).collect::<Vec<_>>(),
            "hostname": info.hostname(),
            "webui_url": info.webui_url(),
            "active": framework.is_connected(),
            "connected": framework.is_connected(),
            "recovered": matches!(framework.connection, Connection::Recovered),
        })
    }

    fn framework_state(&self, framework: &Framework) -> Value {
        let tasks = |tasks: &mut dyn Iterator<Item = &Task>| {
            tasks.map(|one| task(&one.describe())).collect::<Vec<_>>()
        };
        let offers = self.offers_of(framework.id());
        let offers = offers.iter().filter_map(|id| self.offers.get(id));
        let executors = self.agents.values().flat_map(|agent| executors(agent, framework.id()));
        let mut state = self.framework_summary(framework);
        add_framework(&mut state, &framework.info);
        extend(
            &mut state,
            without_nulls(json!({
                "registered_time": framework.registered.as_secs_f64(),
                "reregistered_time": framework.reregistered.map(|time| time.as_secs_f64()),
                "unregistered_time": framework.unregistered.unwrap_or(Duration::ZERO).as_secs_f64(),
                "resources": sums(&self.held_by(framework)),
                "tasks": tasks(&mut framework.tasks.values()),
                "unreachable_tasks": tasks(&mut framework.unreachable_tasks.values()),
                "completed_tasks": tasks(&mut framework.completed_tasks.iter()),
                "offers": offers.map(offer).collect::<Vec<_>>(),
                "executors": executors.collect::<Vec<_>>(),
                "labels": framework.info.labels.as_ref().map(|labels| messages(&labels.labels)),
                "offer_constraints": framework.constraints.message(),
            })),
        );
        state
    }

    fn held_by(&self, framework: &Framework) -> Resources {
        self.agents.values().filter_map(|agent| agent.held.get(framework.id())).sum()
    }

    fn offered_to(&self, framework: &Framework) -> Resources {
        let offers = self.offers_of(framework.id());
        offers.iter().flat_map(|id| self.resources_of(id)).collect()
    }

    /// Returns the resources of an offer.
    pub(in super::super) fn resources_of(&self, offer: &str) -> Vec<mesos_sdk::proto::v1::Resource> {
        self.offers.get(offer).map(|offer| offer.resources.clone()).unwrap_or_default()
    }
}

fn executors<'a>(agent: &'a Agent, framework: &'a str) -> impl Iterator<Item = Value> + 'a {
    let executors = agent.executors.iter().filter(move |((of, _), _)| of == framework);
    executors.map(move |(_, info)| executor(info, framework, agent.id()))
}

fn executor(info: &ExecutorInfo, framework: &str, agent: &str) -> Value {
    without_nulls(json!({
        "executor_id": info.executor_id.value,
        "name": info.name(),
        "framework_id": framework,
        "command": command(&info.command.clone().unwrap_or_default()),
        "resources": sums(&info.resources[..].into()),
        "role": role(&info.resources),
        "labels": info.labels.as_ref().map(|labels| messages(&labels.labels)),
        "type": info.r#type.map(|_| info.r#type().as_str_name()),
        "slave_id": agent,
    }))
}

fn offer(offer: &Offer) -> Value {
    json!({
        "id": offer.id.value,
        "framework_id": offer.framework_id.value,
        "allocation_info": offer.allocation_info.as_ref().map(message),
        "slave_id": offer.agent_id.value,
        "resources": sums(&offer.resources[..].into()),
    })
}
