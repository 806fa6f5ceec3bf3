//! An agent of the model, and what the master knows of it.

use std::collections::{BTreeMap, BTreeSet};

use mesos_sdk::proto::v1::{Resource, TaskId, TaskState, TaskStatus};

/// A task as its agent knows it.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) truth: TaskState,
    /// The update that is to be acknowledged.
    pub(super) unacknowledged: Option<TaskState>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Agent {
    pub(super) id: String,
    pub(super) is_cut_off: bool,
    /// Whether the current master has it in its list; else it is unreachable, or not back yet.
    pub(super) is_registered: bool,
    pub(super) is_unreachable: bool,
    pub(super) tasks: BTreeMap<String, Task>,
    /// The tasks that the master believes to be there.
    pub(super) believed: BTreeSet<String>,
    /// Its persistent volumes, by their ids.
    pub(super) volumes: BTreeMap<String, Resource>,
    /// The volumes that tasks use or have used, by the ids of the tasks.
    pub(super) uses: BTreeMap<String, String>,
}

pub(super) fn is_over(state: TaskState) -> bool {
    matches!(state, TaskState::Finished | TaskState::Failed | TaskState::Killed)
}

pub(super) fn status(task: &str, agent: &str, state: TaskState) -> TaskStatus {
    let message = (state == TaskState::Failed).then(|| "Command exited with status 1".to_owned());
    TaskStatus {
        task_id: TaskId::from(task.to_owned()),
        agent_id: Some(agent.to_owned().into()),
        state: state.into(),
        message,
        ..TaskStatus::default()
    }
}

/// Returns the id of the run of a task, which may be one of a pod.
pub(super) fn run_id(task: &str) -> &str {
    let end = task.match_indices('.').nth(2).map(|(at, _)| at);
    end.map_or(task, |end| &task[..end])
}

impl Agent {
    pub(super) fn new(number: usize) -> Self {
        Self { id: format!("agent{number}"), is_registered: true, ..Self::default() }
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &String> {
        self.tasks.iter().filter(|(_, task)| !is_over(task.truth)).map(|(id, _)| id)
    }

    /// How many more tasks there is room for, as the master believes.
    pub(super) fn room(&self, size: usize) -> usize {
        let known: BTreeSet<_> = self.live().chain(&self.believed).collect();
        size.saturating_sub(known.len())
    }

    pub(super) fn launch(&mut self, task: &str) {
        self.believed.insert(task.to_owned());
        if !self.is_cut_off {
            let new = Task { truth: TaskState::Starting, unacknowledged: Some(TaskState::Starting) };
            self.tasks.insert(task.to_owned(), new);
        }
    }

    pub(super) fn set(&mut self, id: &str, state: TaskState) {
        let Some(task) = self.tasks.get_mut(id).filter(|task| !is_over(task.truth)) else { return };
        task.truth = state;
        task.unacknowledged.get_or_insert(state);
        if is_over(state) {
            self.believed.remove(id);
        }
        // The default executor ends a group of which a task has not succeeded.
        if matches!(state, TaskState::Failed | TaskState::Killed) {
            let others = self.live().filter(|other| *other != id && run_id(other) == run_id(id));
            for other in others.cloned().collect::<Vec<_>>() {
                self.set(&other, TaskState::Killed);
            }
        }
    }

    pub(super) fn acknowledge(&mut self, id: &str, state: TaskState) {
        let Some(task) = self.tasks.get_mut(id).filter(|task| task.unacknowledged == Some(state)) else {
            return;
        };
        task.unacknowledged = (task.truth != state).then_some(task.truth);
        if task.unacknowledged.is_none() && is_over(state) {
            self.tasks.remove(id);
        }
    }

    /// What the master responds to a reconciliation.
    pub(super) fn reconciled(&self, id: &str) -> Option<TaskState> {
        match (self.is_registered, self.is_unreachable) {
            (true, _) => Some(match self.tasks.get(id) {
                Some(task) => task.unacknowledged.unwrap_or(task.truth),
                None if self.believed.contains(id) => TaskState::Staging,
                None => TaskState::Gone,
            }),
            (false, true) => Some(TaskState::Unreachable),
            // It has not come back to the new master, which knows of the first one that it existed.
            (false, false) => (self.id != "agent1").then_some(TaskState::Unknown),
        }
    }
}
