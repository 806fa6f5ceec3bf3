//! An embedded Apache Mesos cluster.

mod messages;
mod server;
