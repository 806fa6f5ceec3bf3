//! How a service gets another version of its task.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a service gets another version of its task: see [`Service::update`](crate::Service::update).
///
/// ```
/// use mesos_launcher::{Service, Task, Update};
///
/// let server = Task::shell("exec ./server-2");
/// let update = Update::rolling().surge(0).missing(1).canaries(1);
/// let web = Service::new("web", server).instances(5).update(update);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub struct Update {
    pub(crate) surge: usize,
    pub(crate) missing: usize,
    pub(crate) canaries: usize,
    pub(crate) healthy_for: Duration,
    pub(crate) healthy_within: Duration,
    pub(crate) max_failures: u32,
    pub(crate) on_failure: OnFailure,
}

/// What a rollout does when too many instances of the new version have failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OnFailure {
    /// It returns to the version that all instances had before.
    #[default]
    RollBack,
    /// It pauses.
    Pause,
}

impl Default for Update {
    fn default() -> Self {
        Self::rolling()
    }
}

impl Update {
    /// Creates an update that replaces instances in small numbers: as many at the same time as
    /// [`surge`](Self::surge) and [`missing`](Self::missing) add up to.
    pub fn rolling() -> Self {
        Self {
            surge: 1,
            missing: 0,
            canaries: 0,
            healthy_for: Duration::from_secs(10),
            healthy_within: Duration::from_secs(300),
            max_failures: 0,
            on_failure: OnFailure::RollBack,
        }
    }

    /// Sets how many more instances than desired may run while the rollout lasts. The default is 1,
    /// which needs room for one more.
    pub fn surge(self, instances: usize) -> Self {
        Self { surge: instances, ..self }
    }

    /// Sets how many fewer instances than desired may run because of the rollout. The default is 0.
    /// Either this or [`surge`](Self::surge) must be at least 1.
    pub fn missing(self, instances: usize) -> Self {
        Self { missing: instances, ..self }
    }

    /// Sets how many instances get the new version before the rollout waits for
    /// [`ServiceHandle::promote`](crate::ServiceHandle::promote). The default is 0: it does not
    /// wait.
    pub fn canaries(self, instances: usize) -> Self {
        Self { canaries: instances, ..self }
    }

    /// Sets how long a new instance has to run, healthy if its task has a health check, until the
    /// rollout counts it and replaces the next one. The default is 10 s.
    pub fn healthy_for(self, time: Duration) -> Self {
        Self { healthy_for: time, ..self }
    }

    /// Sets how long a new instance may take to become healthy, from when it runs. One that takes
    /// longer is killed, as a failure. It must be more than 0. The default is 5 min.
    pub fn healthy_within(self, time: Duration) -> Self {
        Self { healthy_within: time, ..self }
    }

    /// Sets how many failures of new instances are tolerated. Failures of the platform, such as a
    /// lost agent, are not counted. The default is 0.
    pub fn max_failures(self, failures: u32) -> Self {
        Self { max_failures: failures, ..self }
    }

    /// Sets what happens after more failures than that. The default is to roll back.
    pub fn on_failure(self, then: OnFailure) -> Self {
        Self { on_failure: then, ..self }
    }
}
