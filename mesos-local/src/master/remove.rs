//! Frameworks, tasks and executors end.

use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::resources::Resources;

use super::framework::{Connection, Framework};
use super::limits::MAX_COMPLETED_FRAMEWORKS;
use super::task::{Made, Task, holds_resources};
use super::{Action, Master};
use crate::messages::ToAgent;

impl Master {
    /// Removes a framework for good: agents end what it runs, and its id is refused from now on.
    pub(super) fn remove_framework(&mut self, id: &str) {
        for offer in self.offers_of(id) {
            self.discard(&offer, None);
        }
        self.discard_inverse(id);
        let Some(mut framework) = self.frameworks.remove(id) else { return };
        let agents: Vec<_> = self.agents.keys().cloned().collect();
        for agent in agents {
            self.send_to_agent(&agent, ToAgent::ShutdownFramework { framework_id: framework.framework_id() });
            self.free(&agent, id);
        }
        if let Some(stream) = framework.stream() {
            self.actions.push(Action::Close { stream: stream.to_owned() });
        }
        self.end(&mut framework);
        self.publish_framework_removed(&framework.info);
        self.completed.push_back(framework);
        if self.completed.len() > MAX_COMPLETED_FRAMEWORKS {
            self.completed.pop_front();
        }
    }

    /// Ends the tasks without waiting for it: they count as killed.
    fn end(&mut self, framework: &mut Framework) {
        let message = format!("Framework {} removed", framework.id());
        let made = Made {
            state: TaskState::Killed,
            reason: Reason::FrameworkRemoved,
            message: &message,
            timestamp: self.timestamp(),
        };
        let tasks = std::mem::take(&mut framework.tasks).into_values();
        let unreachable = std::mem::take(&mut framework.unreachable_tasks).into_values();
        for mut task in tasks.chain(unreachable) {
            let mut status = made.status(&task.info.task_id, Some(task.agent_id()));
            status.executor_id.clone_from(&task.executor_id);
            if !task.state.is_terminal() {
                self.counters.count_end(&status);
                framework.counters.ended_tasks.count(made.state);
            }
            task.record(made.state, &status);
            framework.add_completed(task);
        }
        framework.connection = Connection::Removed;
        framework.unregistered = Some(self.now);
    }

    /// Frees everything that a framework holds on an agent. Its operations stay until the agent
    /// reports them again, which the master then acknowledges.
    fn free(&mut self, agent: &str, framework: &str) {
        let Some(agent) = self.agents.get_mut(agent) else { return };
        agent.executors.retain(|(of, _), _| of != framework);
        agent.killed.retain(|(of, _)| of != framework);
        agent.release_all(framework);
    }

    /// Forgets a task, except among the completed ones.
    pub(super) fn remove_task(&mut self, framework: &str, task: &str) {
        let Some(known) = self.frameworks.get_mut(framework) else { return };
        let Some(task) = known.tasks.remove(task) else { return };
        let agent = task.agent_id().value.clone();
        if let Some(agent) = self.agents.get_mut(&agent) {
            agent.killed.remove(&(framework.to_owned(), task.id().to_owned()));
            if holds_resources(task.state) {
                agent.release(framework, &resources_of(&task));
            }
        }
        known.add_completed(task);
    }

    /// Forgets an executor and frees what it held; whether it was known.
    pub(super) fn remove_executor(&mut self, agent: &str, framework: &str, executor: &str) -> bool {
        let Some(agent) = self.agents.get_mut(agent) else { return false };
        let removed = agent.executors.remove(&(framework.to_owned(), executor.to_owned()));
        if let Some(executor) = &removed {
            agent.release(framework, &executor.resources.iter().cloned().collect());
        }
        removed.is_some()
    }

    /// Forgets all executors of a framework on an agent.
    pub(super) fn remove_executors(&mut self, agent: &str, framework: &str) {
        let executors = self.agents.get(agent).into_iter().flat_map(|agent| agent.executors.keys());
        let executors: Vec<_> =
            executors.filter(|(of, _)| of == framework).map(|(_, executor)| executor.clone()).collect();
        for executor in executors {
            self.remove_executor(agent, framework, &executor);
        }
    }
}

fn resources_of(task: &Task) -> Resources {
    task.info.resources.iter().cloned().collect()
}
