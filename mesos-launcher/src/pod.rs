//! Tasks that run together on one agent.

use mesos_placement::{Constraint, Preference};
use serde::{Deserialize, Serialize};

use crate::constraints::{fitted, fitted_preference};
use crate::task::Task;

/// Tasks that run together on one agent, as an instance of a [`Service`](crate::Service): they are
/// launched as one task group, and start and end together. Mesos' default executor runs each in a
/// container within its own.
///
/// ```
/// use mesos_launcher::{Health, Pod, Service, Task};
///
/// let server = Task::shell("exec ./server --log log/access --port $PORT_HTTP").mem(256.0);
/// let server = server.port("http").health(Health::http("http", "/"));
/// let pod = Pod::new()
///     .task("server", server)
///     .helper("shipper", Task::shell("exec ./ship log/access")) // the pod does without it
///     .shared_folder("log");
/// let web = Service::new("web", pod).instances(3);
/// ```
///
/// An instance that is a pod runs when all its tasks run, and are healthy if they have checks. It
/// ends when one of them ends, except for helpers that succeed: the others are then killed, and the
/// instance is started again, as a whole, when all have ended.
///
/// The id of its executor is [`Instance::task_id`](crate::Instance::task_id). The Mesos ids of its
/// tasks are this id, a dot and the name of the task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Pod {
    #[serde(rename = "pod")]
    pub(crate) members: Vec<Member>,
    /// The folders that all tasks see.
    pub(crate) shared_folders: Vec<String>,
    /// What must hold where it runs, and what should.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) constraints: Vec<Constraint>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) preferences: Vec<Preference>,
}

/// One task of a pod.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) task: Task,
    /// Whether the pod continues when it has succeeded.
    pub(crate) is_helper: bool,
}

impl Pod {
    /// Creates a pod without tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a task that the pod needs: it ends when this task ends, even successfully. The name has
    /// 1 to 63 of the characters `a` to `z`, `0` to `9` and `-`; a pod has at most 16 tasks.
    ///
    /// The names of [ports](Task::port) are unique in a pod, and each of its tasks finds the
    /// numbers of all of them in its environment. Constraints and preferences are those of the pod.
    pub fn task(self, name: impl Into<String>, task: Task) -> Self {
        self.with(Member { name: name.into(), task, is_helper: false })
    }

    /// Adds a task that the pod can do without once it has succeeded, such as one that prepares
    /// something. As Mesos ends a group of which a task fails, the pod ends when it fails.
    pub fn helper(self, name: impl Into<String>, task: Task) -> Self {
        self.with(Member { name: name.into(), task, is_helper: true })
    }

    /// Adds a folder that all its tasks find at this path, relative to their sandboxes. It is empty
    /// at first, belongs to one run, and is in the sandbox of the executor. Agents need the
    /// isolator `volume/sandbox_path`.
    pub fn shared_folder(mut self, path: impl Into<String>) -> Self {
        self.shared_folders.push(path.into());
        self
    }

    /// Adds a condition that must hold where it runs, as [`Task::constraint`] does.
    pub fn constraint(mut self, constraint: Constraint) -> Self {
        self.constraints.push(fitted(constraint, 1));
        self
    }

    /// Adds a condition that should hold where it runs, as [`Task::preference`] does.
    pub fn preference(mut self, preference: Preference) -> Self {
        self.preferences.push(fitted_preference(preference, 1));
        self
    }

    fn with(mut self, member: Member) -> Self {
        self.members.push(member);
        self
    }
}
