//! Agents that are removed, and tasks that change after they were placed.

use std::sync::Arc;

use mesos_sdk::proto::v1::OfferId;

use super::cluster::Cluster;
use crate::{Agent, State};

impl Cluster {
    /// Removes an agent. Returns its offers and the ids of the tasks that ran there, which are
    /// removed too.
    pub(crate) fn remove_agent(&mut self, agent: &str) -> Option<(Vec<OfferId>, Vec<String>)> {
        let place = self.by_id.remove(agent)?;
        let offers: Vec<_> = self.agents[place].agent.offers.iter().map(|offer| offer.id.clone()).collect();
        let there = self.agents[place].tasks.iter().filter_map(|task| self.running.get(task));
        let tasks: Vec<_> = there.map(|task| task.id.to_string()).collect();
        for task in &tasks {
            self.remove_running(task);
        }
        self.free_if_unused(place);
        Some((offers, tasks))
    }

    /// Frees a place for another agent if its agent is unknown and no task runs there.
    pub(crate) fn free_if_unused(&mut self, place: usize) {
        let state = &mut self.agents[place];
        let is_known = self.by_id.get(&state.agent.id) == Some(&place);
        if is_known || !state.tasks.is_empty() || self.vacant.contains(&place) {
            return;
        }
        state.update(Agent::default(), &self.settings);
        self.update_columns(place);
        self.agent_changes += 1;
        self.note_change(place);
        self.vacant.push(place);
    }

    /// Sets the state of a running task. Returns whether there is such a task.
    pub(crate) fn set_state(&mut self, id: &str, state: State) -> bool {
        let Some(number) = self.number_of(id) else { return false };
        self.count(number, false);
        if let Some(task) = self.running.get_mut(&number) {
            Arc::make_mut(&mut task.footprint).profile.state = state;
            self.releases += 1;
            let place = task.place;
            self.note_change(place);
        }
        self.count(number, true);
        true
    }

    /// Returns the state of a running task.
    pub(crate) fn state(&self, id: &str) -> Option<State> {
        Some(self.running.get(&self.number_of(id)?)?.footprint.profile.state)
    }

    /// Counts what an executor uses that a task has started.
    pub(crate) fn start_executor(&mut self, place: usize, executor: &str, uses: Vec<(String, i64)>) {
        let state = &mut self.agents[place];
        state.used.add(&uses);
        state.executors.set_uses(executor, uses);
        self.note_change(place);
    }
}
