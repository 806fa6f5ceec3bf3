//! `cargo run --example pinspider -- [MASTER] [TASKS] [URL]`

use std::{error::Error, process::ExitCode};

use clap::Parser;
use pinspider::{
    cli::{Cli, Command},
    error_line::error_line,
    executor, run,
};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => return refuse(&error),
        Err(help) => help.exit(),
    };
    start(cli).unwrap_or_else(|error| {
        eprintln!("pinspider: {}", error_line(error.as_ref()));
        ExitCode::FAILURE
    })
}

fn start(cli: Cli) -> Result<ExitCode, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match cli.command {
        Some(Command::Executor { kind }) => {
            runtime.block_on(executor::run(kind))?;
            Ok(ExitCode::SUCCESS)
        }
        None => Ok(runtime.block_on(run::crawl(cli.crawl))?),
    }
}

/// Says what is wrong with the arguments in one line.
fn refuse(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    let what = text.lines().next().unwrap_or_default();
    eprintln!("pinspider: {}; see --help", what.trim_start_matches("error: "));
    ExitCode::FAILURE
}
