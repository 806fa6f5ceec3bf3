//! What it takes to read a large state as a stream.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use mesos_sdk::wire::Encoding;

use super::results::{Row, Run, mebibytes};
use super::suite::grouped;
use super::{Options, conditions};
use crate::measure::Reading;
use crate::state::Server;

const TASKS: usize = 1_000_000;

/// The readers, as they are named in orders and in the table.
const READERS: [(&str, &str); 2] = [("floor", "floor"), ("stream", "**mesos-sdk**")];

/// Measures it, and gives the table.
///
/// # Errors
///
/// A reader did not get everything.
pub fn state(options: &Options) -> Result<String> {
    let tasks = if options.quick { TASKS / 10 } else { TASKS };
    let mut text = String::from(
        "| what | MiB | reader | wall s | CPU s | peak MiB | wall : floor | CPU : floor |\n\
         |---|--:|---|--:|--:|--:|--:|--:|\n",
    );
    for (encoding, name) in [(Encoding::Protobuf, "protobuf"), (Encoding::Json, "JSON")] {
        eprintln!("{name}");
        let server = Server::start(encoding, tasks)?;
        let rows = rows(&server, encoding, tasks, options.rounds())?;
        for (row, (_, reader)) in rows.iter().zip(READERS) {
            let size = format!("{:.0}", mebibytes(server.length));
            // Writing to memory does not fail.
            let _ = writeln!(
                text,
                "| {} tasks, {name} | {size} | {reader} | {} |",
                grouped(tasks),
                cells(row, &rows[0])
            );
        }
    }
    Ok(format!("{}\n{text}", conditions(options.rounds())))
}

fn rows(server: &Server, encoding: Encoding, tasks: usize, rounds: usize) -> Result<Vec<Row>> {
    let row =
        |(name, _): (&str, &str)| Row { client: name.to_owned(), is_floor: name == "floor", runs: vec![] };
    let mut rows: Vec<_> = READERS.map(row).into_iter().collect();
    for _ in 0..rounds {
        for row in &mut rows {
            row.runs.push(Ok(run(&row.client, server.port, encoding, tasks)?));
        }
    }
    rows.iter().for_each(super::print_row);
    Ok(rows)
}

fn run(reader: &str, port: u16, encoding: Encoding, tasks: usize) -> Result<Run> {
    let mut reading = Command::new(std::env::current_exe()?);
    reading.args(["read", reader, &port.to_string(), &tasks.to_string()]);
    reading.args((encoding == Encoding::Json).then_some("--json"));
    let output = reading.stderr(Stdio::inherit()).output()?;
    let Reading { wall, own, kernel, peak, .. } =
        serde_json::from_slice(&output.stdout).with_context(|| format!("{reader} has failed"))?;
    Ok(Run { wall, cpu: own + kernel, memory: peak })
}

fn cells(row: &Row, floor: &Row) -> String {
    let text = |value: Option<f64>, digits: usize| format!("{:.digits$}", value.unwrap_or(f64::NAN));
    let cells = [
        text(row.median(|run| run.wall), 3),
        text(row.median(|run| run.cpu), 3),
        text(row.median(Run::mebibytes), 1),
        text(row.ratio(floor, |run| run.wall), 2),
        text(row.ratio(floor, |run| run.cpu), 2),
    ];
    cells.join(" | ")
}
