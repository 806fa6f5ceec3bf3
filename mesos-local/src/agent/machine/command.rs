//! Tasks that consist of a command only. The agent plays their executor, and decides with the same
//! state machine as the program `mesos-executor`.

use std::time::Duration;

use mesos_executor::machine as executor;
use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::{
    CommandInfo, ExecutorId, ExecutorInfo, FrameworkInfo, KillPolicy, Resource, TaskId, TaskInfo, TaskStatus,
    resource, value,
};

use super::executor::{CommandTask, ExecutorState, shutdown_grace_period};
use super::timers::Timer;
use super::{Action, Machine, Signal};

/// What a command gets on top of the resources of its task, for the executor that a real agent
/// would start.
const EXECUTOR_CPUS: f64 = 0.1;
const EXECUTOR_MEM: f64 = 32.0;
/// The default directory for Mesos' own programs on a real agent. Nothing is started from there
/// here.
const LAUNCHER_DIR: &str = "/usr/local/libexec/mesos";
/// How much longer than its command an executor has to obey SHUTDOWN.
const SHUTDOWN_MARGIN: Duration = Duration::from_secs(2);

impl Machine {
    pub(super) fn command_task(&self, executor: &ExecutorInfo) -> CommandTask {
        executor::Machine::new(shutdown_grace_period(executor, self.flags.executor_shutdown_grace_period))
    }

    pub(super) fn command_started(&mut self, framework_id: &str, executor_id: &str) {
        let Some(executor) = self.executor(framework_id, executor_id) else { return };
        executor.state = ExecutorState::Running;
        let container = executor.container.clone();
        let task = executor.queued.first().and_then(|queued| queued.tasks().first()).cloned();
        self.timers.cancel(&Timer::ExecutorRegistration(container));
        let Some(task) = task else {
            return self.shutdown_executor(framework_id, executor_id);
        };
        self.send_queued(framework_id, executor_id);
        let framework = self.frameworks.get(framework_id);
        let knows_killing =
            framework.is_some_and(|framework| framework.has_capability(capability::Type::TaskKillingState));
        for input in [executor::Input::Subscribed { knows_killing }, executor::Input::Launch(Box::new(task))]
        {
            self.input_to_command(framework_id, executor_id, input);
        }
    }

    /// Sends the last update of the command's task, before the agent handles the end of the
    /// container.
    pub(super) fn command_exited(&mut self, container: &str, status: i32) {
        self.input_to_command_in(container, executor::Input::Exited(status));
    }

    pub(super) fn kill_command(&mut self, framework_id: &str, executor_id: &str, policy: Option<KillPolicy>) {
        let task = TaskId::from(executor_id);
        self.input_to_command(framework_id, executor_id, executor::Input::Kill(task, policy));
    }

    /// Shuts down an executor that the agent plays. Even one that received no task has its process.
    pub(super) fn shut_command_down(&mut self, framework_id: &str, executor_id: &str) {
        let Some(executor) = self.executor(framework_id, executor_id) else { return };
        let (container, without_task) = (executor.container.clone(), executor.launched.is_empty());
        self.input_to_command(framework_id, executor_id, executor::Input::Shutdown);
        if without_task {
            self.signal(&container, Signal::Terminate);
        }
    }

    pub(super) fn input_to_command_in(&mut self, container: &str, input: executor::Input) {
        if let Some((framework_id, executor_id)) = self.containers.get(container).cloned() {
            self.input_to_command(&framework_id, &executor_id, input);
        }
    }

    fn input_to_command(&mut self, framework_id: &str, executor_id: &str, input: executor::Input) {
        let now = self.now;
        let Some(executor) = self.executor(framework_id, executor_id) else { return };
        let container = executor.container.clone();
        let Some(command) = &mut executor.command else { return };
        let (actions, deadline) = (command.step(now, input), command.deadline());
        let timer = Timer::Command(container.clone());
        match deadline {
            Some(deadline) => self.timers.set(timer, deadline),
            None => self.timers.cancel(&timer),
        }
        for action in actions {
            self.do_for_command((framework_id, executor_id), &container, action);
        }
    }

    fn do_for_command(&mut self, ids: (&str, &str), container: &str, action: executor::Action) {
        let container = container.to_owned();
        match action {
            executor::Action::Report(status) => self.command_update(ids, *status),
            executor::Action::Terminate => self.signal(&container, Signal::Terminate),
            executor::Action::Kill => self.signal(&container, Signal::Kill),
            executor::Action::Probe(which, probe, _) => {
                self.actions.push(Action::Probe { container, which, probe });
            }
            executor::Action::Abandon(which) => self.actions.push(Action::Abandon { container, which }),
            // The agent has already started the command, and handles its end itself.
            executor::Action::Start(_) | executor::Action::End => {}
        }
    }

    fn command_update(&mut self, (framework_id, executor_id): (&str, &str), status: TaskStatus) {
        let uuid = Some(self.ids.bytes());
        let executor_id = Some(ExecutorId::from(executor_id));
        self.executor_update(framework_id, TaskStatus { uuid, executor_id, ..status });
    }
}

/// Returns the executor of a command task, with the name and resources that real agents give it.
#[expect(deprecated, reason = "real agents still name a source")]
pub(super) fn executor_info(task: &TaskInfo, framework: &FrameworkInfo) -> ExecutorInfo {
    let command = task.command.as_deref().cloned().unwrap_or_default();
    let grace = grace_period(task.kill_policy.as_ref());
    let shutdown_grace_period = grace.map(|grace| grace.saturating_add(SHUTDOWN_MARGIN).into());
    ExecutorInfo {
        executor_id: ExecutorId::from(task.task_id.value.clone()),
        framework_id: framework.id.clone(),
        name: Some(format!(
            "Command Executor (Task: {}) (Command: {})",
            task.task_id.value,
            shorten(&command)
        )),
        resources: vec![scalar("cpus", EXECUTOR_CPUS, task), scalar("mem", EXECUTOR_MEM, task)],
        container: task.container.clone(),
        labels: task.labels.clone(),
        discovery: task.discovery.clone(),
        shutdown_grace_period,
        source: Some(task.task_id.value.clone()),
        command: Some(Box::new(executor_command(command))),
        ..ExecutorInfo::default()
    }
}

/// Returns the command that starts this executor on a real agent, with its files and variables.
fn executor_command(command: CommandInfo) -> CommandInfo {
    CommandInfo {
        shell: Some(false),
        value: Some(format!("{LAUNCHER_DIR}/mesos-executor")),
        arguments: vec!["mesos-executor".to_owned(), format!("--launcher_dir={LAUNCHER_DIR}")],
        ..command
    }
}

fn grace_period(policy: Option<&KillPolicy>) -> Option<Duration> {
    policy?.grace_period.map(Duration::from)
}

fn shorten(command: &CommandInfo) -> String {
    let value = command.value.clone().unwrap_or_default();
    let (open, text, close) = if command.shell.unwrap_or(true) {
        ("sh -c '", value, "'")
    } else {
        ("[", [&[value], command.arguments.as_slice()].concat().join(", "), "]")
    };
    let short = if text.len() > 15 { text.chars().take(12).collect::<String>() + "..." } else { text };
    format!("{open}{short}{close}")
}

fn scalar(name: &str, amount: f64, task: &TaskInfo) -> Resource {
    Resource {
        name: name.to_owned(),
        r#type: value::Type::Scalar.into(),
        scalar: Some(value::Scalar { value: amount }),
        allocation_info: executor::allocation_role(task)
            .map(|role| resource::AllocationInfo { role: Some(role.to_owned()) }),
        ..Resource::default()
    }
}
