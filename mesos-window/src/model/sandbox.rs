//! Where the files of a task are.

use mesos_sdk::Address;
use mesos_sdk::proto::v1::{ContainerId, Task};

use super::Model;

/// The sandbox of a task: an agent, and a folder there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sandbox {
    pub(crate) agent: Address,
    /// The path of the agent's operator API.
    pub(crate) api: String,
    pub(crate) folder: String,
}

impl Model {
    /// Returns where the sandbox of a task is, unless the task or its agent is not known.
    pub(crate) fn sandbox(&self, framework: &str, task: &str) -> Option<Sandbox> {
        let task = self.tasks.get(framework, task)?;
        let (agent, api) = endpoint(self.agents.get(&task.agent_id.value)?.pid.as_deref()?)?;
        let executor = task.executor_id.as_ref().map_or(&task.task_id.value, |id| &id.value);
        let folder = format!("/frameworks/{framework}/executors/{executor}/runs/latest");
        Some(Sandbox { agent, api, folder })
    }

    /// Returns the container of a task, and the agent with it.
    pub(crate) fn container(&self, framework: &str, task: &str) -> Option<(Sandbox, ContainerId)> {
        Some((self.sandbox(framework, task)?, container_of(self.tasks.get(framework, task)?)?))
    }
}

/// Reads `slave(1)@127.0.0.1:5051`: the name of a process, and where it listens.
fn endpoint(pid: &str) -> Option<(Address, String)> {
    let (process, address) = pid.split_once('@')?;
    Some((address.parse().ok()?, format!("/{process}/api/v1")))
}

fn container_of(task: &Task) -> Option<ContainerId> {
    let status = task.statuses.iter().rev().find_map(|status| status.container_status.as_ref())?;
    status.container_id.as_deref().cloned()
}
