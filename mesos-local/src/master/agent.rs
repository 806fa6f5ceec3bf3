//! An agent as the master knows it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{AgentId, AgentInfo, ExecutorInfo};
use mesos_sdk::resources::{OperationError, Resources};

use super::Link;
use super::tracked::Tracked;

/// One registered agent.
#[derive(Debug)]
pub(super) struct Agent {
    /// Its id is set.
    pub(super) info: AgentInfo,
    /// None while it is disconnected.
    pub(super) link: Option<Link>,
    /// When it counts as unreachable, unless it comes back.
    pub(super) unreachable_at: Option<Duration>,
    pub(super) total: Resources,
    /// What is neither used nor offered, without shared volumes.
    available: Resources,
    /// By framework id: what its tasks, executors and offers hold, allocated to roles.
    pub(super) held: BTreeMap<String, Resources>,
    /// By framework id and executor id; not those of commands.
    pub(super) executors: BTreeMap<(String, String), ExecutorInfo>,
    /// By framework id and task id: tasks to kill again when the agent comes back.
    pub(super) killed: BTreeSet<(String, String)>,
    /// By uuid: operations whose end is not acknowledged.
    pub(super) operations: BTreeMap<Bytes, Tracked>,
    pub(super) registered: Duration,
    pub(super) reregistered: Option<Duration>,
}

/// What is remembered of an agent that stayed away.
#[derive(Debug)]
pub(super) struct Unreachable {
    pub(super) since: Duration,
    /// None if it has not come back to this master.
    pub(super) link: Option<Link>,
}

impl Agent {
    pub(super) fn new(info: AgentInfo, total: Resources, link: Link, now: Duration) -> Self {
        Self {
            info,
            link: Some(link),
            unreachable_at: None,
            available: total.non_shared(),
            total,
            held: BTreeMap::new(),
            executors: BTreeMap::new(),
            killed: BTreeSet::new(),
            operations: BTreeMap::new(),
            registered: now,
            reregistered: None,
        }
    }

    pub(super) fn id(&self) -> &str {
        self.info.id.as_ref().map_or("", |id| &id.value)
    }

    pub(super) fn agent_id(&self) -> AgentId {
        AgentId::from(self.id())
    }

    /// Returns its address, as libprocess would write it.
    pub(super) fn pid(&self) -> String {
        format!("slave(1)@127.0.0.1:{}", self.info.port())
    }

    pub(super) fn has_executor(&self, framework: &str, executor: &str) -> bool {
        self.executor(framework, executor).is_some()
    }

    pub(super) fn executor(&self, framework: &str, executor: &str) -> Option<&ExecutorInfo> {
        self.executors.get(&(framework.to_owned(), executor.to_owned()))
    }

    /// Returns what may be offered: what nobody holds, and one copy of each shared volume, however
    /// many hold it.
    /// hold it.
    pub(super) fn available(&self) -> Resources {
        self.available.clone() + self.total.shared()
    }

    /// Gives resources to a framework.
    pub(super) fn hold(&mut self, framework: &str, resources: &Resources) {
        self.available -= &unallocated(&resources.non_shared());
        *self.held.entry(framework.to_owned()).or_default() += resources;
    }

    /// Takes resources back from a framework.
    pub(super) fn release(&mut self, framework: &str, resources: &Resources) {
        let Some(held) = self.held.get_mut(framework) else { return };
        *held -= resources;
        if held.is_empty() {
            self.held.remove(framework);
        }
        self.available += unallocated(&resources.non_shared());
    }

    /// Takes everything back from a framework.
    pub(super) fn release_all(&mut self, framework: &str) {
        let held = self.held.remove(framework).unwrap_or_default();
        self.available += unallocated(&held.non_shared());
    }

    /// Does an operation of an operator with what may be offered.
    pub(super) fn convert_available(&mut self, operation: &Operation) -> Result<(), OperationError> {
        let available = self.available().apply(operation)?;
        self.total = self.total.apply(operation)?;
        self.available = available.non_shared();
        Ok(())
    }
}

/// Returns the same resources, allocated to no role.
pub(super) fn unallocated(resources: &Resources) -> Resources {
    let mut resources = resources.clone();
    resources.unallocate();
    // Entries that have become alike are merged.
    resources.into_iter().collect()
}
