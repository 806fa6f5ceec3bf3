//! `/metrics/snapshot`, and the same for `GET_METRICS`: those metrics of a real master that mean
//! something here.

use mesos_sdk::proto::v1::master::response::GetMetrics;
use mesos_sdk::proto::v1::{Metric, TaskState};
use mesos_sdk::resources::Resources;

use super::super::Master;
use crate::pages::resource_metrics;

/// States that a task is in until it ends.
const PASSING: [(&str, TaskState); 5] = [
    ("staging", TaskState::Staging),
    ("starting", TaskState::Starting),
    ("running", TaskState::Running),
    ("killing", TaskState::Killing),
    ("unreachable", TaskState::Unreachable),
];

/// States that a task ends in.
const LAST: [(&str, TaskState); 8] = [
    ("finished", TaskState::Finished),
    ("failed", TaskState::Failed),
    ("killed", TaskState::Killed),
    ("lost", TaskState::Lost),
    ("error", TaskState::Error),
    ("dropped", TaskState::Dropped),
    ("gone", TaskState::Gone),
    ("gone_by_operator", TaskState::GoneByOperator),
];

impl Master {
    pub(in super::super) fn get_metrics(&self) -> GetMetrics {
        let held = || self.agents.values().flat_map(|agent| agent.held.values());
        let offered = self.offered().values().sum::<Resources>();
        let total: Resources = self.agents.values().map(|agent| &agent.total).sum();
        let used = held().sum::<Resources>() - offered;
        let uptime = self.now.saturating_sub(self.started).as_secs_f64();
        let mut metrics: Vec<_> =
            self.counted().into_iter().map(|(name, value)| count(name, value)).collect();
        metrics.extend(self.task_metrics());
        metrics.extend(resource_metrics("master", &total, &used));
        metrics.push(Metric { name: "master/uptime_secs".to_owned(), value: Some(uptime) });
        GetMetrics { metrics }
    }

    fn counted(&self) -> [(&'static str, u64); 17] {
        let agents = |wanted: &dyn Fn(&super::super::agent::Agent) -> bool| {
            self.agents.values().filter(|agent| wanted(agent)).count() as u64
        };
        let frameworks = self.frameworks.len() as u64;
        let connected = self.frameworks.values().filter(|framework| framework.is_connected()).count() as u64;
        let active = agents(&|agent| self.takes_part(agent));
        let linked = agents(&|agent| agent.link.is_some());
        [
            ("elected", 1),
            ("frameworks_active", connected),
            ("frameworks_inactive", frameworks - connected),
            ("frameworks_connected", connected),
            ("frameworks_disconnected", frameworks - connected),
            ("operator_event_stream_subscribers", self.subscribers.len() as u64),
            ("outstanding_offers", self.offers.len() as u64),
            ("slave_registrations", self.counters.agent_registrations),
            ("slave_reregistrations", self.counters.agent_reregistrations),
            ("slave_removals", self.counters.agent_removals),
            ("slaves_active", active),
            ("slaves_inactive", self.agents.len() as u64 - active),
            ("slaves_connected", linked),
            ("slaves_disconnected", self.agents.len() as u64 - linked),
            ("slaves_unreachable", self.unreachable.len() as u64),
            ("recovery_slave_removals", 0),
            ("dropped_messages", 0),
        ]
    }

    fn task_metrics(&self) -> impl Iterator<Item = Metric> {
        let mut passing = [0; PASSING.len()];
        for framework in self.frameworks.values() {
            for task in framework.tasks.values().chain(framework.unreachable_tasks.values()) {
                let counted = passing.iter_mut().zip(PASSING).find(|(_, (_, state))| *state == task.state);
                if let Some((number, _)) = counted {
                    *number += 1;
                }
            }
        }
        let passing = PASSING.into_iter().zip(passing).map(|((name, _), number)| (name, number));
        let last = LAST.into_iter().map(|(name, state)| (name, self.counters.ended_tasks.of(state)));
        passing.chain(last).map(|(name, number)| count(&format!("tasks_{name}"), number))
    }
}

#[expect(clippy::cast_precision_loss, reason = "nothing here is counted that far")]
fn count(name: &str, number: u64) -> Metric {
    Metric { name: format!("master/{name}"), value: Some(number as f64) }
}
