//! What an agent starts before a command whose files have to be brought.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]

use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("mesos-fetcher: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let info = std::env::var("MESOS_FETCHER_INFO")
        .map_err(|_| "MESOS_FETCHER_INFO is not set: a Mesos agent starts this program".to_owned())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    runtime.block_on(mesos_executor::fetch(&info, std::io::stderr()))
}
