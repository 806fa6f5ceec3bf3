//! Tasks: those that need a place, and those that run.

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
    /// What it belongs to: most constraints count the tasks of the same group.
    pub group: String,
    /// The version of the group that it is of.
    pub version: String,
    /// Labels, for constraints that select tasks by them.
    pub labels: BTreeMap<String, String>,
    /// The namespace of its labels.
    pub space: String,
    /// What it needs.
    pub needs: Needs,
    /// Its executor, whose resources are taken once on each agent.
    pub executor: Option<Executor>,
    /// The role whose offers it is launched from, for frameworks of several roles. Without it the offers to any one role
    /// are used: Mesos accepts no offers to two roles together.
    pub allocated_to: Option<String>,
    /// The roles whose resources it may use; `*` stands for what is not reserved.
    pub roles: Vec<String>,
    /// If set, only resources reserved with exactly these labels are used; if not, only those reserved without labels.
    pub reserved_for: Option<BTreeMap<String, String>>,
    /// Whether it may run on agents that are kept for tasks with GPUs; without it the settings decide.
    pub gpu_agents: Option<GpuAgents>,
    /// Whether it may use revocable resources.
    pub revocable: bool,
    /// What must hold where it runs.
    pub constraints: Vec<Constraint>,
    /// What had better hold where it runs.
    pub preferences: Vec<Preference>,
    /// The task that runs and that this one replaces: it neither counts for this task's constraints nor refuses it.
    pub replaces: Option<String>,
}

/// Whether a task without GPUs may run on agents with GPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GpuAgents {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

impl Task {
    /// Creates a task that is in a group of its own id, and uses what is not reserved.
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

    /// Sets the role whose offers it is launched from.
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

    /// Whether it takes no company on its agent.
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

/// A task that has its place.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Running {
    /// The task's id.
    pub id: String,
    /// Where it runs.
    pub place: Place,
    /// What it belongs to.
    pub group: String,
    /// The version of the group that it is of.
    pub version: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The namespace of its labels.
    pub space: String,
    /// What it uses, by the resource's name, for the totals of its agent and the limits of its group.
    pub uses: BTreeMap<String, Scalar>,
    /// Its own constraints: those of `away` and `exclusive` may refuse company.
    pub constraints: Vec<Constraint>,
    /// The id of its executor, if tasks of that id share one.
    pub executor: Option<String>,
    /// What it does there.
    pub state: State,
}

/// Where a task runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// On the agent with this id.
    Agent(String),
    /// On an agent that offers nothing now.
    Elsewhere(Box<Agent>),
}

impl Default for Place {
    fn default() -> Self {
        Self::Agent(String::new())
    }
}

/// What a task that has its place does there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// It runs, or will soon.
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
    /// Creates a task that runs on the agent with this id, in a group of its own id.
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
