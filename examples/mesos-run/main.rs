//! Runs commands on a cluster, prints their output while they run, and exits with their status:
//! `cargo run --example mesos-run -- [--master MASTER] COMMAND`

mod cli;
mod output;
mod runner;
mod tasks;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use futures::{FutureExt as _, Stream, StreamExt as _, stream};
use mesos_sdk::SchedulerDriver;
use mesos_sdk::build::Framework;
use mesos_sdk::operator::MasterOperator;
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::LevelFilter;

use self::cli::Cli;
use self::output::Output;
use self::runner::{Interrupt, Runner};

/// What the program exits with if it could not run the commands, as `docker run` does.
const OWN_FAILURE: u8 = 125;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let level = if cli.verbose { LevelFilter::INFO } else { LevelFilter::WARN };
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(level);
    log.with_ansi(std::io::stderr().is_terminal()).init();
    run(&cli).await.map_or_else(
        |error| {
            eprintln!("mesos-run: {error}");
            ExitCode::from(OWN_FAILURE)
        },
        ExitCode::from,
    )
}

/// Runs the tasks, and returns what to exit with.
async fn run(cli: &Cli) -> Result<u8, Box<dyn std::error::Error>> {
    let tasks = tasks::read(cli)?;
    let (master, options) = (mesos_local::master(&cli.master)?, cli.client_options()?);
    let mut framework = Framework::new(&cli.name, &cli.user).roles([&cli.role]);
    if let Some(principal) = &cli.principal {
        framework = framework.principal(principal);
    }
    let driver = SchedulerDriver::new(master.clone(), framework.build()?).client_options(options.clone());
    let output = Output::new(MasterOperator::new(master).client_options(options), tasks.len() > 1);
    let mut runner = Runner::new(tasks, output);
    driver.run_with(&mut runner, interrupts()?).await?;
    Ok(runner.status())
}

/// Returns Ctrl-C and SIGTERM, each time.
fn interrupts() -> std::io::Result<impl Stream<Item = Interrupt>> {
    let terminate = signal(SignalKind::terminate())?;
    let terminated = stream::unfold(terminate, |mut terminate| async {
        terminate.recv().await.map(|()| (Interrupt, terminate))
    });
    let interrupted = stream::repeat_with(|| ctrl_c().map(|_| Interrupt)).then(|interrupt| interrupt);
    Ok(stream::select(terminated, interrupted))
}
