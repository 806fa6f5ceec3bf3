//! What an agent starts for an executor of type `DEFAULT`.
//!
//! All it needs to know is in its environment. The agent passes `--launcher_dir`, which is for
//! helpers that this program does not use.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]

use std::process::ExitCode;

use mesos_executor::{DefaultExecutor, run_program};
use mesos_sdk::ExecutorDriver;

fn main() -> ExitCode {
    run_program("mesos-default-executor", async {
        let driver = ExecutorDriver::from_env()?;
        // Where the agent has its executors listen.
        let ip = std::env::var("LIBPROCESS_IP").ok();
        let ip = ip.unwrap_or_else(|| driver.environment().agent.host().to_owned());
        let mut executor = DefaultExecutor::new(&driver, ip)?;
        driver.run(&mut executor).await
    })
}
