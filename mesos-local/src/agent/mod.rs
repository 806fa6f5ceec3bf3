//! Agents: they run executors and commands as processes, and speak the executor API with them.
//!
//! [`machine`] decides everything; [`shell`] is the task around it that has the sockets, the processes and the clock.

mod attached;
mod containers;
mod doorway;
mod endpoint;
mod environment;
mod fetcher;
mod files;
mod group;
mod handle;
mod in_process;
mod machine;
mod nested;
mod operator;
mod pages;
mod probes;
mod providers;
mod run;
mod runaways;
mod sandbox;
mod shell;
mod socket;
mod streams;
#[cfg(test)]
mod tests;
mod tokens;
mod usage;
mod watchdog;

pub(crate) use self::handle::{AgentConfig, AgentHandle, MasterLink, start};
pub use self::in_process::{InProcessEnvironment, InProcessExecutors};
