//! Pods: task groups.

use super::{Executor, Task};
use crate::proto::v1::offer::operation::LaunchGroup;
use crate::proto::v1::{ExecutorInfo, Offer, TaskGroupInfo};
use crate::validation::{self, ValidationError};

/// Builder for a task group: tasks that one executor starts together, or not at all.
///
/// ```
/// use mesos_sdk::build::{Executor, Pod, Task};
/// use mesos_sdk::proto::v1::{Offer, offer::Operation};
///
/// fn pod(offer: &Offer) -> Result<Operation, mesos_sdk::validation::ValidationError> {
///     let pod = Pod::new(Executor::default_executor("web").cpus(0.1).mem(32.0).disk(10.0))
///         .task(Task::new("web-server").command("serve").cpus(0.5).mem(64.0))
///         .task(Task::new("web-logs").command("ship-logs").cpus(0.1).mem(32.0));
///     Ok(Operation::launch_group(pod.build(offer)?))
/// }
/// # assert!(pod(&Offer::default()).is_ok());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Pod {
    executor: ExecutorInfo,
    tasks: Vec<Task>,
}

impl Pod {
    /// Creates a pod for this executor: the [default executor](Executor::default_executor), or one
    /// that implements task groups.
    pub fn new(executor: Executor) -> Self {
        Self { executor: executor.into(), tasks: Vec::new() }
    }

    /// Adds a task, which has no executor itself.
    pub fn task(mut self, task: Task) -> Self {
        self.tasks.push(task);
        self
    }

    /// Builds the group for `LAUNCH_GROUP` on the agent of an offer.
    ///
    /// # Errors
    ///
    /// Fails if the master would refuse it.
    pub fn build(&self, offer: &Offer) -> Result<LaunchGroup, ValidationError> {
        let framework_id = Some(offer.framework_id.clone());
        let executor = ExecutorInfo { framework_id, ..self.executor.clone() };
        let tasks = self.tasks.iter().map(|task| task.message(&offer.agent_id)).collect();
        let group = LaunchGroup { executor, task_group: TaskGroupInfo { tasks } };
        validation::task_group(&group)?;
        Ok(group)
    }
}
