//! A framework as the master knows it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use mesos_sdk::proto::v1::allocator::InverseOfferStatus;
use mesos_sdk::proto::v1::framework_info::capability::Type as Capability;
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo};
use mesos_sdk::validation;

use super::constraints::Constraints;
use super::filters::Filters;
use super::limits::{MAX_COMPLETED_TASKS, MAX_UNREACHABLE_TASKS};
use super::task::Task;

/// One framework, with its tasks.
#[derive(Debug)]
pub(super) struct Framework {
    /// Its id is set.
    pub(super) info: FrameworkInfo,
    pub(super) suppressed: BTreeSet<String>,
    pub(super) constraints: Constraints,
    pub(super) connection: Connection,
    pub(super) filters: Filters,
    /// By agent id: until when it is not asked for resources back.
    pub(super) inverse_filters: BTreeMap<String, Duration>,
    /// By agent id: what it answered last when it was asked so.
    pub(super) inverse_answers: BTreeMap<String, InverseOfferStatus>,
    /// By task id: all on registered agents, ended ones until their last update is acknowledged.
    pub(super) tasks: BTreeMap<String, Task>,
    pub(super) unreachable_tasks: BTreeMap<String, Task>,
    /// Oldest first.
    pub(super) completed_tasks: VecDeque<Task>,
    pub(super) registered: Duration,
    pub(super) reregistered: Option<Duration>,
    pub(super) unregistered: Option<Duration>,
}

/// Whether the scheduler is there.
#[derive(Debug)]
pub(super) enum Connection {
    /// Agents told of the framework; its scheduler has not come back after the master's failover.
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
    /// A framework without a connection yet.
    pub(super) fn new(info: FrameworkInfo, now: Duration) -> Self {
        Self {
            info,
            suppressed: BTreeSet::new(),
            constraints: Constraints::default(),
            connection: Connection::Recovered,
            filters: Filters::default(),
            inverse_filters: BTreeMap::new(),
            inverse_answers: BTreeMap::new(),
            tasks: BTreeMap::new(),
            unreachable_tasks: BTreeMap::new(),
            completed_tasks: VecDeque::new(),
            registered: now,
            reregistered: None,
            unregistered: None,
        }
    }

    /// Nothing is planned for this agent any more, or something else is.
    pub(super) fn forget_inverse(&mut self, agent: &str) {
        self.inverse_filters.remove(agent);
        self.inverse_answers.remove(agent);
    }

    pub(super) fn id(&self) -> &str {
        self.info.id.as_ref().map_or("", |id| &id.value)
    }

    pub(super) fn framework_id(&self) -> FrameworkId {
        FrameworkId::from(self.id())
    }

    /// The stream of a connected framework.
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

    pub(super) fn is_partition_aware(&self) -> bool {
        validation::has_capability(&self.info, Capability::PartitionAware)
    }

    /// Those on registered agents first, then the unreachable ones, then the completed ones.
    pub(super) fn all_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values().chain(self.unreachable_tasks.values()).chain(&self.completed_tasks)
    }

    pub(super) fn add_completed(&mut self, task: Task) {
        self.completed_tasks.push_back(task);
        if self.completed_tasks.len() > MAX_COMPLETED_TASKS {
            self.completed_tasks.pop_front();
        }
    }

    /// Remembers a task on an unreachable agent; any other goes when there are too many.
    pub(super) fn add_unreachable(&mut self, task: Task) {
        if self.unreachable_tasks.len() >= MAX_UNREACHABLE_TASKS {
            self.unreachable_tasks.pop_first();
        }
        self.unreachable_tasks.insert(task.id().to_owned(), task);
    }
}
