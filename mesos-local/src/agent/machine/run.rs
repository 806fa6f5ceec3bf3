//! Tasks that the master gives the agent to run.

use mesos_executor::machine::allocation_role;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{ExecutorInfo, FrameworkInfo, TaskInfo, executor_info};

use super::action::{Action, Launch};
use super::command;
use super::executor::{CommandTask, Executor, ExecutorState, Queued, shutdown_grace_period};
use super::exited::NO_STATUS;
use super::framework::Framework;
use super::{AgentState, Machine};

impl Machine {
    pub(super) fn run_tasks(
        &mut self,
        framework: &FrameworkInfo,
        (executor, launch_executor): (Option<&ExecutorInfo>, bool),
        tasks: Vec<TaskInfo>,
        group: bool,
    ) {
        let mine = |task: &TaskInfo| Some(&task.agent_id) == self.info.id.as_ref();
        let ready = matches!(self.state, AgentState::Disconnected | AgentState::Running);
        if !ready || !tasks.iter().all(mine) {
            return;
        }
        let queued = if group {
            vec![Queued::Group(tasks)]
        } else {
            tasks.into_iter().map(|task| Queued::Task(Box::new(task))).collect()
        };
        for queued in queued {
            self.run(framework, (executor.cloned(), launch_executor), queued);
        }
    }

    fn run(
        &mut self,
        info: &FrameworkInfo,
        (executor, launch_executor): (Option<ExecutorInfo>, bool),
        queued: Queued,
    ) {
        let Some(first) = queued.tasks().first() else { return };
        let framework_id = info.id.clone().unwrap_or_default().value;
        let framework = self.frameworks.entry(framework_id.clone()).or_insert_with(|| {
            let mut framework = Framework::new(info.clone());
            // What was remembered of it goes on.
            let index = self.completed.iter().position(|before| before.id() == framework.id());
            let before = index.and_then(|index| self.completed.remove(index));
            framework.completed = before.map(|before| before.completed).unwrap_or_default();
            framework
        });
        if framework.terminating {
            return;
        }
        let is_command = executor.is_none();
        let mut executor = executor.unwrap_or_else(|| command::executor_info(first, info));
        executor.framework_id.get_or_insert_with(|| framework.id());
        let executor_id = executor.executor_id.value.clone();
        match framework.executors.get(&executor_id).map(|known| known.state) {
            Some(ExecutorState::Terminating) => {
                self.refuse(&framework_id, None, &queued, "Executor terminating");
            }
            Some(ExecutorState::Terminated) => {
                // The master has learned of its end, and now counts another run of it.
                self.report_exited(&framework_id, &executor_id, NO_STATUS);
                let message = "Master wants to launch executor, but one already exists";
                self.refuse(&framework_id, Some(&executor_id), &queued, message);
            }
            Some(ExecutorState::Registering) => self.enqueue(&framework_id, &executor_id, queued),
            Some(ExecutorState::Running) => {
                self.enqueue(&framework_id, &executor_id, queued);
                self.send_queued(&framework_id, &executor_id);
            }
            None if !launch_executor => {
                // Its end is on the way to the master, which would not count a new run.
                let message = "No executor is expected to launch and there is no executor running";
                self.refuse(&framework_id, Some(&executor_id), &queued, message);
            }
            None => {
                let command = is_command.then(|| self.command_task(&executor));
                self.start_executor(&framework_id, executor, command, queued.tasks());
                self.enqueue(&framework_id, &executor_id, queued);
            }
        }
    }

    fn enqueue(&mut self, framework_id: &str, executor_id: &str, queued: Queued) {
        let Some(framework) = self.frameworks.get_mut(framework_id) else { return };
        for task in queued.tasks() {
            framework.tasks.insert(task.task_id.value.clone(), executor_id.to_owned());
        }
        if let Some(executor) = framework.executors.get_mut(executor_id) {
            executor.queued.push(queued);
        }
    }

    /// Reports tasks as dropped because their executor has terminated.
    fn refuse(&mut self, framework_id: &str, executor: Option<&str>, queued: &Queued, message: &str) {
        let Some(state) = self.frameworks.get(framework_id).map(Framework::dropped) else { return };
        for task in queued.tasks() {
            let task = &task.task_id.value;
            self.own_update(framework_id, executor, task, state, Reason::ExecutorTerminated, message);
        }
    }

    fn start_executor(
        &mut self,
        framework_id: &str,
        info: ExecutorInfo,
        command: Option<CommandTask>,
        tasks: &[TaskInfo],
    ) {
        let Some(task) = tasks.first() else { return };
        let container = self.ids.text();
        let volumes = self.first_links(&info, tasks);
        let Some(framework) = self.frameworks.get_mut(framework_id) else { return };
        let key = (framework_id.to_owned(), info.executor_id.value.clone());
        let launch = Launch {
            container: container.clone(),
            agent_id: self.info.id.clone().unwrap_or_default().value,
            framework_id: key.0.clone(),
            executor_id: key.1.clone(),
            executor_name: info.name.clone().unwrap_or_default(),
            role: command.is_some().then(|| allocation_role(task)).flatten().map(str::to_owned),
            user: user(&info, &framework.info),
            command: *match command {
                Some(_) => task.command.clone(),
                None => info.command.clone(),
            }
            .unwrap_or_default(),
            is_default: info.r#type() == executor_info::Type::Default,
            unsupported: unsupported(&info),
            terminal: info.container.as_ref().is_some_and(|container| container.tty_info.is_some()),
            checkpoint: framework.checkpoint(),
            shutdown_grace_period: shutdown_grace_period(&info, self.flags.executor_shutdown_grace_period),
            volumes,
        };
        let mut executor = Executor::new(info, container.clone(), command);
        executor.volumes =
            launch.volumes.iter().map(|link| (link.volume.clone(), link.name.clone())).collect();
        framework.executors.insert(key.1.clone(), executor);
        self.containers.insert(container, key);
        self.actions.push(Action::Start(Box::new(launch)));
    }
}

/// Returns the user of the command, otherwise that of the framework.
fn user(info: &ExecutorInfo, framework: &FrameworkInfo) -> String {
    let own = info.command.as_ref().and_then(|command| command.user.clone());
    own.unwrap_or_else(|| framework.user.clone())
}

/// Returns what this agent cannot run, worded for the framework's author.
fn unsupported(info: &ExecutorInfo) -> Option<&'static str> {
    let image = info.container.as_ref().is_some_and(|container| {
        container.docker.is_some() || container.mesos.as_ref().is_some_and(|mesos| mesos.image.is_some())
    });
    image.then_some("the embedded agent runs no container images")
}
