//! A line for whatever happens in the cluster.

use futures::StreamExt as _;
use mesos_sdk::operator::{ClusterEvent, MasterOperator};
use mesos_sdk::proto::v1::master::event::TaskUpdated;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{FrameworkInfo, Task};

use super::output::printable;

/// Prints lines until the future is dropped.
pub(crate) async fn run(operator: MasterOperator, print: fn(&str)) {
    let mut events = operator.events();
    while let Some(event) = events.next().await {
        if let Some(text) = event.ok().as_ref().and_then(text) {
            print(&text);
        }
    }
}

fn text(event: &ClusterEvent) -> Option<String> {
    Some(match event {
        ClusterEvent::AgentAdded(agent) => {
            let info = &agent.agent_info;
            let id = info.id.as_ref().map_or("", |id| &id.value);
            format!("agent {} at {}:{} has registered", printable(id), printable(&info.hostname), info.port())
        }
        ClusterEvent::AgentRemoved(id) => format!("agent {} was removed", printable(&id.value)),
        ClusterEvent::FrameworkAdded(framework) => {
            format!("{} has subscribed", of(&framework.framework_info))
        }
        ClusterEvent::FrameworkUpdated(framework) => {
            format!("{} has subscribed again, or changed", of(&framework.framework_info))
        }
        ClusterEvent::FrameworkRemoved(info) => format!("{} has ended", of(info)),
        ClusterEvent::TaskAdded(task) => launched(task),
        ClusterEvent::TaskUpdated(update) if !is_of_a_check(update) => updated(update),
        ClusterEvent::Disconnected(error) => format!("the master does not respond: {error:#}"),
        _ => return None,
    })
}

fn of(info: &FrameworkInfo) -> String {
    let id = info.id.as_ref().map_or("", |id| &id.value);
    format!("framework {} ({})", printable(&info.name), printable(id))
}

fn launched(task: &Task) -> String {
    let (id, agent) = (printable(&task.task_id.value), printable(&task.agent_id.value));
    format!("task {id} was launched on agent {agent}")
}

/// Returns whether the update only has the result of a check: some come every second.
fn is_of_a_check(update: &TaskUpdated) -> bool {
    let reasons = [Reason::TaskCheckStatusUpdated, Reason::TaskHealthCheckStatusUpdated];
    update.status.reason().is_some_and(|reason| reasons.contains(&reason))
}

fn updated(update: &TaskUpdated) -> String {
    let (id, state) = (printable(&update.status.task_id.value), update.state().as_str_name());
    match update.status.message.as_deref().filter(|message| !message.is_empty()) {
        Some(message) => format!("task {id}: {state}, {}", printable(message)),
        None => format!("task {id}: {state}"),
    }
}
