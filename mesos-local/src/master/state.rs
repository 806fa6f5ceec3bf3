//! `/master/state`: what tools read.

use mesos_sdk::proto::v1::{Attribute, Offer};
use mesos_sdk::resources::{Ranges, Resources, Scalar};
use serde_json::{Map, Value, json};

use super::Master;
use super::agent::Agent;
use super::framework::{Framework, role};
use super::task::Task;

impl Master {
    /// The state as JSON, with the keys of Mesos.
    pub(crate) fn state(&self) -> Value {
        let (pid, offered) = (self.info.pid(), self.offered());
        let (connected, away): (Vec<_>, Vec<_>) =
            self.agents.values().partition(|agent| agent.link.is_some());
        json!({
            "version": self.info.version(),
            "id": self.info.id,
            "pid": pid,
            "hostname": self.info.hostname(),
            "start_time": self.started.as_secs_f64(),
            "elected_time": self.started.as_secs_f64(),
            "leader": pid,
            "leader_info": {
                "id": self.info.id, "pid": pid, "port": self.info.port, "hostname": self.info.hostname(),
            },
            "activated_slaves": connected.len(),
            "deactivated_slaves": away.len(),
            "unreachable_slaves": self.unreachable.len(),
            "slaves": self.agents.values().map(|agent| self.agent_state(agent, offered.get(agent.id()))).collect::<Vec<_>>(),
            "recovered_slaves": self.recovered.keys().map(|id| json!({"id": id})).collect::<Vec<_>>(),
            "frameworks": self.frameworks.values().map(|one| self.framework_state(one)).collect::<Vec<_>>(),
            "completed_frameworks":
                self.completed.iter().map(|one| self.framework_state(one)).collect::<Vec<_>>(),
            "orphan_tasks": [],
            "unregistered_frameworks": [],
        })
    }

    fn agent_state(&self, agent: &Agent, offered: Option<&Resources>) -> Value {
        let offered = offered.cloned().unwrap_or_default();
        let held: Resources = agent.held.values().sum();
        without_nulls(json!({
            "id": agent.id(),
            "hostname": agent.info.hostname,
            "port": agent.info.port(),
            "pid": agent.pid(),
            "attributes": attributes(&agent.info.attributes),
            "registered_time": agent.registered.as_secs_f64(),
            "reregistered_time": agent.reregistered.map(|time| time.as_secs_f64()),
            "resources": quantities(&agent.total),
            "used_resources": quantities(&(held - &offered)),
            "offered_resources": quantities(&offered),
            "reserved_resources": {},
            "unreserved_resources": quantities(&agent.total.unreserved()),
            "active": self.takes_part(agent),
            "deactivated": self.deactivated.contains_key(agent.id()),
            "version": self.info.version(),
        }))
    }

    fn framework_state(&self, framework: &Framework) -> Value {
        let info = &framework.info;
        let agents = self.agents.values();
        let held: Resources = agents.clone().filter_map(|agent| agent.held.get(framework.id())).sum();
        let offers = self.offers_of(framework.id());
        let offered: Resources = offers.iter().flat_map(|id| self.resources_of(id)).collect();
        let tasks = |tasks: &mut dyn Iterator<Item = &Task>| tasks.map(task_state).collect::<Vec<_>>();
        let mut state = json!({
            "id": framework.id(),
            "name": info.name,
            "user": info.user,
            "hostname": info.hostname(),
            "webui_url": info.webui_url(),
            "principal": info.principal,
            "failover_timeout": info.failover_timeout(),
            "checkpoint": info.checkpoint(),
            "capabilities": info.capabilities.iter().map(|one| one.r#type().as_str_name()).collect::<Vec<_>>(),
            "active": framework.is_connected(),
            "connected": framework.is_connected(),
            "recovered": matches!(framework.connection, super::framework::Connection::Recovered),
            "registered_time": framework.registered.as_secs_f64(),
            "reregistered_time": framework.reregistered.map(|time| time.as_secs_f64()),
            "unregistered_time": framework.unregistered.map_or(0.0, |time| time.as_secs_f64()),
            "resources": quantities(&held),
            "used_resources": quantities(&(held - &offered)),
            "offered_resources": quantities(&offered),
            "tasks": tasks(&mut framework.tasks.values()),
            "unreachable_tasks": tasks(&mut framework.unreachable_tasks.values()),
            "completed_tasks": tasks(&mut framework.completed_tasks.iter()),
            "offers": offers.iter().filter_map(|id| self.offers.get(id)).map(offer_state).collect::<Vec<_>>(),
            "executors": agents.flat_map(|agent| executor_states(agent, framework.id())).collect::<Vec<_>>(),
            "offer_constraints": framework.constraints.told(),
        });
        match info.roles.is_empty() {
            true => state["role"] = json!(role(info).unwrap_or("*")),
            false => state["roles"] = json!(info.roles),
        }
        without_nulls(state)
    }

    pub(super) fn resources_of(&self, offer: &str) -> Vec<mesos_sdk::proto::v1::Resource> {
        self.offers.get(offer).map(|offer| offer.resources.clone()).unwrap_or_default()
    }
}

fn task_state(task: &Task) -> Value {
    let statuses = task.statuses.iter().map(|status| {
        json!({"state": status.state().as_str_name(), "timestamp": status.timestamp(), "healthy": status.healthy})
    });
    json!({
        "id": task.id(),
        "name": task.info.name,
        "framework_id": task.framework_id.value,
        "executor_id": task.executor_id.as_ref().map_or("", |executor| &executor.value),
        "slave_id": task.agent_id().value,
        "state": task.state.as_str_name(),
        "role": task.info.resources.first().and_then(|first| first.allocation_info.as_ref()?.role.as_deref()),
        "resources": quantities(&Resources::from(&task.info.resources[..])),
        "statuses": statuses.collect::<Vec<_>>(),
        "labels": task.info.labels.as_ref().map(|labels| &labels.labels),
    })
}

fn executor_states(agent: &Agent, framework: &str) -> Vec<Value> {
    let executors = agent.executors.iter().filter(|((of, _), _)| of == framework);
    executors
        .map(|((_, id), info)| {
            json!({
                "executor_id": id,
                "name": info.name(),
                "framework_id": framework,
                "slave_id": agent.id(),
                "type": info.r#type().as_str_name(),
                "resources": quantities(&Resources::from(&info.resources[..])),
            })
        })
        .collect()
}

fn offer_state(offer: &Offer) -> Value {
    json!({
        "id": offer.id.value,
        "framework_id": offer.framework_id.value,
        "slave_id": offer.agent_id.value,
        "resources": quantities(&Resources::from(&offer.resources[..])),
        "allocation_info": offer.allocation_info,
    })
}

/// What is not there is left out.
fn without_nulls(mut object: Value) -> Value {
    if let Some(entries) = object.as_object_mut() {
        entries.retain(|_, value| !value.is_null());
    }
    object
}

fn attributes(attributes: &[Attribute]) -> Value {
    let entries = attributes.iter().map(|attribute| {
        let value = match (&attribute.scalar, &attribute.text, &attribute.ranges) {
            (Some(scalar), ..) => json!(scalar.value),
            (_, Some(text), _) => json!(text.value),
            (.., Some(ranges)) => json!(Ranges::from(ranges.clone()).to_string()),
            _ => json!(attribute.set.as_ref().map(|set| format!("{{{}}}", set.item.join(", ")))),
        };
        (attribute.name.clone(), value)
    });
    Value::Object(entries.collect())
}

/// Resources summed up by name: numbers, and text for the rest. The four usual ones are always there.
fn quantities(resources: &Resources) -> Value {
    let mut sums: Map<String, Value> =
        ["disk", "mem", "gpus", "cpus"].map(|name| (name.to_owned(), json!(0.0))).into_iter().collect();
    for name in resources.names() {
        let value = match (resources.scalar(name), resources.ranges(name), resources.set(name)) {
            (Some(scalar), ..) => json!(Scalar::as_f64(scalar)),
            (_, Some(ranges), _) => json!(ranges.to_string()),
            (.., Some(items)) => json!(format!("{{{}}}", items.join(", "))),
            _ => continue,
        };
        sums.insert(name.to_owned(), value);
    }
    Value::Object(sums)
}
