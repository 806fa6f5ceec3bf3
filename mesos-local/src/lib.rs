//! An embedded Apache Mesos cluster.

mod agent;
mod messages;
mod server;
