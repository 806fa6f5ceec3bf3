//! What is known of a cluster. It changes with the events of the operator API, and contains neither
//! a socket nor a clock.

mod amounts;
mod details;
mod limits;
mod log;
mod query;
mod rows;
mod sandbox;
mod summary;
mod tasks;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use mesos_sdk::operator::ClusterEvent;
use mesos_sdk::proto::v1::master::event::TaskUpdated;
use mesos_sdk::proto::v1::master::response::get_agents::Agent;
use mesos_sdk::proto::v1::master::response::get_frameworks::Framework;
use mesos_sdk::proto::v1::master::response::{GetAgents, GetFrameworks, GetMaster, GetState};
use mesos_sdk::proto::v1::{FrameworkInfo, Task};

use limits::MAX_ENDED_FRAMEWORKS;
use log::{Entry, Log};
pub(crate) use query::Query;
pub(crate) use sandbox::container_of;
use tasks::Tasks;

/// A cluster as last seen.
#[derive(Debug, Default)]
pub(crate) struct Model {
    agents: BTreeMap<String, Agent>,
    frameworks: BTreeMap<String, Framework>,
    /// The oldest first.
    ended_frameworks: Vec<Framework>,
    tasks: Tasks,
    log: Log,
    leader: Option<GetMaster>,
    link: Link,
    /// Grows with each change.
    version: u64,
    /// Grows with each event about which agents and frameworks there are.
    membership: u64,
}

/// Whether the cluster's events arrive.
#[derive(Clone, Debug, Default, PartialEq)]
enum Link {
    #[default]
    Connecting,
    Live,
    /// What is shown may be out of date, for this reason.
    Lost(String),
}

impl Model {
    /// Returns a number that grows with each change.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Returns a number that changes when events name other agents or frameworks, or `None`
    /// while no events arrive. What was asked for meanwhile may be older than those events.
    pub(crate) fn membership(&self) -> Option<u64> {
        (self.link == Link::Live).then_some(self.membership)
    }

    /// Applies an event that arrived `now`, in seconds since 1970.
    pub(crate) fn apply(&mut self, event: ClusterEvent, now: f64) {
        self.version += 1;
        self.membership +=
            u64::from(!matches!(event, ClusterEvent::TaskAdded(_) | ClusterEvent::TaskUpdated(_)));
        match event {
            ClusterEvent::Snapshot(state) => self.replace(*state, now),
            ClusterEvent::TaskAdded(task) => self.add_task(task, now),
            ClusterEvent::TaskUpdated(update) => self.update_task(*update, now),
            ClusterEvent::AgentAdded(agent) => self.add_agent(*agent, now),
            ClusterEvent::AgentRemoved(id) => self.remove_agent(&id.value, now),
            ClusterEvent::FrameworkAdded(framework) => self.set_framework(*framework, "added", now),
            ClusterEvent::FrameworkUpdated(framework) => self.set_framework(*framework, "updated", now),
            ClusterEvent::FrameworkRemoved(info) => self.end_framework(*info, now),
            ClusterEvent::Undecodable(event) => {
                self.note(now, "master", "undecodable event", &event.error.to_string())
            }
            ClusterEvent::Disconnected(error) => self.lose(&format!("{error:#}"), now),
            _ => {}
        }
    }

    /// Notes that no more events will come.
    pub(crate) fn lose(&mut self, reason: &str, now: f64) {
        self.version += 1;
        if self.link != Link::Lost(reason.to_owned()) {
            self.note(now, "master", "disconnected", reason);
        }
        self.link = Link::Lost(reason.to_owned());
    }

    /// Sets what events do not show: how full the agents are, and which of them are gone.
    pub(crate) fn set_agents(&mut self, agents: GetAgents, now: f64) {
        let agents = by_id(agents.agents, |agent| agent.agent_info.id.as_ref().map(|id| id.value.clone()));
        if agents == self.agents {
            return;
        }
        self.version += 1;
        let gone: Vec<_> = self.agents.keys().filter(|id| !agents.contains_key(*id)).cloned().collect();
        for id in gone {
            self.remove_agent(&id, now);
        }
        self.agents = agents;
    }

    /// Sets what events do not show: offers.
    pub(crate) fn set_frameworks(&mut self, frameworks: GetFrameworks) {
        let (active, mut ended) = (by_id(frameworks.frameworks, id_of), frameworks.completed_frameworks);
        ended.drain(..ended.len().saturating_sub(MAX_ENDED_FRAMEWORKS));
        if (&active, &ended) != (&self.frameworks, &self.ended_frameworks) {
            self.version += 1;
            (self.frameworks, self.ended_frameworks) = (active, ended);
        }
    }

    /// Sets which master leads.
    pub(crate) fn set_leader(&mut self, leader: GetMaster) {
        let leader = Some(leader);
        if leader != self.leader {
            self.version += 1;
            self.leader = leader;
        }
    }

    fn replace(&mut self, state: GetState, now: f64) {
        self.link = Link::Live;
        let agents = state.get_agents.unwrap_or_default().agents;
        self.agents = by_id(agents, |agent| agent.agent_info.id.as_ref().map(|id| id.value.clone()));
        self.set_frameworks(*state.get_frameworks.unwrap_or_default());
        self.tasks = Tasks::default();
        let tasks = *state.get_tasks.unwrap_or_default();
        // The newest last: those that have ended are older than those that run.
        for task in [tasks.completed_tasks, tasks.unreachable_tasks, tasks.tasks].into_iter().flatten() {
            self.tasks.add(Box::new(task));
        }
        self.note(now, "master", "connected", "");
    }

    fn add_task(&mut self, task: Box<Task>, now: f64) {
        self.log.add(entry_of(&task, now, "launched"));
        self.tasks.add(task);
    }

    fn update_task(&mut self, update: TaskUpdated, now: f64) {
        if self.tasks.is_repeated(&update) {
            return;
        }
        let state = update.state();
        let message = update.status.message.clone().unwrap_or_default();
        let unknown = Entry {
            time: now,
            kind: "task",
            id: update.status.task_id.value.clone(),
            framework: update.framework_id.value.clone(),
            ..Entry::default()
        };
        let task = self.tasks.update(&update.framework_id.value, update.status, state);
        let entry = task.map_or(unknown, |task| entry_of(task, now, ""));
        self.log.add(Entry { what: state.as_str_name().to_owned(), message, ..entry });
    }

    fn add_agent(&mut self, agent: Agent, now: f64) {
        let Some(id) = agent.agent_info.id.as_ref().map(|id| id.value.clone()) else { return };
        let name = agent.agent_info.hostname.clone();
        let what = "added".to_owned();
        self.log.add(Entry { time: now, kind: "agent", what, id: id.clone(), name, ..Entry::default() });
        self.agents.insert(id, agent);
    }

    fn remove_agent(&mut self, id: &str, now: f64) {
        let Some(agent) = self.agents.remove(id) else { return };
        let (name, what) = (agent.agent_info.hostname, "removed".to_owned());
        self.log.add(Entry { time: now, kind: "agent", what, id: id.to_owned(), name, ..Entry::default() });
    }

    fn set_framework(&mut self, framework: Framework, what: &str, now: f64) {
        self.note_framework(&framework.framework_info, what, now);
        if let Some(id) = id_of(&framework) {
            self.frameworks.insert(id, framework);
        }
    }

    fn end_framework(&mut self, info: FrameworkInfo, now: f64) {
        self.note_framework(&info, "removed", now);
        let known = info.id.as_ref().and_then(|id| self.frameworks.remove(&id.value));
        let ended = known.unwrap_or_else(|| Framework { framework_info: info, ..Framework::default() });
        let ended = Framework { active: false, connected: false, offers: Vec::new(), ..ended };
        if self.ended_frameworks.len() >= MAX_ENDED_FRAMEWORKS {
            self.ended_frameworks.remove(0);
        }
        self.ended_frameworks.push(ended);
    }

    fn note_framework(&mut self, info: &FrameworkInfo, what: &str, now: f64) {
        let id = info.id.as_ref().map(|id| id.value.clone()).unwrap_or_default();
        let (name, what) = (info.name.clone(), what.to_owned());
        self.log.add(Entry { time: now, kind: "framework", what, id, name, ..Entry::default() });
    }

    fn note(&mut self, time: f64, kind: &'static str, what: &str, message: &str) {
        let (what, message) = (what.to_owned(), message.to_owned());
        self.log.add(Entry { time, kind, what, message, ..Entry::default() });
    }

    fn framework(&self, id: &str) -> Option<&Framework> {
        let ended = || self.ended_frameworks.iter().find(|framework| id_of(framework).as_deref() == Some(id));
        self.frameworks.get(id).or_else(ended)
    }

    fn framework_name(&self, id: &str) -> &str {
        self.framework(id).map_or("", |framework| &framework.framework_info.name)
    }

    fn hostname(&self, agent: &str) -> &str {
        self.agents.get(agent).map_or("", |agent| &agent.agent_info.hostname)
    }
}

fn id_of(framework: &Framework) -> Option<String> {
    framework.framework_info.id.as_ref().map(|id| id.value.clone())
}

fn by_id<T>(all: Vec<T>, id: impl Fn(&T) -> Option<String>) -> BTreeMap<String, T> {
    all.into_iter().filter_map(|one| Some((id(&one)?, one))).collect()
}

fn entry_of(task: &Task, time: f64, what: &str) -> Entry {
    Entry {
        time,
        kind: "task",
        what: what.to_owned(),
        id: task.task_id.value.clone(),
        name: task.name.clone(),
        framework: task.framework_id.value.clone(),
        ..Entry::default()
    }
}
