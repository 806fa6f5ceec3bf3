//! Tasks.

use std::ops::RangeInclusive;
use std::time::Duration;

use bytes::Bytes;

use super::{Check, Command, Container, Discovery, Executor, HealthCheck, add_label, resources};
use crate::proto::v1::value::Scalar;
use crate::proto::v1::{AgentId, KillPolicy, TaskId, TaskInfo};
use crate::resource_spec::ResourceValue;
use crate::validation::{self, ValidationError};

/// Builder for a `TaskInfo`: a [command](Self::command), or a task for an
/// [executor](Self::executor) of yours.
///
/// ```
/// use mesos_sdk::build::Task;
/// # use mesos_sdk::proto::v1::AgentId;
/// # let agent = AgentId::default();
/// let task = Task::new("hello-1").command("echo hello").cpus(0.1).mem(32.0).build(&agent)?;
/// assert_eq!(task.name, "hello-1");
/// # Ok::<(), mesos_sdk::validation::ValidationError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Task(TaskInfo);

impl Task {
    /// Creates a task with this id, which no other task of the framework may have had. Its name is
    /// the same, unless you set a [`name`](Self::name).
    pub fn new(id: impl Into<String>) -> Self {
        let value = id.into();
        Self(TaskInfo { name: value.clone(), task_id: TaskId::from(value), ..TaskInfo::default() })
    }

    /// Sets its human-readable name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.0.name = name.into();
        self
    }

    /// Runs a command, with Mesos' command executor. Text is a shell command line.
    pub fn command(mut self, command: impl Into<Command>) -> Self {
        self.0.command = Some(Box::new(command.into().into()));
        self
    }

    /// Runs the task with an executor of yours, which the agent starts unless it runs there.
    pub fn executor(mut self, executor: Executor) -> Self {
        self.0.executor = Some(Box::new(executor.into()));
        self
    }

    resources!();

    /// Adds these ports to its resources.
    pub fn ports(self, ports: RangeInclusive<u64>) -> Self {
        self.resources(vec![ports].to_resource("ports"))
    }

    /// Adds this number of whole GPUs to its resources.
    pub fn gpus(self, count: u32) -> Self {
        self.amount("gpus", f64::from(count))
    }

    /// Lets it use up to this many cores while they are idle; `f64::INFINITY` for all of the
    /// agent's.
    pub fn cpus_limit(self, cores: f64) -> Self {
        self.limit("cpus", cores)
    }

    /// Lets it use up to this many megabytes; `f64::INFINITY` for all of the agent's.
    pub fn mem_limit(self, megabytes: f64) -> Self {
        self.limit("mem", megabytes)
    }

    fn limit(mut self, name: &str, value: f64) -> Self {
        self.0.limits.insert(name.to_owned(), Scalar { value });
        self
    }

    /// Sets the data that the executor receives: bytes, such as those of a
    /// [`Payload`](crate::Payload).
    pub fn data(mut self, data: impl Into<Bytes>) -> Self {
        self.0.data = Some(data.into());
        self
    }

    /// Adds a label.
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        add_label(&mut self.0.labels, key, value);
        self
    }

    /// Sets how long it may take to end after a KILL, before it is killed by SIGKILL. By default
    /// the executor decides: 3 s for commands.
    pub fn kill_grace(mut self, grace: Duration) -> Self {
        self.0.kill_policy = Some(KillPolicy { grace_period: Some(grace.into()) });
        self
    }

    /// Kills the task if it takes longer; it then fails with `REASON_MAX_COMPLETION_TIME_REACHED`.
    pub fn max_completion_time(mut self, time: Duration) -> Self {
        self.0.max_completion_time = Some(time.into());
        self
    }

    /// Kills the task if this check fails.
    pub fn health_check(mut self, check: HealthCheck) -> Self {
        self.0.health_check = Some(Box::new(check.into()));
        self
    }

    /// Adds a check, whose outcome is reported in status updates.
    pub fn check(mut self, check: Check) -> Self {
        self.0.check = Some(Box::new(check.into()));
        self
    }

    /// Sets the container that it runs in.
    pub fn container(mut self, container: Container) -> Self {
        self.0.container = Some(Box::new(container.into()));
        self
    }

    /// Sets how other services find it.
    pub fn discovery(mut self, discovery: Discovery) -> Self {
        self.0.discovery = Some(Box::new(discovery.into()));
        self
    }

    /// Builds the task for LAUNCH on the agent of an offer. The master fills in the framework id
    /// and the role that the resources are allocated to.
    ///
    /// # Errors
    ///
    /// Fails if the master would refuse it.
    pub fn build(&self, agent: &AgentId) -> Result<TaskInfo, ValidationError> {
        let task = self.message(agent);
        validation::task(&task)?;
        Ok(task)
    }

    pub(super) fn message(&self, agent: &AgentId) -> TaskInfo {
        TaskInfo { agent_id: agent.clone(), ..self.0.clone() }
    }
}
