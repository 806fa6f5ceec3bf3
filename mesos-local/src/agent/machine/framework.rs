//! What the agent knows of a framework.

use std::collections::{BTreeMap, VecDeque};

use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo, TaskState};

use super::executor::Executor;

/// How many executors of a framework are remembered that are over, as in Mesos.
const MAX_COMPLETED_EXECUTORS: usize = 150;

#[derive(Clone, Debug)]
pub(super) struct Framework {
    pub(super) info: FrameworkInfo,
    /// It is gone for the master: its executors are ending, and no update finds a reader.
    pub(super) terminating: bool,
    pub(super) executors: BTreeMap<String, Executor>,
    /// Those that are over, oldest first.
    pub(super) completed: VecDeque<Executor>,
    /// The executor of each task that is queued, runs, or has an unacknowledged end.
    pub(super) tasks: BTreeMap<String, String>,
}

impl Framework {
    pub(super) fn new(info: FrameworkInfo) -> Self {
        Self {
            info,
            terminating: false,
            executors: BTreeMap::new(),
            completed: VecDeque::new(),
            tasks: BTreeMap::new(),
        }
    }

    pub(super) fn id(&self) -> FrameworkId {
        self.info.id.clone().unwrap_or_default()
    }

    pub(super) fn checkpoint(&self) -> bool {
        self.info.checkpoint.unwrap_or_default()
    }

    pub(super) fn has_capability(&self, capability: capability::Type) -> bool {
        self.info.capabilities.iter().any(|its| its.r#type() == capability)
    }

    /// Returns the state of a task that never ran.
    pub(super) fn dropped(&self) -> TaskState {
        self.state_or_lost(TaskState::Dropped)
    }

    /// Returns the state of a task that ran and vanished.
    pub(super) fn gone(&self) -> TaskState {
        self.state_or_lost(TaskState::Gone)
    }

    fn state_or_lost(&self, state: TaskState) -> TaskState {
        if self.has_capability(capability::Type::PartitionAware) { state } else { TaskState::Lost }
    }

    /// Records that an executor and its tasks have ended.
    pub(super) fn complete(&mut self, executor: &str) {
        let Some(mut executor) = self.executors.remove(executor) else { return };
        for task in executor.task_ids() {
            self.tasks.remove(&task);
        }
        executor.complete_all();
        self.completed.push_back(executor);
        if self.completed.len() > MAX_COMPLETED_EXECUTORS {
            self.completed.pop_front();
        }
    }

    pub(super) fn executor_of(&mut self, task: &str) -> Option<&mut Executor> {
        self.executors.get_mut(self.tasks.get(task)?)
    }
}
