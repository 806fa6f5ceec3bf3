//! What the launcher adds to launching a task.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use super::cluster::Cluster;
use super::results::{Row, Run, median, per_second};
use super::service::service;
use super::suite::grouped;
use super::{Options, conditions};
use crate::batch::Response;
use crate::cluster::Size;

const AGENTS: usize = 1_000;
const TASKS: usize = 20_000;

/// The clients, as they are named in orders and in the table. The first one is the floor.
const CLIENTS: [(&str, &str); 3] = [
    ("driver", "driver"),
    ("memory", "**mesos-launcher**, `Memory`"),
    ("file-log", "**mesos-launcher**, `FileLog`"),
];

/// Measures it, and gives the table.
///
/// # Errors
///
/// A client has not launched everything.
pub fn launcher(options: &Options) -> Result<String> {
    let tasks = if options.quick { TASKS / 10 } else { TASKS };
    let mut responses: [Vec<Response>; CLIENTS.len()] = Default::default();
    for _ in 0..options.rounds() {
        for (responses, (client, _)) in responses.iter_mut().zip(CLIENTS) {
            responses.push(run(client, tasks)?);
        }
    }
    let (launches, service) = (table(&responses, tasks), service(options)?);
    Ok(format!("{}\n{launches}\n{service}", conditions(options.rounds())))
}

/// Lets the client launch its tasks on a new cluster.
fn run(client: &str, tasks: usize) -> Result<Response> {
    let cluster = Cluster::start(Size { agents: AGENTS, tasks: 0, run_tasks: false })?;
    let mut launching = Command::new(std::env::current_exe()?);
    launching.args(["batch", &cluster.address, client, &tasks.to_string()]);
    let output = launching.stderr(Stdio::inherit()).output()?;
    let response: Response =
        serde_json::from_slice(&output.stdout).with_context(|| format!("{client} has failed"))?;
    eprintln!("    {client:10} {:.3} s, {} writes", response.reading.wall, response.writes);
    cluster.end()?;
    Ok(response)
}

fn table(responses: &[Vec<Response>], tasks: usize) -> String {
    let mut text = String::from(
        "| launches | wall s | CPU s | peak MiB | tasks/s | wall : driver | CPU : driver | writes | the disk alone, s |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let rows: Vec<_> =
        responses.iter().zip(CLIENTS).map(|(responses, (client, _))| row(client, responses)).collect();
    for ((row, responses), (_, name)) in rows.iter().zip(responses).zip(CLIENTS) {
        // Writing to memory does not fail.
        let _ = writeln!(text, "| {name} | {} | {} |", cells(row, &rows[0], tasks), disk(responses));
    }
    text
}

fn row(client: &str, responses: &[Response]) -> Row {
    let run = |response: &Response| {
        let reading = response.reading;
        Ok(Run { wall: reading.wall, cpu: reading.own + reading.kernel, memory: reading.peak })
    };
    Row { client: client.to_owned(), is_floor: false, runs: responses.iter().map(run).collect() }
}

fn cells(row: &Row, floor: &Row, tasks: usize) -> String {
    let text = |value: Option<f64>, digits: usize| format!("{:.digits$}", value.unwrap_or(f64::NAN));
    let wall = row.median(|run| run.wall);
    let cells = [
        text(wall, 3),
        text(row.median(|run| run.cpu), 3),
        text(row.median(Run::mebibytes), 0),
        grouped(per_second(tasks, wall.unwrap_or(f64::NAN))),
        text(row.ratio(floor, |run| run.wall), 2),
        text(row.ratio(floor, |run| run.cpu), 2),
    ];
    cells.join(" | ")
}

fn disk(responses: &[Response]) -> String {
    if responses.iter().all(|response| response.writes == 0) {
        return " | ".to_owned();
    }
    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^52")]
    let writes = median(responses.iter().map(|response| response.writes as f64).collect());
    let disk = median(responses.iter().map(|response| response.disk).collect());
    format!("{:.0} | {:.3}", writes.unwrap_or_default(), disk.unwrap_or_default())
}
