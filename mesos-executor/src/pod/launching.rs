//! How the tasks of a group begin.

use std::time::Duration;

use mesos_sdk::proto::v1::agent::call::LaunchContainer;
use mesos_sdk::proto::v1::volume::Source;
use mesos_sdk::proto::v1::volume::source::{self, SandboxPath, sandbox_path};
use mesos_sdk::proto::v1::{
    ContainerId, ContainerInfo, Resource, TaskInfo, TaskState, Volume, container_info,
};

use super::task::{Stage, Task};
use super::{Action, Machine};
use crate::machine::{Checks, command, completion_time, variable};

/// The variable that contains the address of a task.
const CONTAINER_IP: &str = "MESOS_CONTAINER_IP";

impl Machine {
    pub(super) fn on_launch_group(&mut self, tasks: Vec<(String, TaskInfo)>) {
        if self.shutting_down {
            return;
        }
        self.leaving.cancel();
        self.groups += 1;
        for (value, info) in tasks {
            let container = ContainerId { value, parent: Some(Box::new(self.container.clone())) };
            let launch = self.container_of(&info, container.clone());
            self.tasks.push(Task::new(info, container.clone(), self.groups));
            self.report(&container, TaskState::Starting);
            self.actions.push(Action::Launch(Box::new(launch)));
        }
    }

    /// Handles the agent's response. As in Mesos, no task of a group is reported as running before
    /// the agent has responded for all of them.
    pub(super) fn on_launched(
        &mut self,
        now: Duration,
        container: &ContainerId,
        launched: Result<(), String>,
    ) {
        let Some(task) = self.task(container).filter(|task| task.stage == Stage::Launching) else { return };
        task.stage = Stage::Launched(launched);
        let group = task.group;
        let mut others = self.tasks.iter().filter(|task| task.group == group);
        if others.all(|task| task.stage != Stage::Launching) {
            for container in self.containers(|task| task.group == group) {
                self.begin(now, container);
            }
        }
    }

    fn begin(&mut self, now: Duration, container: ContainerId) {
        let Some(task) = self.task(&container) else { return };
        let Stage::Launched(launched) = task.stage.clone() else { return };
        task.stage = launched.map_or_else(Stage::Refused, |()| Stage::Running);
        if task.stage == Stage::Running {
            self.run(now, &container);
        }
        if self.leaving.is_connected() {
            self.actions.push(Action::Wait(container));
        }
    }

    /// Waits for the containers once the agent has the executor again: one that is starting knows
    /// none of them yet. It may know more of a container that it has refused.
    pub(super) fn resume_waiting(&mut self) {
        let begun = self.containers(|task| matches!(task.stage, Stage::Running | Stage::Refused(_)));
        self.actions.extend(begun.into_iter().map(Action::Wait));
    }

    fn run(&mut self, now: Duration, container: &ContainerId) {
        let Some(task) = self.task(container) else { return };
        task.checks = Checks::of(&task.info, now);
        task.completion_due = completion_time(&task.info).map(|limit| now.saturating_add(limit));
        let (id, asked) = (task.info.task_id.clone(), task.kill_asked.take());
        self.actions.push(Action::Name(id, container.clone()));
        self.report(container, TaskState::Running);
        if let Some(grace) = asked {
            self.kill(now, container, grace);
        }
    }

    fn container_of(&self, task: &TaskInfo, container_id: ContainerId) -> LaunchContainer {
        let mut command = command(task);
        command.environment.get_or_insert_default().variables.push(variable(CONTAINER_IP, &self.ip));
        let mut container = task.container.clone();
        for volume in task.resources.iter().filter_map(volume_of_executor) {
            container.get_or_insert_with(|| Box::new(of_mesos())).volumes.push(volume);
        }
        LaunchContainer {
            container_id,
            command: Some(Box::new(command)),
            container,
            resources: task.resources.clone(),
            limits: task.limits.clone(),
        }
    }
}

fn of_mesos() -> ContainerInfo {
    ContainerInfo { r#type: container_info::Type::Mesos.into(), ..ContainerInfo::default() }
}

/// Returns the volume for a disk of the task. Agents mount it in the executor's sandbox, whose
/// path the task shares.
fn volume_of_executor(resource: &Resource) -> Option<Volume> {
    let mounted = resource.disk.as_ref()?.volume.as_ref()?;
    let path = mounted.container_path.clone();
    let kind = sandbox_path::Type::Parent;
    let sandbox_path = Some(SandboxPath { r#type: Some(kind.into()), path: path.clone() }.into());
    let r#type = Some(source::Type::SandboxPath.into());
    let source = Some(Source { r#type, sandbox_path, ..Source::default() }.into());
    Some(Volume { mode: mounted.mode, container_path: path, source, ..Volume::default() })
}
