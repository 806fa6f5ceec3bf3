//! What happens to tasks and agents after tasks got their places.

use mesos_sdk::proto::v1::{TaskState, TaskStatus};

use crate::{Placer, State};

impl Placer {
    /// Takes over what a status says of a task that runs: one that is over is removed, one whose agent can't be reached or
    /// that is being killed counts as such. Returns whether the task was known.
    pub fn update(&mut self, status: &TaskStatus) -> bool {
        let task = &status.task_id.value;
        match status.known_state() {
            _ if status.fate().is_over() => self.remove_running(task),
            Some(TaskState::Unreachable) => self.set_state(task, State::Unreachable),
            Some(TaskState::Killing) => self.set_state(task, State::Stopping),
            // That it runs does not undo that it is to be stopped.
            Some(_) if self.state(task) != Some(State::Stopping) => self.set_state(task, State::Running),
            Some(_) | None => self.state(task).is_some(),
        }
    }

    /// Sets what a task that has its place does there, for example that it is being stopped. Returns whether it was known.
    pub fn set_state(&mut self, task: &str, state: State) -> bool {
        self.state(task).is_some_and(|known| known == state || self.cluster.set_state(task, state))
    }

    /// Returns what a task that has its place does there.
    pub fn state(&self, task: &str) -> Option<State> {
        self.cluster.state(task)
    }

    /// Forgets an agent that is gone, with its offers and the tasks that ran there. Returns the ids of these tasks: submit
    /// others in their place. Tasks on an agent that may come back are [unreachable](State::Unreachable) instead.
    pub fn remove_agent(&mut self, agent: &str) -> Vec<String> {
        let Some((offers, tasks)) = self.cluster.remove_agent(agent) else { return Vec::new() };
        for offer in offers {
            self.offers.remove(&offer.value);
        }
        tasks
    }
}
