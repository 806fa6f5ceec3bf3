//! A task or pod that is kept running, in a number of instances.

use std::time::Duration;

use crate::retry::Backoff;
use crate::spec::{Kind, Policy, REPLACE_AFTER, ServicePolicy, Spec};
use crate::unit::Unit;
use crate::update::Update;

/// A task or pod that is kept running, in a number of instances.
///
/// An instance that ends, even successfully, is started again after a back-off. One whose agent
/// is lost is replaced, so it **may run twice for a while**: see
/// [`replace_unreachable_after`](Self::replace_unreachable_after).
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Service {
    name: String,
    unit: Unit,
    instances: usize,
    restart: Backoff,
    /// The default depends on whether there are volumes.
    update: Option<Update>,
    replace_after: Duration,
    priority: i32,
    is_packed: bool,
}

impl Service {
    /// Creates a service with one instance, which is a [`Task`](crate::Task) or a
    /// [`Pod`](crate::Pod). Its name has 1 to 100 of the characters `a` to `z`, `0` to `9`, `-` and
    /// `.`; a framework has one batch or service of a name.
    pub fn new(name: impl Into<String>, unit: impl Into<Unit>) -> Self {
        let restart = Backoff::exponential(Duration::from_secs(1), 2.0, Duration::from_secs(300));
        let (name, unit, replace_after, update) = (name.into(), unit.into(), REPLACE_AFTER, None);
        Self { name, unit, instances: 1, restart, update, replace_after, priority: 0, is_packed: false }
    }

    /// Sets how many instances run; 0 is allowed. The default is 1.
    pub fn instances(self, instances: usize) -> Self {
        Self { instances, ..self }
    }

    /// Sets how long to wait before an instance that has ended is started again. Each time differs
    /// by up to a fifth, so that instances that failed together are not started together. The
    /// default is 1 s, doubled each time, at most 5 min. Once an instance has run for a minute, its
    /// next wait is the first one again.
    pub fn restart(self, backoff: Backoff) -> Self {
        Self { restart: backoff, ..self }
    }

    /// Sets how the service gets another version of its task: when a service of this name is
    /// submitted with another task, the difference is carried out by a rollout. The default is
    /// [`Update::rolling`]; for a task with a [volume](crate::Task::volume), without a surge and
    /// with one missing instance: another instance would have another volume.
    pub fn update(self, update: Update) -> Self {
        Self { update: Some(update), ..self }
    }

    /// Sets how long an instance whose agent is unreachable is waited for, before another one is
    /// started in its place. If it is seen again after that, it is killed. The default is 5 min. An
    /// instance with a [volume](crate::Task::volume) is waited for, however long its agent is away.
    pub fn replace_unreachable_after(self, time: Duration) -> Self {
        Self { replace_after: time, ..self }
    }

    /// Packs the instances like the tasks of a batch: agents that are used most come first.
    ///
    /// By default they are spread over hosts: the failure of a host then ends as few instances as
    /// possible, and the rest serves on. It is a
    /// [preference](crate::Task::preference) with the weight 1, so instances share hosts where
    /// there are too few; `Constraint::limit(Key::Hostname, 1)` lets them wait instead.
    pub fn pack(self) -> Self {
        Self { is_packed: true, ..self }
    }

    /// Sets the priority, as for [batches](crate::Batch::priority). The default is 0.
    pub fn priority(self, priority: i32) -> Self {
        Self { priority, ..self }
    }
}

impl From<Service> for Spec {
    fn from(service: Service) -> Self {
        let Service { name, unit, instances, restart, update, replace_after, priority, is_packed } = service;
        let without_surge = || Update::rolling().surge(0).missing(1);
        let default = || if unit.volume().is_some() { without_surge() } else { Update::rolling() };
        let update = update.unwrap_or_else(default);
        let kind = Kind::Service(ServicePolicy { restart, update });
        let policy = Policy { kind, priority, replace_after, is_packed };
        Self { name, tasks: vec![unit], slots: instances, policy }
    }
}
