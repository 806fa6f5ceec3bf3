//! Tasks on a real master, launched and acknowledged to the end.

mod mesos;

use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use self::mesos::Mesos;
use super::clients::{Client, launchers};
use super::results::{Row, Run};
use super::{Options, conditions};
use crate::launch::Orders;
use crate::measure::Measured;

const TASKS: usize = 5_000;
/// How long a client may take for all of them.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(1);
const OURS: &str = "mesos-sdk";

/// Measures it, and returns the table; without a real Mesos prints that, and returns nothing.
///
/// # Errors
///
/// The library's client did not launch all, or something could not be started.
pub fn real(options: &Options) -> Result<String> {
    if let Err(reason) = mesos::check() {
        eprintln!("!!! REAL MESOS SKIPPED: {reason:#} !!!");
        return Ok(String::new());
    }
    let folder = options.peers.as_deref().map(|folder| folder.join("real"));
    let mut clients = launchers(folder.as_deref().filter(|folder| folder.is_dir()))?;
    let has_peers = clients.len() > 1;
    clients.retain(|client| options.clients.is_empty() || options.clients.contains(&client.name));
    ensure!(!clients.is_empty(), "nobody to measure");
    if !has_peers {
        eprintln!(
            "!!! PEERS SKIPPED: name a folder with a folder `real` of them with --peers or MESOS_SDK_PEERS !!!"
        );
    }
    let (rounds, mesos) = (options.rounds(), Mesos::start()?);
    let row = |client: &Client| Row { client: client.name.clone(), is_floor: false, runs: Vec::new() };
    let mut rows: Vec<Row> = clients.iter().map(row).collect();
    for round in 0..rounds {
        // The first run finds the agent cold, and the last one finds it with most to remember.
        let mut turns: Vec<_> = clients.iter().zip(&mut rows).collect();
        if round % 2 == 1 {
            turns.reverse();
        }
        for (client, row) in turns {
            row.runs.push(run(client, &mesos)?);
        }
    }
    rows.iter().for_each(super::print_row);
    Ok(format!("{}\n{}", conditions(rounds), table(&rows)))
}

/// Measures from the client's start until it has ended. Then the master must have accepted an
/// acknowledgement for each task.
fn run(client: &Client, mesos: &Mesos) -> Result<Result<Run, String>> {
    let executor = format!("{} finish", std::env::current_exe()?.display());
    let orders = Orders { master: mesos.leader().to_owned(), tasks: TASKS, executor };
    let before = mesos.acknowledged()?;
    let started = Instant::now();
    let mut measured = Measured::start(&client.command, &orders.variables())?;
    while !measured.has_ended() && started.elapsed() < PATIENCE {
        thread::sleep(LOOK);
    }
    let wall = started.elapsed().as_secs_f64();
    let usage = measured.end(Duration::ZERO)?;
    let acknowledged = mesos.acknowledged()? - before;
    Ok(match (usage.code, acknowledged) {
        (Some(0), TASKS) => Ok(Run { wall, cpu: usage.cpu, memory: usage.memory }),
        (code, _) => Err(format!("{acknowledged} of {TASKS} acknowledged, status {code:?}")),
    })
}

fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| client | wall s | CPU s | peak MiB | tasks/s | wall : mesos-sdk | CPU : mesos-sdk |\n\
         |---|--:|--:|--:|--:|--:|--:|\n",
    );
    let ours = rows.iter().find(|row| row.client == OURS);
    for row in rows {
        // Writing to memory does not fail.
        let _ = writeln!(text, "| {} | {} |", row.client, cells(row, ours));
    }
    text
}

fn cells(row: &Row, ours: Option<&Row>) -> String {
    let figures = (row.median(|run| run.wall), row.median(|run| run.cpu), row.median(Run::mebibytes));
    let (Some(wall), Some(cpu), Some(memory)) = figures else { return "failed | | | | |".to_owned() };
    let ratio = |of: fn(&Run) -> f64| {
        let ratio = ours.and_then(|ours| row.ratio(ours, of));
        ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"))
    };
    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^52")]
    let rate = TASKS as f64 / wall;
    let (walls, cpus) = (ratio(|run| run.wall), ratio(|run| run.cpu));
    format!("{wall:.3} | {cpu:.3} | {memory:.0} | {rate:.0} | {walls} | {cpus}")
}
