//! Agents that reregister, with what runs on them.

use std::collections::BTreeSet;

use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{AgentInfo, ExecutorInfo, FrameworkId, FrameworkInfo, Operation, TaskId};
use mesos_sdk::resources::Resources;

use super::agent::Agent;
use super::framework::Framework;
use super::task::{Made, Task, holds_resources};
use super::tracked::Tracked;
use super::{Action, Link, Master, event};
use crate::messages::{RunningTask, ToAgent};

impl Master {
    pub(super) fn reregister(
        &mut self,
        link: Link,
        (info, total): (AgentInfo, Resources),
        frameworks: &[FrameworkInfo],
        executors: Vec<(FrameworkId, ExecutorInfo)>,
        tasks: Vec<RunningTask>,
        operations: Vec<Operation>,
    ) {
        let Some(agent_id) = info.id.clone().filter(|_| self.knows_region(&info)) else { return };
        let id = agent_id.value.clone();
        if self.gone.contains(&id) {
            self.actions.push(Action::SendToAgent { link, message: ToAgent::Shutdown });
            return;
        }
        let is_known = self.agents.contains_key(&id);
        if !is_known {
            self.agents.insert(id.clone(), Agent::new(info, total, link, self.now));
        }
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.link = Some(link);
            agent.unreachable_at = None;
            agent.reregistered = Some(self.now);
        }
        self.counters.count("slave_reregistrations");
        self.send_to_agent(&id, ToAgent::Registered { agent_id });
        let present = present(frameworks, &tasks, is_known);
        if is_known {
            self.reconcile_agent(&id, &executors, &tasks);
        } else {
            self.add_known(&id, frameworks, executors, tasks);
            self.add_operations(&id, operations);
        }
        self.correct(&id, frameworks);
        self.drain_again(&id);
        self.repeat_operations(&id);
        self.shut_down_completed(&id, present);
        self.allocate_now = true;
    }

    /// Sends the agent the frameworks that have changed while it was away.
    fn correct(&mut self, agent: &str, frameworks: &[FrameworkInfo]) {
        for known in frameworks {
            let id = known.id.as_ref().map_or("", |id| &id.value);
            let framework = self.frameworks.get(id).map(|framework| &framework.info);
            if let Some(info) = framework.filter(|info| *info != known).cloned() {
                self.send_to_agent(agent, ToAgent::UpdateFramework { framework: Box::new(info) });
            }
        }
    }

    /// Shuts down frameworks on the agent that were removed while it was away.
    fn shut_down_completed(&mut self, agent: &str, frameworks: Vec<FrameworkId>) {
        for framework_id in frameworks {
            if self.is_completed(&framework_id.value) {
                self.send_to_agent(agent, ToAgent::ShutdownFramework { framework_id });
            }
        }
    }

    /// Reconciles an agent that was registered before. Asks about, or forgets, what only the master
    /// knows, and repeats kills.
    fn reconcile_agent(
        &mut self,
        id: &str,
        executors: &[(FrameworkId, ExecutorInfo)],
        tasks: &[RunningTask],
    ) {
        let running: BTreeSet<_> = tasks
            .iter()
            .map(|task| (task.framework_id.value.as_str(), task.info.task_id.value.as_str()))
            .collect();
        let frameworks: Vec<_> = self.frameworks.keys().cloned().collect();
        for framework in &frameworks {
            let mut missing = self.tasks_on(framework, id);
            missing.retain(|task| !running.contains(&(framework.as_str(), task.as_str())));
            self.ask_about(id, framework, missing);
        }
        let known: BTreeSet<_> = executors
            .iter()
            .map(|(framework, executor)| (framework.value.clone(), executor.executor_id.value.clone()))
            .collect();
        let counted =
            self.agents.get(id).map(|agent| agent.executors.keys().cloned().collect()).unwrap_or_default();
        let counted: BTreeSet<(String, String)> = counted;
        for (framework, executor) in counted.difference(&known) {
            self.remove_executor(id, framework, executor);
        }
        for task in tasks {
            self.kill_again(id, task);
        }
    }

    fn ask_about(&mut self, agent: &str, framework: &str, tasks: Vec<String>) {
        let Some(framework) = self.frameworks.get(framework).filter(|_| !tasks.is_empty()) else { return };
        let framework = Box::new(framework.info.clone());
        let tasks = tasks.into_iter().map(TaskId::from).collect();
        self.send_to_agent(agent, ToAgent::Reconcile { framework, tasks });
    }

    fn kill_again(&mut self, agent: &str, task: &RunningTask) {
        let key = (task.framework_id.value.clone(), task.info.task_id.value.clone());
        let was_killed = self.agents.get(agent).is_some_and(|agent| agent.killed.contains(&key));
        if was_killed && !task.latest.state().is_terminal() {
            let (framework_id, task_id) = (task.framework_id.clone(), task.info.task_id.clone());
            self.send_to_agent(agent, ToAgent::KillTask { framework_id, task_id, policy: None });
        }
    }

    /// Adds an agent that was unreachable, or that a new master does not know. All that it runs is
    /// counted again.
    fn add_known(
        &mut self,
        id: &str,
        frameworks: &[FrameworkInfo],
        executors: Vec<(FrameworkId, ExecutorInfo)>,
        tasks: Vec<RunningTask>,
    ) {
        let is_recovered = self.recovered.remove(id).is_some();
        let was_unreachable = self.unreachable.remove(id).is_some();
        for info in frameworks {
            self.recover_framework(info);
        }
        for (framework, executor) in executors {
            if let Some(agent) =
                self.agents.get_mut(id).filter(|_| self.frameworks.contains_key(&framework.value))
            {
                agent.hold(&framework.value, &executor.resources.iter().cloned().collect());
                agent.executors.insert((framework.value, executor.executor_id.value.clone()), executor);
            }
        }
        let message = match was_unreachable {
            true => "Unreachable agent re-reregistered",
            false => "Unknown agent reregistered",
        };
        for task in tasks {
            self.add_running(id, task, (!is_recovered).then_some(message));
        }
        self.forget_unreachable_tasks(id);
        self.publish_agent_added(id);
    }

    fn add_operations(&mut self, agent: &str, operations: Vec<Operation>) {
        let Some(agent) = self.agents.get_mut(agent) else { return };
        agent.operations.extend(operations.into_iter().map(
            |Operation { framework_id, uuid, info, latest_status, .. }| {
                let status = Some(latest_status);
                (
                    uuid.value,
                    Tracked { framework_id, id: info.id.clone(), operation: Some(Box::new(info)), status },
                )
            },
        ));
    }

    /// Recovers a framework that an agent knows and this master does not.
    fn recover_framework(&mut self, info: &FrameworkInfo) {
        let id = info.id.as_ref().map_or("", |id| &id.value);
        if !id.is_empty() && !self.frameworks.contains_key(id) && !self.is_completed(id) {
            self.frameworks.insert(id.to_owned(), Framework::new(info.clone(), self.now));
            self.publish_framework(id, true);
        }
    }

    /// Counts a task. With a message, its framework receives an update.
    fn add_running(&mut self, agent: &str, running: RunningTask, message: Option<&str>) {
        let RunningTask { framework_id, executor_id, info, latest } = running;
        let timestamp = self.timestamp();
        let Some(framework) = self.frameworks.get_mut(&framework_id.value) else { return };
        let mut task = Task::new(framework_id.clone(), *info, latest.state());
        task.executor_id = executor_id;
        task.record(latest.state(), &latest);
        let resources: Resources = task.info.resources.iter().cloned().collect();
        if let Some(agent) = self.agents.get_mut(agent).filter(|_| holds_resources(task.state)) {
            agent.hold(&framework_id.value, &resources);
        }
        framework.completed_tasks.retain(|completed| completed.id() != task.id());
        let made = message.map(|message| Made {
            state: task.state,
            reason: Reason::AgentReregistered,
            message,
            timestamp,
        });
        let status = made.map(|made| task.status(made));
        let id = task.id().to_owned();
        framework.tasks.insert(id.clone(), task);
        self.publish_task_added(&framework_id.value, &id);
        if let Some(status) = status {
            self.send(&framework_id.value, event::update(status));
        }
    }

    fn forget_unreachable_tasks(&mut self, agent: &str) {
        for framework in self.frameworks.values_mut() {
            framework.unreachable_tasks.retain(|_, task| task.agent_id().value != agent);
        }
    }
}

/// Returns the frameworks that the master considers. On a known agent these are the ones with
/// tasks, as in Mesos (`Master::reconcileKnownSlave`), so that executors without a task outlive a
/// framework that ended meanwhile.
fn present(frameworks: &[FrameworkInfo], tasks: &[RunningTask], is_known: bool) -> Vec<FrameworkId> {
    let has_tasks = |id: &FrameworkId| tasks.iter().any(|task| task.framework_id == *id);
    let ids = frameworks.iter().filter_map(|framework| framework.id.clone());
    ids.filter(|id| !is_known || has_tasks(id)).collect()
}
