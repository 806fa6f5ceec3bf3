//! `cargo run --example pinspider -- [MASTER] [TASKS] [URL]`

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]

use std::{error::Error, process::ExitCode};

use pinspider::{cli::Start, error_line::error_line, executor, run, run::RunError};

fn main() -> ExitCode {
    let start = match Start::parse(std::env::args_os()) {
        Ok(start) => start,
        Err(error) if error.use_stderr() => return refuse(&error),
        Err(help) => help.exit(),
    };
    go(start).unwrap_or_else(|error| {
        let hint = error.downcast_ref().map_or("", RunError::hint);
        eprintln!("pinspider: {}{hint}", error_line(error.as_ref()));
        ExitCode::FAILURE
    })
}

fn go(start: Start) -> Result<ExitCode, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match start {
        Start::Executor(kind) => {
            runtime.block_on(executor::run(kind)).map(|()| ExitCode::SUCCESS).map_err(Into::into)
        }
        Start::Crawl(arguments) => runtime.block_on(run::crawl(*arguments)).map_err(Into::into),
    }
}

/// Prints what is wrong with the arguments in one line.
fn refuse(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    let what = text.lines().next().unwrap_or_default();
    eprintln!("pinspider: {}; see --help", what.trim_start_matches("error: "));
    ExitCode::FAILURE
}
