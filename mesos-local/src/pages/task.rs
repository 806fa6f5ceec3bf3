//! A task, as master and agents show it.

use mesos_sdk::proto::v1::{ContainerStatus, Labels, NetworkInfo, Resource, Task, TaskStatus};
use serde_json::{Map, Value, json};

use super::{message, messages, number, sums, without_nulls};

/// Returns a task with the updates that have changed its state.
pub(crate) fn task(task: &Task) -> Value {
    let limits = task.limits.iter().map(|(name, limit)| (name.clone(), number(limit.value)));
    let limits: Map<_, _> = limits.collect();
    without_nulls(json!({
        "id": task.task_id.value,
        "name": task.name,
        "framework_id": task.framework_id.value,
        "executor_id": task.executor_id.as_ref().map_or("", |executor| &executor.value),
        "slave_id": task.agent_id.value,
        "state": task.state().as_str_name(),
        "resources": sums(&task.resources[..].into()),
        "limits": (!limits.is_empty()).then_some(limits),
        "role": role(&task.resources).unwrap_or_default(),
        "statuses": task.statuses.iter().map(status).collect::<Vec<_>>(),
        "user": task.user,
        "labels": task.labels.as_ref().map(labels),
        "discovery": task.discovery.as_deref().map(message),
        "container": task.container.as_deref().map(message),
        "health_check": task.health_check.as_deref().map(message),
    }))
}

/// Returns the role that resources are allocated to: all of a task to the same.
pub(crate) fn role(resources: &[Resource]) -> Option<&str> {
    resources.first()?.allocation_info.as_ref()?.role.as_deref()
}

/// Labels as a list.
pub(super) fn labels(labels: &Labels) -> Value {
    messages(&labels.labels)
}

fn status(status: &TaskStatus) -> Value {
    without_nulls(json!({
        "state": status.state().as_str_name(),
        "timestamp": number(status.timestamp()),
        "labels": status.labels.as_ref().map(labels),
        "container_status": status.container_status.as_deref().map(container_status),
        "healthy": status.healthy,
    }))
}

fn container_status(status: &ContainerStatus) -> Value {
    without_nulls(json!({
        "container_id": status.container_id.as_deref().map(message),
        "network_infos": some(status.network_infos.iter().map(network).collect()),
        "cgroup_info": status.cgroup_info.as_ref().map(message),
    }))
}

fn network(info: &NetworkInfo) -> Value {
    without_nulls(json!({
        "groups": some(info.groups.iter().map(|group| json!(group)).collect()),
        "labels": info.labels.as_ref().map(labels),
        "ip_addresses": some(info.ip_addresses.iter().map(message).collect()),
        "name": info.name,
        "port_mappings": some(info.port_mappings.iter().map(message).collect()),
    }))
}

/// Returns the list, or `None` if it is empty.
fn some(list: Vec<Value>) -> Option<Vec<Value>> {
    Some(list).filter(|list| !list.is_empty())
}
