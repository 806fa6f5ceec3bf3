//! Tasks that need a place, and tasks that run.

use std::collections::BTreeMap;

use mesos_sdk::resources::Scalar;

use crate::{Agent, Constraint, Executor, Needs, Preference};

/// A task that needs a place.
///
/// ```
/// use mesos_placement::{Constraint, Key, Needs, Task};
///
/// let web = Task::new("web.1", Needs::new(0.5, 128.0))
///     .group("web")
///     .constraint(Constraint::equals("disk", "ssd"))
///     .constraint(Constraint::limit(Key::Hostname, 1));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Task {
    /// The task's id.
    pub id: String,
    /// The group that the task belongs to. Most constraints count the tasks of the same group.
    pub group: String,
    /// The version of the group.
    pub version: String,
    /// Labels, by which constraints select tasks.
    pub labels: BTreeMap<String, String>,
    /// The namespace of the labels.
    pub namespace: String,
    /// What it needs.
    pub needs: Needs,
    /// Its executor, whose resources are taken once on each agent.
    pub executor: Option<Executor>,
    /// The role whose offers launch the task, for frameworks with several roles. Without it the
    /// offers for any one role are used, because Mesos accepts no offers for two roles together.
    pub allocated_to: Option<String>,
    /// The roles whose resources it may use; `*` stands for unreserved resources.
    pub roles: Vec<String>,
    /// If set, the task uses only resources reserved with exactly these labels; otherwise, only
    /// those reserved without labels.
    pub reserved_for: Option<BTreeMap<String, String>>,
    /// Whether it may run on agents that are kept for tasks with GPUs. By default the settings
    /// decide.
    pub gpu_agents: Option<GpuAgents>,
    /// Whether it may use revocable resources.
    pub revocable: bool,
    /// Conditions that must hold where it runs.
    pub constraints: Vec<Constraint>,
    /// Conditions that should hold where it runs.
    pub preferences: Vec<Preference>,
    /// The running task that this one replaces. It does not count for this task's constraints, and
    /// can't refuse it.
    pub replaces: Option<String>,
}

/// Whether a task without GPUs may run on agents with GPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GpuAgents {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

impl Task {
    /// Creates a task in a group named after its id. It uses unreserved resources.
    pub fn new(id: impl Into<String>, needs: Needs) -> Self {
        let id = id.into();
        Self { group: id.clone(), id, needs, roles: vec!["*".to_owned()], ..Self::default() }
    }

    /// Sets the group.
    #[must_use]
    pub fn group(self, group: impl Into<String>) -> Self {
        Self { group: group.into(), ..self }
    }

    /// Sets the roles whose resources it may use.
    #[must_use]
    pub fn roles<R: Into<String>>(self, roles: impl IntoIterator<Item = R>) -> Self {
        Self { roles: roles.into_iter().map(Into::into).collect(), ..self }
    }

    /// Sets the executor.
    #[must_use]
    pub fn executor(self, executor: Executor) -> Self {
        Self { executor: Some(executor), ..self }
    }

    /// Sets the role whose offers launch the task.
    #[must_use]
    pub fn allocated_to(self, role: impl Into<String>) -> Self {
        Self { allocated_to: Some(role.into()), ..self }
    }

    /// Adds a constraint.
    #[must_use]
    pub fn constraint(mut self, constraint: Constraint) -> Self {
        self.constraints.push(constraint);
        self
    }

    /// Returns whether the task accepts no others on its agent.
    pub(crate) fn wants_to_be_alone(&self) -> bool {
        self.constraints.iter().any(Constraint::is_exclusive)
    }

    /// Adds a preference.
    #[must_use]
    pub fn preference(mut self, preference: Preference) -> Self {
        self.preferences.push(preference);
        self
    }
}

/// A task that has a place.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Running {
    /// The task's id.
    pub id: String,
    /// Where it runs.
    pub place: Place,
    /// The group that the task belongs to.
    pub group: String,
    /// The version of the group.
    pub version: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The namespace of the labels.
    pub namespace: String,
    /// What it uses, by the resource's name. It counts towards the total of its agent and the
    /// limits of its group.
    pub uses: BTreeMap<String, Scalar>,
    /// Its own constraints: `away` and `exclusive` may refuse other tasks.
    pub constraints: Vec<Constraint>,
    /// The id of its executor, if tasks with that executor id share one.
    pub executor: Option<String>,
    /// Its state.
    pub state: State,
}

/// Where a task runs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Place {
    /// On the agent with this id.
    Agent(String),
    /// On an agent that offers nothing at the moment.
    Elsewhere(Box<Agent>),
}

impl Default for Place {
    fn default() -> Self {
        Self::Agent(String::new())
    }
}

/// The state of a task that has a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// It runs, or will run soon.
    #[default]
    Running,
    /// It is being stopped. It counts, except for [`Constraint::spread`] and preferences.
    Stopping,
    /// It does not run, but its resources are reserved.
    Reserved,
    /// Its agent can't be reached.
    Unreachable,
}

impl Running {
    /// Creates a task that runs on the agent with this id, in a group named after the task's id.
    pub fn new(id: impl Into<String>, agent: impl Into<String>) -> Self {
        let id = id.into();
        Self { group: id.clone(), id, place: Place::Agent(agent.into()), ..Self::default() }
    }

    /// Sets the group.
    #[must_use]
    pub fn group(self, group: impl Into<String>) -> Self {
        Self { group: group.into(), ..self }
    }
}
