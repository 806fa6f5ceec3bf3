//! What happens with time.

use std::time::Duration;

use super::framework::{Connection, Framework};
use super::limits::HEARTBEAT_INTERVAL;
use super::{Master, event};

impl Master {
    /// Returns when [`super::Input::Tick`] is due next, if ever.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let is_someone_connected = self.frameworks.values().any(Framework::is_connected);
        let allocation = is_someone_connected.then_some(self.next_allocation);
        let frameworks = self.frameworks.values().filter_map(|framework| match framework.connection {
            Connection::Connected { next_heartbeat, .. } => Some(next_heartbeat),
            Connection::Disconnected { remove_at } => Some(remove_at),
            Connection::Recovered | Connection::Removed => None,
        });
        let agents = self.agents.values().filter_map(|agent| agent.unreachable_at);
        let recovered = self.recovered.values().copied();
        let operators = self.next_operator_heartbeat();
        frameworks.chain(agents).chain(recovered).chain(allocation).chain(operators).min()
    }

    /// Does what is due.
    pub(super) fn expire(&mut self) {
        let now = self.now;
        let ids: Vec<_> = self.frameworks.keys().cloned().collect();
        for id in ids {
            self.expire_framework(&id);
        }
        self.send_operator_heartbeats();
        let is_due = |agent: &super::Agent| agent.unreachable_at.is_some_and(|at| at <= now);
        let agents: Vec<_> =
            self.agents.values().filter(|agent| is_due(agent)).map(super::Agent::agent_id).collect();
        for agent in agents {
            self.mark_unreachable(&agent.value);
        }
        let recovered = self.recovered.iter().filter(|(_, until)| **until <= now);
        let recovered: Vec<_> = recovered.map(|(id, _)| id.clone()).collect();
        for agent in recovered {
            self.recovered.remove(&agent);
            self.counters.count("recovery_slave_removals");
            self.remember_unreachable(&agent, None);
        }
    }

    fn expire_framework(&mut self, id: &str) {
        let now = self.now;
        let Some(framework) = self.frameworks.get_mut(id) else { return };
        framework.filters.expire(now);
        match &mut framework.connection {
            Connection::Connected { next_heartbeat, .. } if *next_heartbeat <= now => {
                *next_heartbeat = now.saturating_add(HEARTBEAT_INTERVAL);
                self.send_heartbeat(id);
            }
            Connection::Disconnected { remove_at } if *remove_at <= now => self.remove_framework(id),
            _ => {}
        }
    }

    pub(super) fn send_heartbeat(&mut self, id: &str) {
        if self.heartbeats {
            self.send(id, event::heartbeat());
        }
    }
}
