//! What one instance of a service is.

use std::collections::BTreeMap;

use mesos_placement::{Constraint, Preference};
use mesos_sdk::resources::Scalar;
use serde::{Deserialize, Serialize};

use crate::pod::{Member, Pod};
use crate::task::Task;
use crate::volume::VolumeSpec;

/// What the default executor of a pod gets beside its tasks: a tenth of a core to start and watch
/// them, 32 MB, the least that Mesos allows an executor, and 10 MB of disk for its own files, since
/// Mesos refuses one without disk.
pub(crate) const EXECUTOR: [(&str, f64); 3] = [("cpus", 0.1), ("mem", 32.0), ("disk", 10.0)];

/// What one instance of a [`Service`](crate::Service) is: a [`Task`] or a [`Pod`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "there is one for each service, and most are tasks")]
pub enum Unit {
    /// Tasks that run together on one agent.
    Pod(Pod),
    /// One task.
    Task(Task),
}

impl From<Task> for Unit {
    fn from(task: Task) -> Self {
        Self::Task(task)
    }
}

impl From<Pod> for Unit {
    fn from(pod: Pod) -> Self {
        Self::Pod(pod)
    }
}

impl Unit {
    /// Returns the tasks of a pod; none for a single task.
    pub(crate) fn members(&self) -> &[Member] {
        match self {
            Self::Pod(pod) => &pod.members,
            Self::Task(_) => &[],
        }
    }

    /// Returns all its tasks.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = &Task> {
        let single = match self {
            Self::Pod(_) => None,
            Self::Task(task) => Some(task),
        };
        single.into_iter().chain(self.members().iter().map(|member| &member.task))
    }

    /// Returns the volume that it asks for.
    pub(crate) fn volume(&self) -> Option<&VolumeSpec> {
        self.tasks().find_map(|task| task.volume.as_ref())
    }

    pub(crate) fn constraints(&self) -> &[Constraint] {
        match self {
            Self::Pod(pod) => &pod.constraints,
            Self::Task(task) => &task.constraints,
        }
    }

    pub(crate) fn preferences(&self) -> &[Preference] {
        match self {
            Self::Pod(pod) => &pod.preferences,
            Self::Task(task) => &task.preferences,
        }
    }

    /// Returns the names of its ports.
    pub(crate) fn ports(&self) -> impl Iterator<Item = &String> {
        self.tasks().flat_map(|task| &task.ports)
    }

    /// Returns what it needs, with what the executor of a pod needs.
    pub(crate) fn needs(&self) -> BTreeMap<&str, Scalar> {
        let executor = EXECUTOR.into_iter().filter(|_| !self.members().is_empty());
        let tasks = self.tasks().flat_map(|task| &task.needs);
        let tasks = tasks.map(|(name, amount)| (name.as_str(), *amount));
        let mut needs = BTreeMap::<_, Scalar>::new();
        for (name, amount) in tasks.chain(executor) {
            *needs.entry(name).or_default() += Scalar::new(amount);
        }
        needs
    }
}
