//! Runs the clients in turn, round by round, and prints medians.

mod clients;
mod cluster;
mod latency;
mod launcher;
mod page;
mod real;
mod results;
mod scale;
mod service;
mod state;
mod suite;
mod trial;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};

use self::clients::{Client, clients};
pub use self::latency::latency;
pub use self::launcher::launcher;
pub use self::page::fill;
pub use self::real::real;
use self::results::{Row, Run, table};
pub use self::scale::scale;
pub use self::state::state;
use self::suite::{Workload, workloads};
use self::trial::trial;
use crate::stream::Stream;

/// How to compare.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// A tenth of the events, and three rounds
    #[arg(long)]
    pub quick: bool,
    /// A folder with programs that take the same orders (see docs/performance.md)
    #[arg(long, env = "MESOS_SDK_PEERS", value_name = "FOLDER")]
    pub peers: Option<PathBuf>,
    /// Put the table into docs/performance.md
    #[arg(long)]
    pub write: bool,
    /// How often everything is run [default: 5]
    #[arg(long)]
    pub rounds: Option<usize>,
    /// Only what has this text in its title
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// Only these clients
    #[arg(long, value_delimiter = ',', value_name = "NAME,...")]
    pub clients: Vec<String>,
}

impl Options {
    fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 3 } else { 5 })
    }
}

/// Compares, and gives the table.
///
/// # Errors
///
/// A floor or the library's client did not do what it should: then the figures are worth nothing.
pub fn compare(options: &Options) -> Result<String> {
    let clients = wanted(options)?;
    let mut workloads = workloads(options.quick);
    workloads.retain(|workload| options.only.as_ref().is_none_or(|text| workload.title().contains(text)));
    ensure!(!workloads.is_empty(), "nothing to measure");
    let (rounds, started, mut results) = (options.rounds(), Instant::now(), Vec::new());
    for (index, workload) in workloads.iter().enumerate() {
        eprintln!("[{}/{}, {:.0?}] {}", index + 1, workloads.len(), started.elapsed(), workload.title());
        results.push((*workload, rows(workload, &clients, rounds)?));
    }
    Ok(format!("{}\n{}", conditions(rounds), table(&results)))
}

/// Returns the clients, without those that nobody asked for.
fn wanted(options: &Options) -> Result<Vec<Client>> {
    let mut clients = clients(options.peers.as_deref())?;
    clients.retain(|client| options.clients.is_empty() || options.clients.contains(&client.name));
    ensure!(!clients.is_empty(), "nobody to measure");
    if options.peers.is_none() {
        eprintln!("!!! PEERS SKIPPED: name a folder of them with --peers or MESOS_SDK_PEERS !!!");
    }
    Ok(clients)
}

fn conditions(rounds: usize) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, model)| model);
    format!(
        "Medians of {rounds} rounds on {cores} cores of {model}; ratios are medians of those within a round.\n"
    )
}

fn rows(workload: &Workload, clients: &[Client], rounds: usize) -> Result<Vec<Row>> {
    let stream = Arc::new(Stream::new(workload.mix, workload.encoding, workload.events));
    let able = clients.iter().filter(|client| client.does(workload));
    let mut rows: Vec<(&Client, Row)> = able
        .map(|client| {
            let (name, is_floor) = (client.name.clone(), client.is_floor());
            (client, Row { client: name, is_floor, runs: Vec::new() })
        })
        .collect();
    for _ in 0..rounds {
        let mut unable = Vec::new();
        for (client, row) in &mut rows {
            match run(client, workload, &stream)? {
                Some(run) => row.runs.push(run),
                None => unable.push(row.client.clone()),
            }
        }
        rows.retain(|(_, row)| !unable.contains(&row.client));
    }
    Ok(rows.into_iter().map(|(_, row)| row).inspect(print_row).collect())
}

/// Progress, and what has failed.
fn print_row(row: &Row) {
    let walls: Vec<_> = row.runs.iter().flatten().map(|run| format!("{:.3}", run.wall)).collect();
    eprintln!("    {:12} {} s", row.client, walls.join(" "));
    for failure in row.runs.iter().filter_map(|run| run.as_ref().err()) {
        eprintln!("    {:12} FAILED: {failure}", row.client);
    }
}

/// Does one run; returns `None` if the client does not support this encoding.
fn run(client: &Client, workload: &Workload, stream: &Arc<Stream>) -> Result<Option<Result<Run, String>>> {
    Ok(trial(client, workload.until, stream, None)?.map(|trial| trial.map(Run::from)))
}
