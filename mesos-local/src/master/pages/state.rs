//! `/state`: everything, which most tools read.

use serde_json::{Value, json};

use super::super::{Master, event};
use crate::pages::{Query, add_build, extend, flags, message, without_nulls};

impl Master {
    /// Returns the state as JSON, with the keys of Mesos.
    pub(crate) fn state(&self) -> Value {
        let (info, pid) = (&self.info, self.info.pid());
        let connected = self.agents.values().filter(|agent| agent.link.is_some()).count();
        let domain = info.domain.as_ref().map(message);
        let leader = without_nulls(json!({
            "id": info.id, "pid": pid, "port": info.port, "hostname": info.hostname(), "domain": domain,
        }));
        let mut state = without_nulls(json!({
            "id": info.id,
            "pid": pid,
            "hostname": info.hostname(),
            "capabilities": event::CAPABILITIES.map(|(name, _)| name),
            "start_time": self.started.as_secs_f64(),
            "elected_time": self.started.as_secs_f64(),
            "leader": pid,
            "leader_info": leader,
            "domain": domain,
            "activated_slaves": connected,
            "deactivated_slaves": self.agents.len() - connected,
            "unreachable_slaves": self.unreachable.len(),
            "flags": flags(self.get_flags().flags),
            "slaves": self.agent_states(|agent, offered| self.agent_state(agent, offered)),
            "recovered_slaves": self.recovered_states(),
            "orphan_tasks": [],
        }));
        add_build(&mut state);
        extend(&mut state, self.frameworks_page(&Query::default()));
        state
    }
}
