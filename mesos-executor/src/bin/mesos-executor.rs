//! What an agent starts for a task that is a mere command.
//!
//! All it needs to know is in its environment, but for the terminal of a task that has one: that is
//! named by the flag `--tty_slave_path`. Of the other flags that an agent passes, `--launcher_dir`
//! is for helpers that this program does not use, and `--rootfs`, which a task with a container
//! image needs, is refused.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]

use std::path::PathBuf;
use std::process::ExitCode;

use mesos_executor::{CommandExecutor, run_program};
use mesos_sdk::{Error, ErrorKind, ExecutorDriver};

fn main() -> ExitCode {
    run_program("mesos-executor", async {
        if let Some(folder) = flag("rootfs") {
            let text = format!("--rootfs={folder}: tasks with an image are not supported");
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        let terminal = flag("tty_slave_path").map(PathBuf::from);
        let driver = ExecutorDriver::from_env()?;
        let grace = driver.environment().shutdown_grace_period;
        let mut executor = CommandExecutor::new(driver.handle(), grace, terminal);
        driver.run(&mut executor).await
    })
}

/// Returns the value of a flag that the agent has passed.
fn flag(name: &str) -> Option<String> {
    let flags = std::env::args().skip(1);
    let mut values = flags.filter_map(|flag| {
        let (given, value) = flag.trim_start_matches('-').split_once('=')?;
        (given == name).then(|| value.to_owned())
    });
    values.next()
}
