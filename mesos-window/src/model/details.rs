//! All that is known of one task, agent or framework.

use mesos_sdk::proto::v1::{Attribute, Labels, Task, TaskStatus};
use serde::Serialize;
use serde_json::{Value, json};

use super::Model;
use super::amounts::text;
use super::rows::{agent_row, framework_row};
use super::sandbox::container_of;

impl Model {
    /// Describes a task, or returns `None` if it is not known.
    pub(crate) fn task(&self, framework: &str, id: &str) -> Option<Value> {
        let task = self.tasks.get(framework, id)?;
        let history: Vec<_> = task.statuses.iter().map(step).collect();
        let mut details = self.task_row(task);
        add(
            &mut details,
            [
                ("executor", json!(task.executor_id.as_ref().map(|id| &id.value))),
                ("user", json!(task.user)),
                ("is_over", json!(task.state().is_terminal())),
                ("resources", json!(text(&task.resources))),
                ("labels", labels(task.labels.as_ref())),
                ("history", json!(history)),
                ("container", json!(container(task))),
                ("has_sandbox", json!(self.place(framework, id).is_some())),
                ("raw", raw(task)),
            ],
        );
        Some(details)
    }

    /// Describes an agent.
    pub(crate) fn agent(&self, id: &str) -> Option<Value> {
        let agent = self.agents.get(id)?;
        let attributes: Vec<_> = agent.agent_info.attributes.iter().map(attribute).collect();
        let seconds = |time: &mesos_sdk::proto::v1::TimeInfo| time.nanoseconds / 1_000_000_000;
        let domain = agent.agent_info.domain.as_ref().and_then(|domain| domain.fault_domain.as_ref());
        let mut details = agent_row(id, agent);
        add(
            &mut details,
            [
                ("pid", json!(agent.pid)),
                ("region", json!(domain.map(|domain| &domain.region.name))),
                ("zone", json!(domain.map(|domain| &domain.zone.name))),
                ("attributes", json!(attributes)),
                ("registered", json!(agent.registered_time.as_ref().map(seconds))),
                ("resources", json!(text(&agent.total_resources))),
                ("used", json!(text(&agent.allocated_resources))),
                ("tasks", json!(self.tasks.newest().filter(|task| task.agent_id.value == id).count())),
                ("raw", raw(agent)),
            ],
        );
        Some(details)
    }

    /// Describes a framework.
    pub(crate) fn framework_details(&self, id: &str) -> Option<Value> {
        let framework = self.framework(id)?;
        let info = &framework.framework_info;
        let mut details = framework_row(framework, !self.frameworks.contains_key(id));
        let capabilities: Vec<_> = info.capabilities.iter().map(|one| one.r#type().as_str_name()).collect();
        add(
            &mut details,
            [
                ("principal", json!(info.principal)),
                ("hostname", json!(info.hostname)),
                ("web_ui", json!(info.webui_url)),
                ("failover_timeout", json!(info.failover_timeout)),
                ("checkpoint", json!(info.checkpoint)),
                ("capabilities", json!(capabilities)),
                ("labels", labels(info.labels.as_ref())),
                ("resources", json!(text(&framework.allocated_resources))),
                ("tasks", json!(self.tasks.newest().filter(|task| task.framework_id.value == id).count())),
                ("raw", raw(framework)),
            ],
        );
        Some(details)
    }
}

fn add<const N: usize>(details: &mut Value, more: [(&str, Value); N]) {
    if let Value::Object(details) = details {
        details.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
}

fn step(status: &TaskStatus) -> Value {
    json!({
        "time": status.timestamp, "state": status.state().as_str_name(), "message": status.message,
        "source": status.source().map(|source| source.as_str_name()),
        "reason": status.reason().map(|reason| reason.as_str_name()), "healthy": status.healthy,
    })
}

/// Returns the id of the container that a task runs in, the outermost first.
fn container(task: &Task) -> Option<String> {
    let mut id = container_of(task)?;
    let mut parts = vec![id.value.as_str()];
    while let Some(parent) = id.parent.as_deref() {
        parts.push(&parent.value);
        id = parent;
    }
    parts.reverse();
    Some(parts.join("."))
}

fn labels(labels: Option<&Labels>) -> Value {
    let labels = labels.map_or(&[][..], |labels| &labels.labels);
    let pair = |label: &mesos_sdk::proto::v1::Label| json!([label.key, label.value]);
    labels.iter().map(pair).collect()
}

fn attribute(attribute: &Attribute) -> Value {
    let value = match attribute {
        Attribute { text: Some(text), .. } => text.value.clone(),
        Attribute { scalar: Some(scalar), .. } => scalar.value.to_string(),
        _ => raw(attribute).to_string(),
    };
    json!([attribute.name, value])
}

/// Returns a message as the operator API writes it in JSON.
fn raw(message: &impl Serialize) -> Value {
    serde_json::to_value(message).unwrap_or_default()
}
