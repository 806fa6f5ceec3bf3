//! An embedded Apache Mesos cluster.

mod agent;
mod cluster;
mod master;
mod messages;
mod server;

pub use agent::{InProcessEnvironment, InProcessExecutors};
pub use cluster::{Builder, Cluster, StartError, master};
