//! `/state`: everything that runs or ran.

use mesos_sdk::resources::Resources;
use serde_json::{Value, json};

use super::super::framework::Framework;
use super::super::{AgentState, Machine};
use crate::pages::{
    add_build, add_framework, agent_capabilities, attributes, flags, full, full_by_role, message, sums,
    sums_by_role, without_nulls,
};

impl Machine {
    pub(super) fn state_page(&self) -> Value {
        let total = &self.total;
        let allocated: Resources = self.all_executors().map(|(_, executor)| executor.resources()).sum();
        let frameworks = |frameworks: &mut dyn Iterator<Item = &Framework>| {
            frameworks.map(|framework| self.framework_state(framework)).collect::<Vec<_>>()
        };
        let mut state = without_nulls(json!({
            "id": self.info.id.as_ref().map_or("", |id| &id.value),
            "pid": format!("{}@{}:{}", self.flags.name, self.flags.ip, self.info.port()),
            "hostname": self.info.hostname,
            "start_time": self.started.as_secs_f64(),
            "capabilities": agent_capabilities(),
            "drain_config": self.draining.as_ref().map(message),
            "resources": sums(total),
            "reserved_resources": sums_by_role(total),
            "unreserved_resources": sums(&total.unreserved()),
            "reserved_resources_full": full_by_role(total),
            "unreserved_resources_full": full(&total.unreserved()),
            "reserved_resources_allocated": sums_by_role(&allocated),
            "unreserved_resources_allocated": sums(&allocated.unreserved()),
            "resource_providers": [],
            "attributes": attributes(&self.info.attributes),
            "domain": self.info.domain.as_ref().map(message),
            "master_hostname": (self.state == AgentState::Running).then_some("localhost"),
            "flags": flags(self.get_flags().flags),
            "frameworks": frameworks(&mut self.frameworks.values()),
            "completed_frameworks": frameworks(&mut self.completed.iter()),
        }));
        add_build(&mut state);
        state
    }

    fn framework_state(&self, framework: &Framework) -> Value {
        let id = framework.id();
        let mut state = json!({
            "id": id.value,
            "executors":
                framework.executors.values().map(|one| self.executor_state(&id, one)).collect::<Vec<_>>(),
            "completed_executors":
                framework.completed.iter().map(|one| self.executor_state(&id, one)).collect::<Vec<_>>(),
        });
        add_framework(&mut state, &framework.info);
        state
    }
}
