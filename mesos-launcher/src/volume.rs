//! Persistent volumes of the instances of services.

use mesos_sdk::resources::Scalar;
use serde::{Deserialize, Serialize};

/// The volume that a task asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct VolumeSpec {
    /// Where the task finds it, in its sandbox.
    pub(crate) path: String,
    pub(crate) megabytes: f64,
}

impl VolumeSpec {
    pub(crate) fn size(&self) -> Scalar {
        Scalar::new(self.megabytes)
    }
}

/// A persistent volume of an instance of a service; see [`Task::volume`](crate::Task::volume).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Volume {
    /// Its persistence id in Mesos, which is also the label `mesos-launcher` of its reservation.
    pub id: String,
    /// The number of the instance that it was made for.
    pub index: usize,
    /// The hostname of its agent.
    pub host: String,
    /// What becomes of it.
    pub state: VolumeState,
}

/// What becomes of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum VolumeState {
    /// Its instance uses it, or will use it when it runs again.
    Kept,
    /// [`replace`](crate::ServiceHandle::replace) has given its instance another one. It lasts
    /// until it is destroyed.
    GivenUp,
    /// It is being destroyed.
    Destroying,
}
