//! The status of services and of their instances.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use crate::end::End;
use crate::rollout::RolloutState;

/// How many instances of a service there are, by their states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceStatus {
    /// The desired number of instances.
    pub desired: usize,
    /// How many run and, if their task has a health check, are healthy.
    pub running: usize,
    /// How many were launched, and do not run yet or are not healthy.
    pub starting: usize,
    /// How many wait for an agent, or for their back-off.
    pub waiting: usize,
    /// How many of those that run have the version of the task that was submitted last.
    pub updated: usize,
    /// What the rollout of that version does.
    pub rollout: RolloutState,
    /// How many are on agents that are unreachable.
    pub unreachable: usize,
    /// How many are being killed, because the service was scaled down or stopped, because they are
    /// started again, or because a task of their pod has ended.
    pub stopping: usize,
}

/// One instance of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Instance {
    /// Its number, from 0.
    pub index: usize,
    /// The version of the service's task that it runs, or waits to run, from 1.
    pub version: usize,
    /// What it does.
    pub state: InstanceState,
    /// The Mesos id of its task, or of the executor of its [`Pod`](crate::Pod); empty if it has
    /// none.
    pub task_id: String,
    /// The hostname of its agent; empty if it has none.
    pub host: String,
    /// The numbers of its [ports](crate::Task::port) on that host, by name; of a pod, those of all
    /// its tasks.
    pub ports: BTreeMap<String, u16>,
    /// How often it has ended without having run for a minute.
    pub failures: u32,
    /// How its last run ended.
    pub last_end: Option<End>,
}

/// What an instance does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstanceState {
    /// It waits for an agent: see [`ServiceHandle::refusals`](crate::ServiceHandle::refusals).
    Waiting,
    /// It has ended, and waits until this time.
    BackingOff(SystemTime),
    /// It was launched, and is not known to run yet.
    Starting,
    /// It runs, but its health check fails, or has not succeeded yet.
    Unhealthy,
    /// It runs.
    Running,
    /// Its agent is unreachable since this time.
    Unreachable(SystemTime),
    /// It is being killed.
    Stopping,
}

impl ServiceStatus {
    /// Counts one more.
    pub(crate) fn count(&mut self, state: InstanceState) {
        *match state {
            InstanceState::Waiting | InstanceState::BackingOff(_) => &mut self.waiting,
            InstanceState::Starting | InstanceState::Unhealthy => &mut self.starting,
            InstanceState::Running => &mut self.running,
            InstanceState::Unreachable(_) => &mut self.unreachable,
            InstanceState::Stopping => &mut self.stopping,
        } += 1;
    }
}

/// Writes how many run and what the others do, as `4 of 5 run, 1 waits`; while there is a rollout,
/// also what it does, as `5 of 5 run, 1 starts; rolling, 2 updated`.
impl fmt::Display for ServiceStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of {} run", self.running, self.desired)?;
        let others = [
            (self.starting, "start", "starts"),
            (self.waiting, "wait", "waits"),
            (self.unreachable, "are unreachable", "is unreachable"),
            (self.stopping, "stop", "stops"),
        ];
        for (count, many, one) in others.into_iter().filter(|(count, ..)| *count > 0) {
            write!(formatter, ", {count} {}", if count == 1 { one } else { many })?;
        }
        match self.rollout {
            RolloutState::Done => Ok(()),
            state => write!(formatter, "; {state}, {} updated", self.updated),
        }
    }
}

/// Returns a point in time from the time since the Unix epoch.
pub(crate) fn time(since_epoch: Duration) -> SystemTime {
    SystemTime::UNIX_EPOCH.checked_add(since_epoch).unwrap_or(SystemTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_one_line() {
        use InstanceState::{Running, Starting, Waiting};
        let mut status = ServiceStatus { desired: 5, ..ServiceStatus::default() };
        for state in [Running, Starting, Waiting, Waiting] {
            status.count(state);
        }
        assert_eq!(status.to_string(), "1 of 5 run, 1 starts, 2 wait");
    }
}
