//! A framework as the master knows it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use mesos_sdk::proto::v1::allocator::InverseOfferStatus;
use mesos_sdk::proto::v1::framework_info::capability::Type as Capability;
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo};
use mesos_sdk::validation;

use super::constraints::Constraints;
use super::filters::Filters;
use super::framework_counters::FrameworkCounters;
use super::limits::{MAX_COMPLETED_TASKS, MAX_UNREACHABLE_TASKS};
use super::task::Task;

/// One framework with its tasks.
#[derive(Debug)]
pub(super) struct Framework {
    /// The framework's info, with its id.
    pub(super) info: FrameworkInfo,
    pub(super) suppressed: BTreeSet<String>,
    pub(super) constraints: Constraints,
    pub(super) connection: Connection,
    pub(super) filters: Filters,
    /// By agent id: until when the framework is not asked to return resources.
    pub(super) inverse_filters: BTreeMap<String, Duration>,
    /// By agent id: the framework's last response to an inverse offer.
    pub(super) inverse_responses: BTreeMap<String, InverseOfferStatus>,
    /// By task id: the tasks on registered agents. Ended ones stay until their last update is
    /// acknowledged.
    pub(super) tasks: BTreeMap<String, Task>,
    pub(super) unreachable_tasks: BTreeMap<String, Task>,
    /// Oldest first.
    pub(super) completed_tasks: VecDeque<Task>,
    pub(super) registered: Duration,
    pub(super) reregistered: Option<Duration>,
    pub(super) unregistered: Option<Duration>,
    pub(super) counters: FrameworkCounters,
}

/// Whether the scheduler is connected.
#[derive(Debug)]
pub(super) enum Connection {
    /// Agents have reported the framework, but its scheduler has not resubscribed since the
    /// master's failover.
    Recovered,
    Connected {
        stream: String,
        next_heartbeat: Duration,
    },
    Disconnected {
        remove_at: Duration,
    },
    Removed,
}

impl Framework {
    /// Creates a framework without a connection.
    pub(super) fn new(info: FrameworkInfo, now: Duration) -> Self {
        Self {
            info,
            suppressed: BTreeSet::new(),
            constraints: Constraints::default(),
            connection: Connection::Recovered,
            filters: Filters::default(),
            inverse_filters: BTreeMap::new(),
            inverse_responses: BTreeMap::new(),
            tasks: BTreeMap::new(),
            unreachable_tasks: BTreeMap::new(),
            completed_tasks: VecDeque::new(),
            registered: now,
            reregistered: None,
            unregistered: None,
            counters: FrameworkCounters::default(),
        }
    }

    /// Forgets the inverse offers for this agent, because its maintenance was cancelled or changed.
    pub(super) fn forget_inverse(&mut self, agent: &str) {
        self.inverse_filters.remove(agent);
        self.inverse_responses.remove(agent);
    }

    pub(super) fn id(&self) -> &str {
        self.info.id.as_ref().map_or("", |id| &id.value)
    }

    pub(super) fn framework_id(&self) -> FrameworkId {
        FrameworkId::from(self.id())
    }

    /// Returns the stream of a connected framework.
    pub(super) fn stream(&self) -> Option<&str> {
        match &self.connection {
            Connection::Connected { stream, .. } => Some(stream),
            _ => None,
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        self.stream().is_some()
    }

    pub(super) fn roles(&self) -> BTreeSet<String> {
        validation::roles_of(&self.info)
    }

    pub(super) fn has_role(&self, role: &str) -> bool {
        self.roles().contains(role)
    }

    pub(super) fn is_partition_aware(&self) -> bool {
        validation::has_capability(&self.info, Capability::PartitionAware)
    }

    /// Returns all tasks: those on registered agents first, then the unreachable ones, then the
    /// completed ones.
    pub(super) fn all_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values().chain(self.unreachable_tasks.values()).chain(&self.completed_tasks)
    }

    pub(super) fn add_completed(&mut self, task: Task) {
        self.completed_tasks.push_back(task);
        if self.completed_tasks.len() > MAX_COMPLETED_TASKS {
            self.completed_tasks.pop_front();
        }
    }

    /// Remembers a task on an unreachable agent. If there are too many, another one is forgotten.
    pub(super) fn add_unreachable(&mut self, task: Task) {
        if self.unreachable_tasks.len() >= MAX_UNREACHABLE_TASKS {
            self.unreachable_tasks.pop_first();
        }
        self.unreachable_tasks.insert(task.id().to_owned(), task);
    }
}
