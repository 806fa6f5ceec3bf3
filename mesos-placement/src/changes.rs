//! Changes to tasks and agents after the placement.

use mesos_sdk::proto::v1::{TaskState, TaskStatus};

use crate::{Placer, State};

impl Placer {
    /// Updates a placed task from its status: removes it if it is over, or else sets its
    /// [state](State). Returns whether the task was known.
    pub fn update(&mut self, status: &TaskStatus) -> bool {
        let task = &status.task_id.value;
        match status.known_state() {
            _ if status.fate().is_over() => self.remove_running(task),
            Some(TaskState::Unreachable) => self.set_state(task, State::Unreachable),
            Some(TaskState::Killing) => self.set_state(task, State::Stopping),
            // A task that is being stopped stays so, even if an update reports that it runs.
            Some(_) if self.state(task) != Some(State::Stopping) => self.set_state(task, State::Running),
            Some(_) | None => self.state(task).is_some(),
        }
    }

    /// Sets the state of a placed task, for example that it is being stopped. Returns whether the
    /// task was known.
    pub fn set_state(&mut self, task: &str, state: State) -> bool {
        self.state(task).is_some_and(|known| known == state || self.cluster.set_state(task, state))
    }

    /// Returns the state of a placed task.
    pub fn state(&self, task: &str) -> Option<State> {
        self.cluster.state(task)
    }

    /// Removes an agent that is gone, with its offers and the tasks that ran there. Returns the ids
    /// of these tasks, so that you can submit replacements. Tasks on an agent that may come back
    /// are [unreachable](State::Unreachable) instead.
    pub fn remove_agent(&mut self, agent: &str) -> Vec<String> {
        let Some((offers, tasks)) = self.cluster.remove_agent(agent) else { return Vec::new() };
        for offer in offers {
            self.offers.remove(&offer.value);
        }
        tasks
    }
}
