//! What simulated agents report.

use std::collections::HashMap;
use std::time::Duration;

use mesos_sdk::proto::v1::task_status::Source;
use mesos_sdk::proto::v1::{AgentId, FrameworkId, TaskId, TaskState, TaskStatus};

use crate::master::Link;
use crate::messages::{FromAgent, ToAgent};
use crate::random::Random;

/// Reports each task that is sent to a simulated agent as running, and each that is killed there as
/// killed: at once, and once.
#[derive(Debug)]
pub(super) struct Reporter {
    agents: HashMap<Link, AgentId>,
    random: Random,
}

impl Reporter {
    /// Creates a reporter without agents. The uuids of its updates follow from the seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { agents: HashMap::new(), random: Random::new(seed) }
    }

    /// Adds an agent by the message with which it registers.
    pub(super) fn add(&mut self, link: Link, message: &FromAgent) {
        if let FromAgent::Reregister { info, .. } = message
            && let Some(id) = &info.id
        {
            self.agents.insert(link, id.clone());
        }
    }

    /// Returns what the agent at the end of this link reports when it receives the message.
    pub(super) fn reports(&mut self, link: Link, message: ToAgent, now: Duration) -> Vec<FromAgent> {
        let Some(agent_id) = self.agents.get(&link).cloned() else { return Vec::new() };
        match message {
            ToAgent::RunTasks { framework, tasks, .. } => {
                let framework_id = framework.id.unwrap_or_default();
                let ids = tasks.into_iter().map(|task| task.task_id);
                ids.map(|id| self.update(&framework_id, id, &agent_id, TaskState::Running, now)).collect()
            }
            ToAgent::KillTask { framework_id, task_id, .. } => {
                vec![self.update(&framework_id, task_id, &agent_id, TaskState::Killed, now)]
            }
            _ => Vec::new(),
        }
    }

    fn update(
        &mut self,
        framework_id: &FrameworkId,
        task_id: TaskId,
        agent_id: &AgentId,
        state: TaskState,
        now: Duration,
    ) -> FromAgent {
        let status = TaskStatus {
            task_id,
            state: state.into(),
            source: Some(Source::Executor.into()),
            agent_id: Some(agent_id.clone()),
            uuid: Some(self.random.uuid().as_bytes().to_vec().into()),
            timestamp: Some(now.as_secs_f64()),
            ..TaskStatus::default()
        };
        let (framework_id, status) = (framework_id.clone(), Box::new(status));
        FromAgent::Update { framework_id, status, latest_state: state }
    }
}
