//! Tasks as the operator APIs describe them.

use mesos_sdk::proto::v1::{ExecutorId, FrameworkId, Task, TaskInfo, TaskState, TaskStatus};

/// A task in this state, after these updates.
pub(crate) fn task(
    framework_id: &FrameworkId,
    executor_id: Option<&ExecutorId>,
    info: &TaskInfo,
    (state, statuses): (TaskState, Vec<TaskStatus>),
) -> Task {
    Task {
        name: info.name.clone(),
        task_id: info.task_id.clone(),
        framework_id: framework_id.clone(),
        executor_id: executor_id.cloned(),
        agent_id: info.agent_id.clone(),
        state: state.into(),
        resources: info.resources.clone(),
        statuses,
        labels: info.labels.clone(),
        discovery: info.discovery.as_deref().cloned(),
        container: info.container.as_deref().cloned(),
        health_check: info.health_check.as_deref().cloned(),
        kill_policy: info.kill_policy,
        limits: info.limits.clone(),
        ..Task::default()
    }
}
