//! The message that launches a task.

use mesos_placement::Assignment;
use mesos_sdk::build::{self, Discovery, HealthCheck};
use mesos_sdk::payload::Bytes;
use mesos_sdk::proto::v1::discovery_info::Visibility;
use mesos_sdk::proto::v1::{AgentId, TaskInfo};
use mesos_sdk::validation::ValidationError;

use super::ports::Ports;
use crate::health::{Check, Health};
use crate::port::{Port, variable};
use crate::task::{Command, Task};
use crate::work::{ATTEMPT, INDEX};

/// Creates the message for a task of the batch or service `name`.
pub(super) fn task_info(
    task: &Task,
    attempt: (&str, u32),
    (name, index): (&str, usize),
    (assignment, ports): (&Assignment, &Ports),
) -> Result<TaskInfo, ValidationError> {
    let info = described(task, attempt, (name, index), ports).name(format!("{name}.{index}"));
    info.resources(assignment.resources.clone()).build(&AgentId::from(assignment.agent.as_str()))
}

/// Describes a task, but for its name and its resources. It may use ports of others of its pod.
pub(super) fn described(
    task: &Task,
    (id, attempt): (&str, u32),
    (name, index): (&str, usize),
    ports: &Ports,
) -> build::Task {
    let command = command(task, (name, index), ports);
    let info = build::Task::new(id);
    let mut info = match &task.input {
        Some(input) => with_executor(info, (id, name, index), (task, command), (&input.0, attempt)),
        None => info.command(command),
    };
    if let Some(grace) = task.kill_grace {
        info = info.kill_grace(grace);
    }
    if let Some(time) = task.max_completion_time {
        info = info.max_completion_time(time);
    }
    if let Some(health) = &task.health {
        info = info.health_check(health_check(health, ports));
    }
    if !task.ports.is_empty() {
        info = info.discovery(discovery(name, task, ports));
    }
    info
}

/// Returns the command of a task, or of its executor.
fn command(task: &Task, (name, index): (&str, usize), ports: &Ports) -> build::Command {
    let command = match &task.command {
        Command::Shell(line) => build::Command::shell(line),
        Command::Argv(arguments) => build::Command::argv(arguments),
    };
    let own = [("INSTANCE", index.to_string()), ("WORKLOAD", name.to_owned())];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
    let numbers = ports.iter().map(|(name, number)| (variable(name), number.to_string()));
    let env = own.chain(numbers).chain(task.env.clone());
    let command = env.fold(command, |command, (name, value)| command.env(name, value));
    task.uris.iter().fold(command, build::Command::uri)
}

/// Gives a task its own executor, which has no resources but those of the task, and its input.
fn with_executor(
    info: build::Task,
    (id, name, index): (&str, &str, usize),
    (task, command): (&Task, build::Command),
    (input, attempt): (&Bytes, u32),
) -> build::Task {
    let executor = build::Executor::custom(id, command).name(name);
    let executor = match &task.image {
        Some(image) => executor.container(build::Container::mesos().image(image)),
        None => executor,
    };
    let info = info.executor(executor).data(input.clone());
    info.label(INDEX, index.to_string()).label(ATTEMPT, attempt.to_string())
}

/// Returns what service discovery publishes of a task, whose ports are among these.
fn discovery(name: &str, task: &Task, ports: &Ports) -> Discovery {
    let named = Discovery::new(name, Visibility::Cluster);
    let ports = ports.iter().filter(|(name, _)| task.ports.contains(name));
    ports.fold(named, |discovery, (name, number)| discovery.port(*number, name, "tcp"))
}

fn health_check(health: &Health, ports: &Ports) -> HealthCheck {
    let number = |port: &Port| match port {
        Port::Number(number) => *number,
        // Each name was checked when the task was submitted.
        Port::Name(name) => ports.get(name).copied().unwrap_or_default(),
    };
    let mut check = match &health.check {
        Check::Http(port, path) => HealthCheck::http(number(port)).path(path),
        Check::Tcp(port) => HealthCheck::tcp(number(port)),
        Check::Command(line) => HealthCheck::command(build::Command::shell(line)),
    };
    if let Some(delay) = health.delay {
        check = check.delay(delay);
    }
    if let Some(interval) = health.interval {
        check = check.interval(interval);
    }
    if let Some(grace) = health.grace {
        check = check.grace_period(grace);
    }
    match health.failures {
        Some(failures) => check.failures(failures),
        None => check,
    }
}
