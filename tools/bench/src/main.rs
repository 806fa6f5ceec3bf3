//! `cargo xtask bench`, and the clients that it starts.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use bench::floor::Floor;
use bench::orders::Orders;
use bench::{batch, cluster, compare, floor, framework, launch, measure, service, state};
use clap::{Parser, Subcommand};

/// The page with the tables, beside this crate's source.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/performance.md");

/// Measures the library beside what the machine allows, and beside other clients
#[derive(Parser)]
#[command(name = "bench", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    mode: Option<Mode>,
    #[command(flatten)]
    options: compare::Options,
}

#[derive(Subcommand)]
enum Mode {
    /// How long an event waits for its answer
    Latency {
        #[command(flatten)]
        options: compare::Options,
    },
    /// How time and memory grow from 1,000 to 50,000 agents, with 20 tasks each
    Scale {
        #[command(flatten)]
        options: compare::Options,
    },
    /// A state of 1,000,000 tasks that is read as a stream
    State {
        #[command(flatten)]
        options: compare::Options,
    },
    /// Tasks on a real Mesos, launched and acknowledged to the end
    Real {
        #[command(flatten)]
        options: compare::Options,
    },
    /// Tasks that the launcher launches on simulated agents, beside a framework that only launches
    Launcher {
        #[command(flatten)]
        options: compare::Options,
    },
    /// A client with no framework in it; its orders are environment variables
    Floor { floor: Floor },
    /// The framework on the library; its orders are environment variables
    Framework {
        /// On a runtime of one thread
        #[arg(long)]
        one_thread: bool,
    },
    /// Launches tasks on a real Mesos; its orders are environment variables
    #[command(hide = true)]
    Launch,
    /// The executor of these tasks
    #[command(hide = true)]
    Finish,
    /// An embedded cluster of agents and tasks that are only in memory, until the input ends
    #[command(hide = true)]
    Cluster {
        #[command(flatten)]
        size: cluster::Size,
    },
    /// Asks such a cluster, and prints what the answer took
    #[command(hide = true)]
    Ask {
        master: String,
        question: cluster::Question,
        #[command(flatten)]
        size: cluster::Size,
    },
    /// Launches tasks on such a cluster, and prints what that took
    #[command(hide = true)]
    Batch { master: String, client: batch::Client, tasks: usize },
    /// Runs a service of the launcher on a cluster that runs tasks, and prints what that took
    #[command(hide = true)]
    Service { master: String, instances: usize },
    /// Reads a state as a stream, and prints what that took
    #[command(hide = true)]
    Read {
        #[command(flatten)]
        orders: state::Orders,
    },
    /// Runs a program to its end, and prints what it has used
    #[command(hide = true)]
    Measure {
        #[arg(last = true)]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    match arguments.mode {
        Some(Mode::Floor { floor }) => floor::run(floor, Orders::from_environment()?),
        Some(Mode::Framework { one_thread }) => framework::run(Orders::from_environment()?, one_thread),
        Some(Mode::Measure { command }) => measure::run(&command),
        Some(Mode::Real { options }) => print("real", compare::real, &options),
        Some(Mode::Launch) => launch::run(launch::Orders::from_environment()?),
        Some(Mode::Finish) => launch::finish(),
        Some(Mode::Cluster { size }) => cluster::serve(size),
        Some(Mode::Ask { master, question, size }) => cluster::ask(&master, question, size),
        Some(Mode::Batch { master, client, tasks }) => batch::launch(&master, client, tasks),
        Some(Mode::Service { master, instances }) => service::run(&master, instances),
        Some(Mode::Launcher { options }) => print("launcher", compare::launcher, &options),
        Some(Mode::Read { orders }) => state::read(orders),
        Some(Mode::State { options }) => print("state", compare::state, &options),
        Some(Mode::Latency { options }) => print("latency", compare::latency, &options),
        Some(Mode::Scale { options }) => print("scale", compare::scale, &options),
        None => print("comparison", compare::compare, &arguments.options),
    }
}

type Measurement = fn(&compare::Options) -> Result<String>;

fn print(name: &str, measure: Measurement, options: &compare::Options) -> Result<()> {
    let table = measure(options)?;
    println!("{table}");
    // Nothing could be measured where there is no table.
    match options.write && !table.is_empty() {
        true => compare::fill(Path::new(PAGE), name, &table),
        false => Ok(()),
    }
}
