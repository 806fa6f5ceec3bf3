//! The message that launches a task.

use mesos_placement::Assignment;
use mesos_sdk::build::{self, Discovery, HealthCheck};
use mesos_sdk::proto::v1::discovery_info::Visibility;
use mesos_sdk::proto::v1::{AgentId, TaskInfo};
use mesos_sdk::validation::ValidationError;

use super::ports::Ports;
use crate::health::{Check, Health};
use crate::port::{Port, variable};
use crate::task::{Command, Task};

/// Creates the message for a task of the batch or service `name`.
pub(super) fn task_info(
    task: &Task,
    id: &str,
    (name, index): (&str, usize),
    (assignment, ports): (&Assignment, &Ports),
) -> Result<TaskInfo, ValidationError> {
    let command = match &task.command {
        Command::Shell(line) => build::Command::shell(line),
        Command::Argv(arguments) => build::Command::argv(arguments),
    };
    let own = [("INSTANCE", index.to_string()), ("WORKLOAD", name.to_owned())];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
    let numbers = ports.iter().map(|(name, number)| (variable(name), number.to_string()));
    let env = own.chain(numbers).chain(task.env.clone());
    let command = env.fold(command, |command, (name, value)| command.env(name, value));
    let command = task.uris.iter().fold(command, build::Command::uri);
    let mut info = build::Task::new(id).name(format!("{name}.{index}")).command(command);
    if let Some(grace) = task.kill_grace {
        info = info.kill_grace(grace);
    }
    if let Some(time) = task.max_completion_time {
        info = info.max_completion_time(time);
    }
    if let Some(health) = &task.health {
        info = info.health_check(health_check(health, ports));
    }
    if !ports.is_empty() {
        info = info.discovery(discovery(name, ports));
    }
    info.resources(assignment.resources.clone()).build(&AgentId::from(assignment.agent.as_str()))
}

/// Returns what service discovery publishes of a task with these ports.
fn discovery(name: &str, ports: &Ports) -> Discovery {
    let named = Discovery::new(name, Visibility::Cluster);
    ports.iter().fold(named, |discovery, (name, number)| discovery.port(*number, name, "tcp"))
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
