//! Descriptions for operators by the master and by agents, in the operator APIs and on pages.

use bytes::Bytes;
use mesos_sdk::proto::v1::agent_info::{Capability, capability};
use mesos_sdk::proto::v1::{ExecutorId, FrameworkId, Task, TaskInfo, TaskState, TaskStatus};

/// State and uuid of an update that was sent on.
pub(crate) type Sent = (TaskState, Bytes);

/// Describes a task in this state, with these updates, of which `sent` was the last one sent on.
pub(crate) fn task(
    framework_id: &FrameworkId,
    executor_id: Option<&ExecutorId>,
    info: &TaskInfo,
    (state, statuses, sent): (TaskState, Vec<TaskStatus>, Option<&Sent>),
) -> Task {
    let (status_update_state, status_update_uuid) =
        sent.map(|(state, uuid)| ((*state).into(), uuid.clone())).unzip();
    Task {
        name: info.name.clone(),
        task_id: info.task_id.clone(),
        framework_id: framework_id.clone(),
        executor_id: executor_id.cloned(),
        agent_id: info.agent_id.clone(),
        state: state.into(),
        resources: info.resources.clone(),
        statuses,
        status_update_state,
        status_update_uuid,
        labels: info.labels.clone(),
        discovery: info.discovery.clone(),
        container: info.container.clone(),
        health_check: info.health_check.clone(),
        kill_policy: info.kill_policy,
        limits: info.limits.clone(),
        user: user(info),
    }
}

/// Returns the user that a command or an executor names.
fn user(info: &TaskInfo) -> Option<String> {
    let of_command = info.command.as_ref().and_then(|command| command.user.clone());
    of_command.or_else(|| info.executor.as_ref()?.command.as_ref()?.user.clone())
}

/// Returns the capabilities of all agents.
pub(crate) fn agent_capabilities() -> Vec<Capability> {
    [
        capability::Type::MultiRole,
        capability::Type::HierarchicalRole,
        capability::Type::ReservationRefinement,
        capability::Type::ResourceProvider,
        capability::Type::ResizeVolume,
        capability::Type::AgentOperationFeedback,
        capability::Type::AgentDraining,
        capability::Type::TaskResourceLimits,
    ]
    .map(|kind| Capability { r#type: Some(kind.into()) })
    .into()
}
