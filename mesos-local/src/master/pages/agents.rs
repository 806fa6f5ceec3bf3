//! `/slaves`: the agents, with their resources one by one.

use mesos_sdk::proto::v1::AgentInfo;
use mesos_sdk::resources::Resources;
use serde_json::{Value, json};

use super::super::Master;
use super::super::agent::Agent;
use super::super::deactivated::Deactivated;
use crate::pages::{
    Query, agent_capabilities, attributes, extend, full, full_by_role, message, sums, sums_by_role,
    without_nulls,
};

impl Master {
    pub(super) fn agents_page(&self, query: &Query) -> Value {
        let wanted = |id: &str| query.selects("slave_id", id);
        let agents = self.agent_states(|agent, offered| match wanted(agent.id()) {
            true => self.full_agent_state(agent, offered),
            false => Value::Null,
        });
        let mut recovered = self.recovered_states();
        recovered.retain(|agent| agent["id"].as_str().is_some_and(wanted));
        json!({
            "slaves": agents.into_iter().filter(|agent| !agent.is_null()).collect::<Vec<_>>(),
            "recovered_slaves": recovered,
        })
    }

    /// Returns all agents, each shown with what is on offer of it.
    pub(super) fn agent_states(&self, show: impl Fn(&Agent, &Resources) -> Value) -> Vec<Value> {
        let offered = self.offered();
        let nothing = Resources::default();
        self.agents.values().map(|agent| show(agent, offered.get(agent.id()).unwrap_or(&nothing))).collect()
    }

    /// Agents that the last master knew. This one has nothing but their ids.
    pub(super) fn recovered_states(&self) -> Vec<Value> {
        self.recovered.keys().map(|id| json!({"id": id, "attributes": {}})).collect()
    }

    pub(super) fn agent_state(&self, agent: &Agent, offered: &Resources) -> Value {
        let deactivated = self.deactivated.get(agent.id());
        let mut state = info(&agent.info);
        extend(
            &mut state,
            without_nulls(json!({
                "pid": agent.pid(),
                "registered_time": agent.registered.as_secs_f64(),
                "reregistered_time": agent.reregistered.map(|time| time.as_secs_f64()),
                "resources": sums(&agent.total),
                "used_resources": sums(&used(agent, offered)),
                "offered_resources": sums(offered),
                "reserved_resources": sums_by_role(&agent.total),
                "unreserved_resources": sums(&agent.total.unreserved()),
                "active": self.takes_part(agent),
                "deactivated": deactivated.is_some(),
                "version": self.info.version(),
                "capabilities": agent_capabilities(),
                "drain_info": deactivated.and_then(Deactivated::drain_info).as_ref().map(message),
                "estimated_drain_start_time_seconds":
                    deactivated.and_then(Deactivated::draining_since).map(|time| time.as_secs_f64()),
            })),
        );
        state
    }

    fn full_agent_state(&self, agent: &Agent, offered: &Resources) -> Value {
        let mut state = self.agent_state(agent, offered);
        extend(
            &mut state,
            json!({
                "reserved_resources_full": full_by_role(&agent.total),
                "unreserved_resources_full": full(&agent.total.unreserved()),
                "used_resources_full": full(&used(agent, offered)),
                "offered_resources_full": full(offered),
            }),
        );
        state
    }
}

/// Returns what tasks and executors hold.
fn used(agent: &Agent, offered: &Resources) -> Resources {
    agent.held.values().sum::<Resources>() - offered
}

fn info(info: &AgentInfo) -> Value {
    without_nulls(json!({
        "id": info.id.as_ref().map(|id| &id.value),
        "domain": info.domain.as_ref().map(message),
        "hostname": info.hostname,
        "port": info.port(),
        "attributes": attributes(&info.attributes),
    }))
}
