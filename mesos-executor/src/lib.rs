//! The programs that a Mesos agent starts for a task that is a mere command.
//!
//! * `mesos-executor` runs the command of one task: its environment, its checks, its kill policy,
//!   its end.
//! * `mesos-fetcher` brings the files of a command into its sandbox.
//!
//! Put them into the folder that the agent knows as its `--launcher_dir`. They are written on
//! `mesos-sdk`; this library is what is in them.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]

mod executor;
mod fetch;
pub mod machine;
mod probing;
mod process;
mod program;
mod session;
mod user;
mod web;

pub use executor::CommandExecutor;
pub use fetch::fetch;
pub use probing::carry_out;
pub use process::Surroundings;
pub use program::program;
pub use session::{group_of, lead_session};
pub use user::{User, run_as};
