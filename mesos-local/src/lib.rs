//! An embedded Apache Mesos cluster.

mod agent;
mod messages;
mod server;

pub use agent::{ExecutorEnvironment, InProcessExecutors};
