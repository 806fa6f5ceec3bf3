//! What the programs of executors have in common.

use std::process::ExitCode;

use mesos_sdk::{Error, ErrorKind};

/// Runs an executor's program to its end. It logs to standard error, and reports an error there
/// under its name.
pub fn run_program(name: &str, program: impl Future<Output = Result<(), Error>>) -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    match run(program) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(program: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(ErrorKind::Invalid, "no runtime").with_source(error))?;
    runtime.block_on(program)
}
