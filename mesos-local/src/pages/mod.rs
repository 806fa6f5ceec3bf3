//! Pages in the JSON that Mesos had before the v1 API, as far as master and agents share them.

mod build;
mod common;
mod files;
mod metrics;
mod query;
mod resources;
mod route;
mod system;
mod task;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use mesos_sdk::proto::v1::value::Scalar;
use mesos_sdk::proto::v1::{Attribute, CommandInfo, Flag, FrameworkInfo};
use mesos_sdk::resources::Ranges;
use mesos_sdk::wire::{Encoding, Message, write_message};

use crate::describe;
use crate::server::HttpResponse;

pub(crate) use build::{add_build, version, version_info};
pub(crate) use common::{Common, check_timeout, refuse_to_profile, toggle_logging};
pub(crate) use files::{FilesPage, Wanted, file, no_such_file};
pub(crate) use metrics::{count, resource_metrics};
pub(crate) use query::Query;
pub(crate) use resources::{full, full_by_role, sums, sums_by_role};
pub(crate) use route::{Found, Routes};
pub(crate) use system::{statistics as system_statistics, system_metrics};
pub(crate) use task::{role, task};

/// Returns a response with this document, wrapped into a call of the function that `jsonp` names.
pub(crate) fn response(document: &Value, query: &Query) -> HttpResponse {
    match query.get("jsonp") {
        None => HttpResponse::json(document),
        Some(function) => HttpResponse::script(format!("{function}({document})")),
    }
}

/// Converts a message to JSON, with its declared defaults.
pub(crate) fn message(message: &impl Message) -> Value {
    serde_json::from_slice(&write_message(Encoding::Json, message)).unwrap_or_default()
}

/// Converts a number that a framework or an operator has set. Mesos writes infinite ones as text.
pub(crate) fn number(value: f64) -> Value {
    match value.is_finite() {
        true => json!(value),
        false => message(&Scalar { value })["value"].take(),
    }
}

/// Converts messages to a list.
pub(crate) fn messages(messages: &[impl Message]) -> Value {
    messages.iter().map(message).collect()
}

/// Returns the object without its null fields.
pub(crate) fn without_nulls(mut object: Value) -> Value {
    if let Some(entries) = object.as_object_mut() {
        entries.retain(|_, value| !value.is_null());
    }
    object
}

/// Adds the entries of one object to another.
pub(crate) fn extend(object: &mut Value, more: Value) {
    if let (Value::Object(entries), Value::Object(more)) = (object, more) {
        entries.extend(more);
    }
}

/// Returns the flags that have a value, in the order of their names.
pub(crate) fn flags_of(
    always: impl IntoIterator<Item = (&'static str, String)>,
    if_set: impl IntoIterator<Item = (&'static str, Option<String>)>,
) -> Vec<Flag> {
    let always = always.into_iter().map(|(name, value)| (name, Some(value)));
    let set = always.chain(if_set).filter(|(_, value)| value.is_some()).collect::<BTreeMap<_, _>>();
    set.into_iter().map(|(name, value)| Flag { name: name.to_owned(), value }).collect()
}

/// Converts flags to an object of names and values.
pub(crate) fn flags(flags: Vec<Flag>) -> Value {
    flags.into_iter().map(|flag| (flag.name, json!(flag.value))).collect()
}

/// Converts metrics to an object of names and values.
pub(crate) fn metrics(metrics: impl IntoIterator<Item = mesos_sdk::proto::v1::Metric>) -> Value {
    metrics.into_iter().map(|metric| (metric.name, json!(metric.value))).collect()
}

/// Returns the names of the agents' capabilities.
pub(crate) fn agent_capabilities() -> Value {
    describe::agent_capabilities().iter().map(|one| json!(one.r#type().as_str_name())).collect()
}

/// Converts an agent's attributes to an object by name.
pub(crate) fn attributes(attributes: &[Attribute]) -> Value {
    let entries = attributes.iter().map(|attribute| {
        let value = match (&attribute.scalar, &attribute.text, &attribute.ranges) {
            (Some(scalar), ..) => number(scalar.value),
            (_, Some(text), _) => json!(text.value),
            (.., Some(ranges)) => json!(Ranges::from(ranges.clone()).to_string()),
            _ => json!(attribute.set.as_ref().map(|set| format!("{{{}}}", set.item.join(", ")))),
        };
        (attribute.name.clone(), value)
    });
    Value::Object(entries.collect())
}

/// Converts a command with its arguments, variables and files.
pub(crate) fn command(command: &CommandInfo) -> Value {
    let uris = command
        .uris
        .iter()
        .map(|uri| json!({"value": uri.value, "executable": uri.executable == Some(true)}));
    without_nulls(json!({
        "shell": command.shell,
        "value": command.value,
        "argv": command.arguments,
        "environment": command.environment.as_ref().map(message),
        "uris": uris.collect::<Vec<_>>(),
    }))
}

/// Adds the fields that every page shows for a framework.
pub(crate) fn add_framework(object: &mut Value, info: &FrameworkInfo) {
    object["name"] = json!(info.name);
    object["user"] = json!(info.user);
    object["failover_timeout"] = json!(info.failover_timeout());
    object["checkpoint"] = json!(info.checkpoint());
    object["hostname"] = json!(info.hostname());
    if info.principal.is_some() {
        object["principal"] = json!(info.principal);
    }
    let multi_role = mesos_sdk::proto::v1::framework_info::capability::Type::MultiRole;
    match mesos_sdk::validation::has_capability(info, multi_role) {
        true => object["roles"] = json!(info.roles),
        false => object["role"] = json!(single_role(info)),
    }
}

/// Returns the role of a framework without `MULTI_ROLE`.
#[expect(deprecated, reason = "such frameworks exist")]
fn single_role(info: &FrameworkInfo) -> &str {
    info.role.as_deref().unwrap_or("*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinite_numbers_are_text() {
        assert_eq!(number(0.1), json!(0.1));
        assert_eq!(number(f64::INFINITY), json!("Infinity"));
        assert_eq!(number(f64::NEG_INFINITY), json!("-Infinity"));
    }
}
