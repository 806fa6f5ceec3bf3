//! `cargo xtask bench placement`: the placer beside a loop that looks at each agent for each task.

mod agents;
mod floor;
mod kubernetes;
mod memory;
mod outcome;
mod standard;
mod table;
mod trace;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

/// Measures mesos-placement beside a loop that looks at each agent for each task, on one thread
#[derive(Parser)]
struct Options {
    /// How many times each workload is run; the medians are printed
    #[arg(long, default_value_t = 20)]
    rounds: usize,
    /// A folder with traces of real clusters
    #[arg(long)]
    traces: Option<PathBuf>,
    /// Only the workloads whose names contain this
    #[arg(long, default_value = "")]
    only: String,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let table = table::Table::new(options.rounds.max(1), &options.only);
    table::Table::header();
    if table.wants("memory") {
        memory::run()?;
    }
    standard::run(&table)?;
    kubernetes::run(&table)?;
    match &options.traces {
        Some(folder) => trace::run(&table, folder),
        None => Ok(()),
    }
}
