//! Status updates from agents, and their effects.

use mesos_sdk::proto::v1::{TaskState, TaskStatus};
use mesos_sdk::resources::Resources;

use super::counters::STATUS_UPDATES;
use super::task::{Task, holds_resources};
use super::{Master, event};

impl Master {
    /// Passes a status on to its framework if that is connected. The agent sends it again until it
    /// is acknowledged.
    pub(super) fn status_update(
        &mut self,
        framework: &str,
        agent: &str,
        status: &TaskStatus,
        latest: TaskState,
    ) {
        let task = status.task_id.value.clone();
        let is_connected = self.frameworks.get(framework).is_some_and(super::Framework::is_connected);
        if is_connected {
            let known =
                self.frameworks.get_mut(framework).and_then(|framework| framework.tasks.get_mut(&task));
            if let (Some(known), Some(uuid)) = (known, &status.uuid) {
                known.sent = Some((status.state(), uuid.clone()));
            }
            self.send(framework, event::update(status.clone()));
        }
        let is_here = self.task(framework, &task).is_some_and(|task| task.agent_id().value == agent);
        self.counters.count_valid(STATUS_UPDATES, is_connected && is_here);
        if is_here {
            self.update_task(framework, &task, latest, status);
        }
    }

    /// Records a state. A task that has ended frees its resources.
    pub(super) fn update_task(
        &mut self,
        framework: &str,
        task: &str,
        latest: TaskState,
        status: &TaskStatus,
    ) {
        let Some(known) = self.frameworks.get_mut(framework) else { return };
        let Some(task) = known.tasks.get_mut(task) else { return };
        let held = holds_resources(task.state);
        let (was, is_published) = (task.state, task.is_published(status));
        task.record(latest, status);
        let state = task.state;
        if state.is_terminal() && !was.is_terminal() {
            known.counters.ended_tasks.count(state);
        }
        if held && !holds_resources(state) {
            // As in Mesos, a task that ended before the master received its first update is not
            // counted as ended.
            self.counters.count_end(status);
            let resources: Resources = task.info.resources.iter().cloned().collect();
            if let Some(agent) = self.agents.get_mut(&task.info.agent_id.value) {
                agent.release(framework, &resources);
            }
        }
        if is_published {
            self.publish_task_updated(framework, status, state);
        }
    }

    pub(super) fn task(&self, framework: &str, task: &str) -> Option<&Task> {
        self.frameworks.get(framework)?.tasks.get(task)
    }

    /// Returns the ids of a framework's tasks on an agent.
    pub(super) fn tasks_on(&self, framework: &str, agent: &str) -> Vec<String> {
        let tasks = self.frameworks.get(framework).into_iter().flat_map(|framework| framework.tasks.values());
        let on_agent = tasks.filter(|task| task.agent_id().value == agent);
        on_agent.map(|task| task.id().to_owned()).collect()
    }
}
