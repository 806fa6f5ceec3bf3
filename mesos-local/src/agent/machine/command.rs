//! Tasks that are a mere command: the agent plays their executor, as the program `mesos-executor` does elsewhere.

use std::time::Duration;

use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{
    CommandInfo, DurationInfo, ExecutorId, ExecutorInfo, FrameworkInfo, KillPolicy, Resource, TaskInfo,
    TaskState, TaskStatus, resource, value,
};

use super::executor::{ExecutorState, duration};
use super::timers::Timer;
use super::{Machine, Signal};

/// What a command gets beside the resources of its task, for the executor that a real agent would start.
const EXECUTOR_CPUS: f64 = 0.1;
const EXECUTOR_MEM: f64 = 32.0;
/// Between SIGTERM and SIGKILL, unless a kill policy says otherwise.
const KILL_GRACE_PERIOD: Duration = Duration::from_secs(3);
/// A real executor kills its command this much before the agent would kill both.
const SHUTDOWN_MARGIN: Duration = Duration::from_secs(2);

/// How far the command is.
#[derive(Clone, Debug)]
pub(super) struct CommandTask {
    task: String,
    kill_grace_period: Duration,
    max_completion_time: Option<Duration>,
    /// When it was asked to end.
    killed_at: Option<Duration>,
    out_of_time: bool,
}

impl CommandTask {
    pub(super) fn of(task: &TaskInfo) -> Self {
        Self {
            task: task.task_id.value.clone(),
            kill_grace_period: grace_period(task.kill_policy.as_ref()).unwrap_or(KILL_GRACE_PERIOD),
            max_completion_time: task.max_completion_time.map(duration).filter(|time| !time.is_zero()),
            killed_at: None,
            out_of_time: false,
        }
    }

    /// The state of a task whose command has ended.
    fn ended(&self, status: i32) -> TaskState {
        match (self.out_of_time, self.killed_at, status) {
            (true, _, _) => TaskState::TaskFailed,
            (_, Some(_), _) => TaskState::TaskKilled,
            (_, None, 0) => TaskState::TaskFinished,
            _ => TaskState::TaskFailed,
        }
    }
}

impl Machine {
    pub(super) fn command_started(&mut self, framework_id: &str, executor_id: &str) {
        let Some(executor) = self.executor(framework_id, executor_id) else { return };
        executor.state = ExecutorState::Running;
        let container = executor.container.clone();
        let limit = executor.command.as_ref().and_then(|command| command.max_completion_time);
        self.timers.cancel(&Timer::ExecutorRegistration(container.clone()));
        if executor_is_spare(self, framework_id, executor_id) {
            return self.shutdown_executor(framework_id, executor_id);
        }
        self.send_queued(framework_id, executor_id);
        self.command_update(framework_id, executor_id, TaskState::TaskStarting, None);
        self.command_update(framework_id, executor_id, TaskState::TaskRunning, None);
        if let Some(limit) = limit {
            self.timers.set(Timer::MaxCompletionTime(container), self.now + limit);
        }
    }

    /// Before the agent deals with the end of the container: the last update of the command's task.
    pub(super) fn command_exited(&mut self, container: &str, status: i32) {
        let Some((framework_id, executor_id)) = self.containers.get(container).cloned() else { return };
        let Some(executor) = self.executor(&framework_id, &executor_id) else { return };
        let Some(command) = executor.command.as_ref().filter(|_| !executor.launched.is_empty()) else {
            return;
        };
        let state = command.ended(status);
        let reason = command.out_of_time.then_some(Reason::MaxCompletionTimeReached);
        let message = format!("Command {}", describe(status));
        self.command_update(&framework_id, &executor_id, state, Some((message, reason)));
    }

    pub(super) fn kill_command(
        &mut self,
        framework_id: &str,
        executor_id: &str,
        policy: Option<&KillPolicy>,
    ) {
        let Some(executor) = self.executor(framework_id, executor_id) else { return };
        let Some(command) = &executor.command else { return };
        let grace = grace_period(policy).unwrap_or(command.kill_grace_period);
        self.end_command(framework_id, executor_id, grace);
    }

    /// SHUTDOWN of an executor that the agent plays.
    pub(super) fn shut_command_down(&mut self, framework_id: &str, executor_id: &str, grace: Duration) {
        self.end_command(framework_id, executor_id, grace.saturating_sub(SHUTDOWN_MARGIN));
    }

    pub(super) fn completion_timed_out(&mut self, container: &str) {
        let Some((framework_id, executor_id)) = self.containers.get(container).cloned() else { return };
        let Some(command) = self.executor_in(container).and_then(|executor| executor.command.as_mut()) else {
            return;
        };
        command.out_of_time = command.killed_at.is_none();
        self.end_command(&framework_id, &executor_id, Duration::ZERO);
    }

    /// SIGTERM the first time, and SIGKILL after the shortest of all grace periods asked for.
    fn end_command(&mut self, framework_id: &str, executor_id: &str, grace: Duration) {
        let now = self.now;
        let Some(executor) = self.executor(framework_id, executor_id) else { return };
        let container = executor.container.clone();
        let Some(command) = &mut executor.command else { return };
        let first = command.killed_at.is_none();
        let begun = *command.killed_at.get_or_insert(now);
        let silent = command.out_of_time;
        self.timers.cancel(&Timer::MaxCompletionTime(container.clone()));
        if first {
            self.tell_killing(framework_id, executor_id, silent);
            self.signal(&container, Signal::Terminate);
        }
        let timer = Timer::KillGrace(container);
        let sooner = self.timers.at(&timer).is_none_or(|at| begun + grace < at);
        if sooner && (first || self.timers.at(&timer).is_some()) {
            self.timers.set(timer, now.max(begun + grace));
        }
    }

    fn tell_killing(&mut self, framework_id: &str, executor_id: &str, silent: bool) {
        let Some(framework) = self.frameworks.get(framework_id) else { return };
        if !silent && framework.has_capability(capability::Type::TaskKillingState) {
            self.command_update(framework_id, executor_id, TaskState::TaskKilling, None);
        }
    }

    fn command_update(
        &mut self,
        framework_id: &str,
        executor_id: &str,
        state: TaskState,
        why: Option<(String, Option<Reason>)>,
    ) {
        let uuid = self.ids.bytes();
        let Some(executor) = self.executor(framework_id, executor_id) else { return };
        let Some(command) = &executor.command else { return };
        let task_id = mesos_sdk::proto::v1::TaskId { value: command.task.clone() };
        let executor_id = Some(executor.info.executor_id.clone());
        let (message, reason) = why.map_or((None, None), |(message, reason)| (Some(message), reason));
        let status = TaskStatus {
            task_id,
            state: state.into(),
            message,
            reason: reason.map(Into::into),
            uuid: Some(uuid),
            executor_id,
            ..TaskStatus::default()
        };
        self.executor_update(framework_id, status);
    }
}

fn executor_is_spare(machine: &mut Machine, framework_id: &str, executor_id: &str) -> bool {
    machine.executor(framework_id, executor_id).is_some_and(|executor| executor.queued.is_empty())
}

/// The executor of a command task, named and equipped as real agents do.
pub(super) fn executor_info(task: &TaskInfo, framework: &FrameworkInfo) -> ExecutorInfo {
    let command = task.command.as_deref().cloned().unwrap_or_default();
    let shutdown_grace_period = grace_period(task.kill_policy.as_ref()).map(|grace| DurationInfo {
        nanoseconds: i64::try_from((grace + SHUTDOWN_MARGIN).as_nanos()).unwrap_or(i64::MAX),
    });
    ExecutorInfo {
        executor_id: ExecutorId { value: task.task_id.value.clone() },
        framework_id: framework.id.clone(),
        name: Some(format!(
            "Command Executor (Task: {}) (Command: {})",
            task.task_id.value,
            shorten(&command)
        )),
        resources: vec![scalar("cpus", EXECUTOR_CPUS, task), scalar("mem", EXECUTOR_MEM, task)],
        container: task.container.as_deref().cloned(),
        labels: task.labels.clone(),
        discovery: task.discovery.as_deref().cloned(),
        shutdown_grace_period,
        command: Some(command),
        ..ExecutorInfo::default()
    }
}

/// The role that the task's resources are allocated to.
pub(super) fn role(task: &TaskInfo) -> Option<String> {
    task.resources.first()?.allocation_info.as_ref()?.role.clone()
}

/// The words of the C library for a status of waitpid.
fn describe(status: i32) -> String {
    match (status & 0x7f, status >> 8) {
        (0, code) => format!("exited with status {}", code & 0xff),
        (signal, _) => {
            let core = if status & 0x80 == 0 { "" } else { " (core dumped)" };
            format!("terminated with signal {}{core}", signal_name(signal))
        }
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "Hangup",
        2 => "Interrupt",
        3 => "Quit",
        4 => "Illegal instruction",
        6 => "Aborted",
        8 => "Floating point exception",
        9 => "Killed",
        11 => "Segmentation fault",
        13 => "Broken pipe",
        14 => "Alarm clock",
        15 => "Terminated",
        other => return format!("Unknown signal {other}"),
    };
    name.to_owned()
}

fn grace_period(policy: Option<&KillPolicy>) -> Option<Duration> {
    policy?.grace_period.map(duration)
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
        allocation_info: role(task).map(|role| Box::new(resource::AllocationInfo { role: Some(role) })),
        ..Resource::default()
    }
}
