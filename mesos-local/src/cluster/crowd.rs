//! Agents and tasks that are only in the master's memory.

use mesos_sdk::proto::v1::task_status::Source;
use mesos_sdk::proto::v1::{
    AgentId, AgentInfo, CommandInfo, FrameworkInfo, Resource, TaskId, TaskInfo, TaskState, TaskStatus,
};
use mesos_sdk::resources::Resources;
use mesos_sdk::validation;

use super::member::next_link;
use crate::master::Link;
use crate::messages::{FromAgent, RunningTask};

/// What each of the tasks has.
const TASK: &str = "cpus:0.1;mem:32";

/// Many agents with running tasks of one framework, to see how something fares in a large cluster.
///
/// The master has them from the start, as a new leader has what returning agents report. They exist
/// in its memory alone: no process runs, and nothing on them ends. Tasks that are launched there
/// stay as they are, or [run](Self::run_tasks). Each agent has the resources and attributes of the
/// cluster's agents. A new leader does not know of them.
///
/// An agent or a task takes a few kilobytes. [`Builder::max_offers`](crate::Builder::max_offers)
/// and [`Builder::event_queue`](crate::Builder::event_queue) have to be raised for a framework that
/// is to be offered all of it, or receive updates about all of it, at once.
///
/// ```
/// use mesos_local::{Cluster, SimulatedAgents};
/// use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), mesos_local::StartError> {
/// let id = Some(FrameworkId::from("shop"));
/// let framework = FrameworkInfo { user: "me".into(), name: "shop".into(), id, ..Default::default() };
/// let simulated = SimulatedAgents::new(framework).agents(100).tasks(20);
/// let cluster = Cluster::builder().agents(0).simulated_agents(simulated).start().await?;
/// assert_eq!(cluster.state().await["frameworks"][0]["tasks"].as_array().map(Vec::len), Some(2000));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SimulatedAgents {
    framework: FrameworkInfo,
    pub(super) agents: usize,
    pub(super) tasks: usize,
    pub(super) run_tasks: bool,
}

impl SimulatedAgents {
    /// Creates an empty set of agents, whose tasks belong to `framework`: a scheduler that
    /// subscribes with its id takes them over. A framework without an id gets no tasks.
    pub fn new(framework: FrameworkInfo) -> Self {
        Self { framework, agents: 0, tasks: 0, run_tasks: false }
    }

    /// Sets how many agents there are. Default: none.
    #[must_use]
    pub fn agents(self, agents: usize) -> Self {
        Self { agents, ..self }
    }

    /// Sets how many tasks run on each agent. Default: none.
    #[must_use]
    pub fn tasks(self, tasks: usize) -> Self {
        Self { tasks, ..self }
    }

    /// Lets the agents report each task that is launched on them as running, and each that is
    /// killed as killed: at once, and once, whether it is acknowledged or not. By default they
    /// report nothing.
    #[must_use]
    pub fn run_tasks(self) -> Self {
        Self { run_tasks: true, ..self }
    }

    /// Returns what the agents report when they come back.
    pub(super) fn messages(&self, info: &AgentInfo, seed: u64) -> impl Iterator<Item = (Link, FromAgent)> {
        let mut resources = Resources::parse(TASK, "*").unwrap_or_default();
        if let Some(role) = validation::roles_of(&self.framework).first() {
            resources.allocate(role);
        }
        let resources: Vec<Resource> = resources.into();
        let master = uuid::Uuid::from_u64_pair(seed, 0);
        (0..self.agents).map(move |index| {
            let id = AgentId::from(format!("{master}-S{index}"));
            let hostname = format!("agent-{index}");
            let message = FromAgent::Reregister {
                tasks: (0..self.tasks)
                    .map(|task| self.task(format!("task-{index}-{task}"), &id, resources.clone()))
                    .collect(),
                info: Box::new(AgentInfo { id: Some(id), hostname, ..info.clone() }),
                resources: info.resources[..].into(),
                frameworks: vec![self.framework.clone()],
                executors: Vec::new(),
                operations: Vec::new(),
            };
            (next_link(), message)
        })
    }

    fn task(&self, id: String, agent_id: &AgentId, resources: Vec<Resource>) -> RunningTask {
        let task_id = TaskId::from(id);
        let command =
            Box::new(CommandInfo { value: Some("exec server".to_owned()), ..CommandInfo::default() });
        let latest = TaskStatus {
            task_id: task_id.clone(),
            state: TaskState::Running.into(),
            source: Some(Source::Executor.into()),
            agent_id: Some(agent_id.clone()),
            ..TaskStatus::default()
        };
        let info = TaskInfo {
            name: "server".to_owned(),
            task_id,
            agent_id: agent_id.clone(),
            resources,
            command: Some(command),
            ..TaskInfo::default()
        };
        let framework_id = self.framework.id.clone().unwrap_or_default();
        RunningTask { framework_id, executor_id: None, info: Box::new(info), latest }
    }
}
