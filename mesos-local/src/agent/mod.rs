//! Agents: they run executors and commands as processes, and speak the executor API with them.
//!
//! [`machine`] decides everything; [`shell`] is the task around it that has the sockets, the
//! processes and the clock.

mod attached;
mod config;
mod containers;
mod default_executor;
mod endpoint;
mod environment;
mod exit_status;
mod fetcher;
mod files;
mod group;
mod handle;
mod in_process;
mod machine;
mod media_types;
mod memory_connector;
mod nested;
mod operator;
mod order;
mod orphans;
mod pages;
mod probes;
mod providers;
mod recovery;
mod run;
mod sandbox;
mod shell;
mod socket;
mod streams;
#[cfg(test)]
mod tests;
mod tokens;
mod usage;
mod volumes;
mod watchdog;

pub(crate) use self::config::{AgentConfig, MasterLink};
pub(crate) use self::handle::{AgentHandle, start};
pub use self::in_process::{InProcessEnvironment, InProcessExecutors};
