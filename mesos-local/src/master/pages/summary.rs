//! `/state-summary`: agents and frameworks with numbers of tasks, and no tasks.

use std::collections::{BTreeMap, BTreeSet};

use mesos_sdk::proto::v1::TaskState;
use serde_json::{Value, json};

use super::super::Master;
use super::super::framework::Framework;
use crate::pages::extend;

/// The states that are counted.
const STATES: [TaskState; 10] = [
    TaskState::Staging,
    TaskState::Starting,
    TaskState::Running,
    TaskState::Killing,
    TaskState::Finished,
    TaskState::Killed,
    TaskState::Failed,
    TaskState::Lost,
    TaskState::Error,
    TaskState::Unreachable,
];

/// The tasks of an agent, or of a framework.
#[derive(Default)]
struct Tally<'a> {
    states: BTreeMap<TaskState, usize>,
    /// The frameworks of the agent, or the agents of the framework.
    others: BTreeSet<&'a str>,
}

impl<'a> Tally<'a> {
    fn count(&mut self, state: TaskState, other: &'a str) {
        *self.states.entry(state).or_default() += 1;
        self.others.insert(other);
    }

    fn add_to(&self, object: &mut Value, others: &str) {
        let numbers =
            STATES.map(|state| (state.as_str_name(), self.states.get(&state).copied().unwrap_or(0)));
        extend(object, numbers.into_iter().map(|(name, number)| (name.to_owned(), json!(number))).collect());
        object[others] = json!(self.others);
    }
}

impl Master {
    pub(super) fn state_summary(&self) -> Value {
        let (mut agents, mut frameworks) = (BTreeMap::<_, Tally<'_>>::new(), BTreeMap::<_, Tally<'_>>::new());
        for framework in self.frameworks.values() {
            for task in framework.all_tasks() {
                let agent = task.agent_id().value.as_str();
                agents.entry(agent).or_default().count(task.state, framework.id());
                frameworks.entry(framework.id()).or_default().count(task.state, agent);
            }
        }
        let none = Tally::default();
        let of_framework = |framework: &Framework| {
            let mut summary = self.framework_summary(framework);
            frameworks.get(framework.id()).unwrap_or(&none).add_to(&mut summary, "slave_ids");
            summary
        };
        json!({
            "hostname": self.info.hostname(),
            "slaves": self.agent_states(|agent, offered| {
                let mut summary = self.agent_state(agent, offered);
                agents.get(agent.id()).unwrap_or(&none).add_to(&mut summary, "framework_ids");
                summary
            }),
            "frameworks": self.frameworks.values().map(of_framework).collect::<Vec<_>>(),
        })
    }
}
