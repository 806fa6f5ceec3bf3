//! What an agent starts for a task that is a mere command.
//!
//! All it needs to know is in its environment. Of the flags that an agent passes, `--launcher_dir` is for helpers that
//! this program does not use, and those for a task in an image of its own are refused.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]

use std::process::ExitCode;

use mesos_executor::CommandExecutor;
use mesos_sdk::{Error, ErrorKind, ExecutorDriver};

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mesos-executor: {}", error.to_line());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    if let Some(flag) = std::env::args().skip(1).find(|flag| is_for_images(flag)) {
        let text = format!("{flag}: tasks in images of their own are not supported");
        return Err(Error::new(ErrorKind::Invalid, text));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(ErrorKind::Invalid, "no runtime").with_source(error))?;
    runtime.block_on(async {
        let driver = ExecutorDriver::from_env()?;
        let grace = driver.environment().shutdown_grace_period;
        let mut executor = CommandExecutor::new(driver.handle(), grace);
        driver.run(&mut executor).await
    })
}

fn is_for_images(flag: &str) -> bool {
    let name = flag.trim_start_matches('-').split('=').next().unwrap_or_default();
    matches!(name, "rootfs" | "tty_slave_path")
}
