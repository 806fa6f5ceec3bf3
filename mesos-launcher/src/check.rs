//! What is refused at once.

use std::time::Duration;

use mesos_sdk::resources::Scalar;

use crate::constraints;
use crate::error::{Error, ErrorKind};
use crate::health::{Check, Health};
use crate::pod::{Member, Pod};
use crate::port::Port;
use crate::spec::{BatchPolicy, Kind, ServicePolicy, Spec};
use crate::store::MAX_RECORD;
use crate::task::{Command, Task};
use crate::unit::Unit;

/// The longest name of a batch or service.
const MAX_NAME: usize = 100;
/// The most tasks and instances of a launcher.
const MAX_TASKS: usize = 50_000;
/// The largest description of the tasks of a batch, in bytes: it is written at once.
const MAX_DESCRIPTION: usize = 16 << 20;

/// The most ports of a task.
const MAX_PORTS: usize = 100;
/// The shortest time between health checks.
const MIN_INTERVAL: Duration = Duration::from_millis(10);
/// The longest name of a port, or of a task of a pod, as in names of DNS.
const MAX_PART_NAME: usize = 63;
/// The most tasks of a pod: a turn sends a KILL to each.
const MAX_MEMBERS: usize = 16;

/// Checks a batch or service, and returns the records of its tasks.
pub(crate) fn spec(spec: &Spec) -> Result<Vec<String>, Error> {
    let is_fine = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-' | '.');
    if spec.name.is_empty() || spec.name.len() > MAX_NAME || !spec.name.chars().all(is_fine) {
        let begin: String = spec.name.chars().take(MAX_NAME).collect();
        let text =
            format!("the name {begin:?} must have 1 to {MAX_NAME} of the characters a to z, 0 to 9, - and .");
        return Err(invalid(text));
    }
    let (backoff, wrong) = match &spec.policy.kind {
        Kind::Batch(policy) => (&policy.retry.backoff, batch(policy)),
        Kind::Service(policy) => (&policy.restart, service(policy)),
    };
    let growth = (!backoff.is_valid()).then_some("the factor of the back-off must be a number from 1");
    match wrong.or(growth) {
        Some(wrong) => Err(invalid(format!("{} {:?}: {wrong}", spec.policy.kind_name(), spec.name))),
        None => volume(spec).and_then(|()| tasks(spec)),
    }
}

/// Returns what is wrong with the policy of a batch.
fn batch(policy: &BatchPolicy) -> Option<&'static str> {
    match () {
        () if policy.max_concurrent == Some(0) => Some("max_concurrent must be at least 1"),
        () if policy.max_failure_ratio.is_some_and(|share| !(0.0..=1.0).contains(&share)) => {
            Some("max_failure_ratio must be 0 to 1")
        }
        () if policy.retry.attempts == 0 || policy.retry.platform_attempts == 0 => {
            Some("retry must be at least 1 attempt")
        }
        () => None,
    }
}

/// Returns what is wrong with the policy of a service.
fn service(policy: &ServicePolicy) -> Option<&'static str> {
    let update = &policy.update;
    match () {
        () if update.surge == 0 && update.missing == 0 => {
            Some("an update needs a surge or a number of missing instances of at least 1")
        }
        () if update.healthy_within.is_zero() => {
            Some("healthy_within must be greater than zero, or no new instance is healthy in time")
        }
        () => None,
    }
}

/// Checks the volume that a service asks for.
fn volume(spec: &Spec) -> Result<(), Error> {
    let Some((unit, wanted)) = spec.tasks.iter().find_map(|unit| Some((unit, unit.volume()?))) else {
        return Ok(());
    };
    let wrong = match &spec.policy.kind {
        Kind::Batch(_) => Some("a task of a batch or a map can't have a volume: run a service"),
        Kind::Service(_) if !unit.members().is_empty() => Some("tasks of pods have no volumes yet"),
        Kind::Service(policy) if policy.update.surge > 0 => Some(
            "an update with a surge would create volumes for temporary instances: set surge(0) and missing(1)",
        ),
        Kind::Service(_) if !(wanted.megabytes.is_finite() && wanted.size() > Scalar::ZERO) => {
            Some("the size of a volume must be a number greater than 0")
        }
        Kind::Service(_) => None,
    };
    let refused = |why: String| invalid(format!("{} {:?}: {why}", spec.policy.kind_name(), spec.name));
    wrong.map_or(Ok(()), |wrong| Err(refused(wrong.to_owned())))?;
    is_below(&wanted.path).then_some(()).ok_or_else(|| {
        refused(format!(
            "the path {:?} of a volume must be one below the sandbox, such as \"data\"",
            wanted.path
        ))
    })
}

/// Returns whether a path is relative, and stays below its folder.
fn is_below(path: &str) -> bool {
    let is_fine = |part: &str| !part.is_empty() && part != "." && part != "..";
    path.split('/').all(is_fine) && !path.contains('\0')
}

/// Returns the records of the tasks.
fn tasks(spec: &Spec) -> Result<Vec<String>, Error> {
    total(spec.slots)?;
    let (mut texts, mut size, kind) = (Vec::with_capacity(spec.tasks.len()), 0, spec.policy.kind_name());
    for (index, one) in spec.tasks.iter().enumerate() {
        let wrong = |why: String| invalid(format!("task {index} of {kind} {:?}: {why}", spec.name));
        let text = unit(one).map_err(wrong)?;
        size += text.len();
        texts.push(text);
    }
    match size <= MAX_DESCRIPTION {
        true => Ok(texts),
        false => Err(invalid(format!(
            "the tasks of {kind} {:?} are described by {size} bytes: at most {MAX_DESCRIPTION} are allowed; submit \
             several batches, or put data into files",
            spec.name
        ))),
    }
}

/// Returns the record of a task or pod.
fn unit(unit: &Unit) -> Result<String, String> {
    match unit {
        Unit::Task(one) => task(one)?,
        Unit::Pod(pod) => self::pod(pod)?,
    }
    let ports: Vec<_> = unit.ports().map(String::as_str).collect();
    self::ports(&ports)?;
    constraints::check(unit.constraints(), unit.preferences())?;
    unit.tasks().filter_map(|task| task.health.as_ref()).try_for_each(|check| health(check, &ports))?;
    let text = serde_json::to_string(unit).map_err(|error| error.to_string())?;
    match text.len() <= MAX_RECORD {
        true => Ok(text),
        false => Err(format!("it is described by more than {MAX_RECORD} bytes: put data into files")),
    }
}

/// Checks what is separate for each task of a pod.
fn pod(pod: &Pod) -> Result<(), String> {
    if pod.members.iter().all(|member| member.is_helper) {
        return Err("the pod must have a task that is not a helper: add it with task".to_owned());
    }
    if pod.members.len() > MAX_MEMBERS {
        return Err(format!("the pod has {} tasks: at most {MAX_MEMBERS} are allowed", pod.members.len()));
    }
    let names: Vec<_> = pod.members.iter().map(|member| member.name.as_str()).collect();
    self::names("task", &names)?;
    for Member { name, task: one, .. } in &pod.members {
        task(one).map_err(|why| format!("{name:?}: {why}"))?;
        if !(one.constraints.is_empty() && one.preferences.is_empty()) {
            return Err(format!(
                "{name:?}: constraints and preferences are set for the whole pod: move them there"
            ));
        }
    }
    pod.shared_folders
        .iter()
        .enumerate()
        .try_for_each(|(index, path)| folder(path, &pod.shared_folders[..index]))
}

/// Checks the path of a shared folder.
fn folder(path: &str, others: &[String]) -> Result<(), String> {
    match is_below(path) {
        true if others.iter().any(|other| other == path) => {
            Err(format!("shared_folder {path:?} is there twice"))
        }
        true => Ok(()),
        false => Err(format!(
            "shared_folder {path:?} must be a path below the sandbox, such as \"log\" or \"run/log\""
        )),
    }
}

/// Checks what is separate for each task.
fn task(task: &Task) -> Result<(), String> {
    for (name, amount) in &task.needs {
        if !amount.is_finite() || *amount < 0.0 {
            return Err(format!("{name} must be a number that is not negative, and is {amount}"));
        }
    }
    if task.needs.values().all(|amount| Scalar::new(*amount) == Scalar::ZERO) {
        return Err("it needs nothing, and Mesos launches no such task: set cpus or mem".to_owned());
    }
    if matches!(&task.command, Command::Argv(arguments) if arguments.is_empty()) {
        return Err("argv must name a program".to_owned());
    }
    if task.max_completion_time.is_some_and(|time| time.is_zero()) {
        return Err("max_completion_time must be greater than zero; to set no limit, omit it".to_owned());
    }
    Ok(())
}

/// Checks the names of the ports of a task or pod.
fn ports(names: &[&str]) -> Result<(), String> {
    if names.len() > MAX_PORTS {
        return Err(format!("it has {} ports: at most {MAX_PORTS} are allowed", names.len()));
    }
    self::names("port", names)
}

/// Checks the names of ports, or of the tasks of a pod.
fn names(of: &str, names: &[&str]) -> Result<(), String> {
    let is_fine = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-');
    for (index, name) in names.iter().enumerate() {
        if name.is_empty() || name.len() > MAX_PART_NAME || !name.chars().all(is_fine) {
            let begin: String = name.chars().take(MAX_PART_NAME).collect();
            return Err(format!(
                "the name of a {of} {begin:?} must have 1 to {MAX_PART_NAME} of the characters a to z, 0 to 9 and -"
            ));
        }
        if names[..index].contains(name) {
            return Err(format!("it has two {of}s with the name {name:?}"));
        }
    }
    Ok(())
}

/// Checks the health check of a task with these ports.
fn health(health: &Health, ports: &[&str]) -> Result<(), String> {
    if matches!(&health.check, Check::Http(_, path) if !path.starts_with('/')) {
        return Err("the path of the health check must begin with /".to_owned());
    }
    if health.interval.is_some_and(|interval| interval < MIN_INTERVAL) {
        return Err(format!("the interval of the health check must be at least {MIN_INTERVAL:?}"));
    }
    match health.port() {
        Some(Port::Name(name)) if !ports.contains(&name.as_str()) => {
            Err(format!("its health check uses the port {name:?}, which it does not have: add it with port"))
        }
        _ => Ok(()),
    }
}

/// Checks how many tasks there would be.
pub(crate) fn total(tasks: usize) -> Result<(), Error> {
    match tasks <= MAX_TASKS {
        true => Ok(()),
        false => Err(invalid(format!(
            "there would be {tasks} tasks and instances: at most {MAX_TASKS} are allowed; forget batches that have ended"
        ))),
    }
}

fn invalid(text: String) -> Error {
    Error::new(ErrorKind::Invalid, text)
}
