//! An agent that is being drained: its tasks are killed, and their updates say why.

use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{DrainConfig, KillPolicy, TaskState, TaskStatus};

use super::Machine;
use super::executor::Executor;
use super::framework::Framework;

impl Machine {
    /// Kills all tasks, each within the grace period if there is one.
    pub(super) fn drain(&mut self, config: DrainConfig) {
        let policy = config.max_grace_period.map(|grace| KillPolicy { grace_period: Some(grace) });
        let tasks: Vec<_> =
            self.frameworks.iter().flat_map(|(id, framework)| tasks_of(id, framework)).collect();
        self.draining = (!tasks.is_empty()).then_some(config);
        for (framework, task) in tasks {
            self.kill_task(&framework, &task, policy);
        }
    }

    /// What an update says of a task that ends because of it.
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

    /// Once nothing runs any more, what comes later has other reasons.
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
