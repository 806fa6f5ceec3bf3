//! The programs that a Mesos agent starts for commands and pods.
//!
//! * `mesos-executor` runs the command of one task: its environment, its checks, its kill policy,
//!   its end.
//! * `mesos-default-executor` runs the tasks of pods, each in a container within its own, with
//!   their checks; what ends one of a pod ends all.
//! * `mesos-fetcher` fetches the files of a command into its sandbox.
//!
//! Put them into the folder that the agent knows as its `--launcher_dir`. They are written on
//! `mesos-sdk`; this library is what is in them.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]

mod default_executor;
mod executor;
mod fetch;
pub mod machine;
mod pod;
mod probing;
mod process;
mod program;
mod running;
mod session;
mod user;
mod web;

pub use default_executor::DefaultExecutor;
pub use executor::CommandExecutor;
pub use fetch::fetch;
pub use probing::carry_out;
pub use process::ProcessEnvironment;
pub use program::program;
pub use running::run_program;
pub use session::{group_of, lead_session};
pub use user::{User, run_as};
