//! Draining an agent: its tasks are killed, and their updates give the reason.

use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{DrainConfig, KillPolicy, TaskState, TaskStatus};

use super::Machine;
use super::executor::Executor;
use super::framework::Framework;

impl Machine {
    /// Kills all tasks, within the grace period if there is one.
    pub(super) fn drain(&mut self, config: DrainConfig) {
        let policy = config.max_grace_period.map(|grace| KillPolicy { grace_period: Some(grace) });
        let tasks: Vec<_> =
            self.frameworks.iter().flat_map(|(id, framework)| tasks_of(id, framework)).collect();
        self.draining = (!tasks.is_empty()).then_some(config);
        for (framework, task) in tasks {
            self.kill_task(&framework, &task, policy);
        }
    }

    /// Adds the reason to the update of a task that ends because of the drain.
    pub(super) fn explain_drain(&self, framework: &Framework, status: &mut TaskStatus) {
        let Some(config) = &self.draining else { return };
        if !matches!(status.state(), TaskState::Killing | TaskState::Killed) {
            return;
        }
        status.reason = Some(Reason::AgentDraining.into());
        if config.mark_gone()
            && status.state() == TaskState::Killed
            && framework.has_capability(capability::Type::PartitionAware)
        {
            status.state = TaskState::GoneByOperator.into();
        }
    }

    /// Ends the drain once nothing runs any more: later updates have other reasons.
    pub(super) fn finish_drain(&mut self) {
        let is_draining = self.draining.is_some();
        if is_draining && self.frameworks.iter().all(|(id, framework)| tasks_of(id, framework).is_empty()) {
            self.draining = None;
        }
    }
}

fn tasks_of(id: &str, framework: &Framework) -> Vec<(String, String)> {
    let executors = framework.executors.values();
    executors.flat_map(Executor::task_ids).map(|task| (id.to_owned(), task)).collect()
}
