//! The events in JSON: only the fields that they have here, owned as a framework would keep them.

#![allow(dead_code, reason = "what is read by nobody still has to be decoded")]
#![allow(clippy::struct_field_names, reason = "these are Mesos' own names")]

use serde::Deserialize;

/// One event.
#[derive(Debug, Deserialize)]
pub struct Event {
    r#type: String,
    pub(super) offers: Option<Offers>,
    pub(super) update: Option<Update>,
    rescind: Option<Rescind>,
    failure: Option<Failure>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Offers {
    pub(super) offers: Vec<Offer>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Update {
    pub(super) status: Status,
}

#[derive(Debug, Deserialize)]
struct Rescind {
    offer_id: Text,
}

#[derive(Debug, Deserialize)]
struct Failure {
    agent_id: Option<Text>,
    executor_id: Option<Text>,
    status: Option<i32>,
}

/// An id, or the value of an attribute.
#[derive(Debug, Deserialize)]
pub(super) struct Text {
    pub(super) value: String,
}

#[derive(Debug, Deserialize)]
struct Number {
    value: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Status {
    pub(super) task_id: Text,
    pub(super) agent_id: Option<Text>,
    pub(super) uuid: Option<String>,
    executor_id: Option<Text>,
    state: String,
    source: Option<String>,
    timestamp: Option<f64>,
    healthy: Option<bool>,
    container_status: Option<Container>,
}

#[derive(Debug, Deserialize)]
struct Container {
    container_id: Option<Text>,
    #[serde(default)]
    network_infos: Vec<Network>,
    executor_pid: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Network {
    #[serde(default)]
    ip_addresses: Vec<Ip>,
}

#[derive(Debug, Deserialize)]
struct Ip {
    ip_address: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Offer {
    pub(super) id: Text,
    framework_id: Text,
    agent_id: Text,
    hostname: String,
    url: Option<Url>,
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    attributes: Vec<Attribute>,
    allocation_info: Option<Role>,
}

#[derive(Debug, Deserialize)]
struct Url {
    scheme: String,
    address: Address,
    path: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Address {
    hostname: Option<String>,
    ip: Option<String>,
    port: i32,
}

#[derive(Debug, Deserialize)]
struct Role {
    role: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Resource {
    name: String,
    r#type: String,
    scalar: Option<Number>,
    ranges: Option<Ranges>,
    allocation_info: Option<Role>,
    #[serde(default)]
    reservations: Vec<Reservation>,
}

#[derive(Debug, Deserialize)]
struct Ranges {
    range: Vec<Range>,
}

#[derive(Debug, Deserialize)]
struct Range {
    begin: u64,
    end: u64,
}

#[derive(Debug, Deserialize)]
struct Reservation {
    r#type: Option<String>,
    role: Option<String>,
    principal: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Attribute {
    name: String,
    r#type: String,
    scalar: Option<Number>,
    text: Option<Text>,
}
