//! `/metrics/snapshot`, and the same for `GET_METRICS`: the metrics of a real master, except those
//! about its own queues, storage and speed.

mod allocator;
mod frameworks;
mod operations;

use mesos_sdk::proto::v1::master::response::GetMetrics;
use mesos_sdk::proto::v1::{Metric, TaskState};
use mesos_sdk::resources::Resources;

use super::super::Master;
use super::super::agent::Agent;
use crate::pages::{count, resource_metrics};

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

/// The highest number of an enum value that metrics are named after.
const MAX_TYPE: i32 = 63;

impl Master {
    pub(in super::super) fn get_metrics(&self) -> GetMetrics {
        let held = || self.agents.values().flat_map(|agent| agent.held.values());
        let offered = self.offered().values().sum::<Resources>();
        let total: Resources = self.agents.values().map(|agent| &agent.total).sum();
        let used = held().sum::<Resources>() - offered;
        let uptime = self.now.saturating_sub(self.started).as_secs_f64();
        let mut metrics = self.gauges();
        metrics.extend(self.counters.named().map(|(name, number)| of_master(name, number)));
        metrics.extend(self.task_metrics());
        metrics.extend(resource_metrics("master", &total, &used));
        metrics.push(Metric { name: "master/uptime_secs".to_owned(), value: Some(uptime) });
        metrics.extend(self.operation_metrics());
        metrics.extend(self.framework_metrics());
        metrics.extend(self.allocator_metrics());
        GetMetrics { metrics }
    }

    fn gauges(&self) -> Vec<Metric> {
        let agents = |wanted: &dyn Fn(&Agent) -> bool| {
            self.agents.values().filter(|agent| wanted(agent)).count() as u64
        };
        let frameworks = self.frameworks.len() as u64;
        let connected = self.frameworks.values().filter(|framework| framework.is_connected()).count() as u64;
        let active = agents(&|agent| self.takes_part(agent));
        let linked = agents(&|agent| agent.link.is_some());
        let gauges = [
            ("elected", 1),
            ("event_queue_dispatches", 0),
            ("event_queue_http_requests", 0),
            ("event_queue_messages", 0),
            ("frameworks_active", connected),
            ("frameworks_inactive", frameworks.saturating_sub(connected)),
            ("frameworks_connected", connected),
            ("frameworks_disconnected", frameworks.saturating_sub(connected)),
            ("operator_event_stream_subscribers", self.subscribers.len() as u64),
            ("outstanding_offers", self.offers.len() as u64),
            ("slaves_active", active),
            ("slaves_inactive", (self.agents.len() as u64).saturating_sub(active)),
            ("slaves_connected", linked),
            ("slaves_disconnected", (self.agents.len() as u64).saturating_sub(linked)),
            ("slaves_unreachable", self.unreachable.len() as u64),
        ];
        gauges.into_iter().map(|(name, number)| of_master(name, number)).collect()
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
        let last = LAST.into_iter().map(|(name, state)| (name, self.counters.ended_tasks.of(&state)));
        let all = passing.chain(last).map(|(name, number)| of_master(&format!("tasks_{name}"), number));
        all.chain(self.counters.task_reasons.iter().map(|(name, number)| of_master(name, number)))
    }
}

fn of_master(name: &str, number: u64) -> Metric {
    count(format!("master/{name}"), number)
}

/// Returns all values of an enum that metrics are named after, from `first` on.
fn types<T: TryFrom<i32>>(first: i32) -> impl Iterator<Item = T> {
    (first..=MAX_TYPE).filter_map(|number| T::try_from(number).ok())
}
