//! The program `mesos-local`: a cluster for development, a window on any cluster, and faults by
//! hand.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]

mod access;
mod background;
mod control;
mod faults;
mod list;
mod narrate;
mod options;
mod outcome;
mod output;
mod table;
mod up;
mod window;

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use control::Request;
use options::{Cli, Command, Fault};
use outcome::Outcome;

/// It gives memory back to the system after large calls, where the system's own keeps it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    log_to_stderr();
    let cli = Cli::parse_from(arguments());
    match Box::pin(run(cli.command)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mesos-local: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// Returns the command line. Without a command, it is that of `up`.
fn arguments() -> Vec<OsString> {
    let mut arguments: Vec<_> = env::args_os().collect();
    let is_for_all = |first: &OsString| ["-h", "--help", "-V", "--version"].iter().any(|one| first == one);
    let is_for_up = |first: &OsString| first.to_string_lossy().starts_with('-') && !is_for_all(first);
    if arguments.get(1).is_none_or(is_for_up) {
        arguments.insert(1.min(arguments.len()), "up".into());
    }
    arguments
}

/// Logs what `RUST_LOG` selects, as in `mesos_local=debug`; by default what is worth knowing.
fn log_to_stderr() {
    let named = env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = named.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let lines = lines.with_ansi(io::stderr().is_terminal());
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}

async fn run(command: Command) -> Outcome {
    match command {
        Command::Up(up) if up.detach && !up.session => background::start(up.json).await,
        Command::Up(up) => Box::pin(up::run(*up)).await,
        Command::Ui(ui) => Box::pin(window::run(ui)).await,
        Command::Down(running) => control::ask(&running, &Request::End).await,
        Command::Agents(list) => Box::pin(list::agents(&list)).await,
        Command::Tasks(list) => Box::pin(list::tasks(&list)).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "mesos-local", &mut io::stdout());
            Ok(())
        }
        Command::Fault(fault) => inject(fault).await,
    }
}

async fn inject(fault: Fault) -> Outcome {
    let (name, agent, running) = fault.parts();
    control::ask(running, &Request::Fault { name: name.to_owned(), agent: agent.map(str::to_owned) }).await
}

/// Returns an error with its causes.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
