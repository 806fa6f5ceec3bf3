//! Tasks.

use std::ops::RangeInclusive;
use std::time::Duration;

use bytes::Bytes;

use super::{Check, Command, Container, Discovery, Executor, HealthCheck, add_label, resources};
use crate::proto::v1::value::Scalar;
use crate::proto::v1::{AgentId, ExecutorInfo, KillPolicy, Offer, TaskId, TaskInfo};
use crate::resource_spec::ResourceValue;
use crate::resources::Resources;
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
    /// In Mesos, zero means that it may take any time.
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

    /// Returns whether the offer has what the task needs: its resources, and those of its executor
    /// unless that runs on the agent already. They must be reserved as in the offer.
    ///
    /// ```
    /// use mesos_sdk::build::Task;
    /// use mesos_sdk::proto::v1::Offer;
    /// use mesos_sdk::resources::Resources;
    ///
    /// let resources = "cpus:2; mem:512".parse::<Resources>()?.into();
    /// let offer = Offer { resources, ..Offer::default() };
    /// let task = Task::new("hello-1").command("echo hello").mem(128.0);
    /// assert!(task.clone().cpus(2.0).fits(&offer));
    /// assert!(!task.cpus(2.5).fits(&offer));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fits(&self, offer: &Offer) -> bool {
        self.needed(offer).is_some_and(|needed| offered(offer).contains(&needed))
    }

    /// Builds the task for LAUNCH on the agent of an offer, and takes what it needs out of the
    /// offer, so that the next task gets the rest. Returns `None` if the task does not
    /// [fit](Self::fits).
    ///
    /// ```
    /// use mesos_sdk::build::Task;
    /// use mesos_sdk::proto::v1::Offer;
    /// use mesos_sdk::resources::Resources;
    ///
    /// let resources = "cpus:2; mem:512".parse::<Resources>()?.into();
    /// let mut offer = Offer { resources, ..Offer::default() };
    /// let mut tasks = Vec::new();
    /// for id in ["hello-1", "hello-2", "hello-3"] {
    ///     let task = Task::new(id).command("echo hello").cpus(1.0).mem(128.0);
    ///     tasks.extend(task.take_from(&mut offer)?);
    /// }
    /// assert_eq!(tasks.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the master would refuse the task.
    #[allow(clippy::arithmetic_side_effects, reason = "resources saturate")]
    pub fn take_from(&self, offer: &mut Offer) -> Result<Option<TaskInfo>, ValidationError> {
        let task = self.build(&offer.agent_id)?;
        let (Some(needed), mut left) = (self.needed(offer), offered(offer)) else { return Ok(None) };
        if !left.contains(&needed) {
            return Ok(None);
        }
        left -= needed;
        if let Some(role) = offer.allocation_info.as_ref().and_then(|info| info.role.as_deref()) {
            left.allocate(role);
        }
        offer.resources = left.into();
        if let Some(executor) = task.executor.as_ref().filter(|it| !is_running(it, offer)) {
            offer.executor_ids.push(executor.executor_id.clone());
        }
        Ok(Some(task))
    }

    /// Returns what the task needs of this offer, or `None` if a resource is invalid.
    fn needed(&self, offer: &Offer) -> Option<Resources> {
        let executor = self.0.executor.as_deref().filter(|executor| !is_running(executor, offer));
        let of_executor = executor.into_iter().flat_map(|executor| &executor.resources);
        let mut needed = Resources::new();
        let mut all = self.0.resources.iter().chain(of_executor);
        all.try_for_each(|resource| needed.try_add(resource.clone())).ok()?;
        Some(needed)
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

impl From<TaskInfo> for Task {
    /// Continues with a message, such as one from a file. Its agent is replaced when it is built.
    fn from(task: TaskInfo) -> Self {
        Self(task)
    }
}

/// Returns what the master compares tasks with, which do not state their role.
fn offered(offer: &Offer) -> Resources {
    let mut offered = Resources::from(&offer.resources[..]);
    offered.unallocate();
    offered
}

fn is_running(executor: &ExecutorInfo, offer: &Offer) -> bool {
    offer.executor_ids.contains(&executor.executor_id)
}
