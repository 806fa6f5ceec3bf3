//! Where a task is.

use mesos_sdk::proto::v1::master::response::get_agents::Agent;
use mesos_sdk::proto::v1::{ContainerId, Task};

use super::Model;

impl Model {
    /// Returns a task and its agent, if both are known.
    pub(crate) fn place(&self, framework: &str, task: &str) -> Option<(&Agent, &Task)> {
        let task = self.tasks.get(framework, task)?;
        Some((self.agents.get(&task.agent_id.value)?, task))
    }
}

/// Returns the container that a task runs in.
pub(crate) fn container_of(task: &Task) -> Option<&ContainerId> {
    let status = task.statuses.iter().rev().find_map(|status| status.container_status.as_ref())?;
    status.container_id.as_deref()
}
