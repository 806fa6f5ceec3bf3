//! How long an event waits for its answer.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use mesos_sdk::wire::Encoding;

use super::clients::{Client, able};
use super::results::median;
use super::trial::{Trial, trial};
use super::{Options, conditions};
use crate::master::Pace;
use crate::orders::Until;
use crate::stream::{Mix, Stream};

/// Events that come slowly, so that each finds the client asleep, and such as come in bundles.
const LOADS: [(&str, Mix, usize, Pace); 4] = [
    ("update, idle", Mix::Updates, 1_000, every(2, 1)),
    ("update, 10,000 a second", Mix::Updates, 20_000, every(1, 10)),
    ("OFFERS of 10, idle", Mix::Offers(10), 1_000, every(2, 1)),
    ("OFFERS of 10, 2,000 a second", Mix::Offers(10), 4_000, every(1, 2)),
];

const fn every(milliseconds: u64, events: usize) -> Pace {
    Pace { every: Duration::from_millis(milliseconds), events }
}

/// What one run gave, in microseconds; and seconds on the processors.
struct Figures {
    middle: f64,
    late: f64,
    cpu: f64,
}

/// Measures it, and gives the table.
///
/// # Errors
///
/// A client could not be started.
pub fn latency(options: &Options) -> Result<String> {
    let (clients, rounds) = (super::wanted(options)?, options.rounds());
    let mut text = String::from(
        "| what | client | median µs | 99 of 100 within µs | CPU s | median : floor | 99 of 100 : floor |\n\
         |---|---|--:|--:|--:|--:|--:|\n",
    );
    for (name, mix, events, pace) in LOADS {
        if options.only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        eprintln!("{name}");
        let stream = Arc::new(Stream::new(mix, Encoding::Protobuf, events));
        let mut title = name;
        let rows = rows(&able(&clients, Until::Answers), &stream, pace, rounds)?;
        let floor = rows.iter().find(|(client, _)| client.is_floor()).map(|(_, runs)| runs.as_slice());
        for (client, runs) in &rows {
            // Writing to memory does not fail.
            let _ = writeln!(text, "| {title} | {} | {} |", client.name, cells(runs, floor));
            title = "";
        }
    }
    Ok(format!("{}\n{text}", conditions(rounds)))
}

type Rows<'a> = Vec<(&'a Client, Vec<Figures>)>;

fn rows<'a>(clients: &[&'a Client], stream: &Arc<Stream>, pace: Pace, rounds: usize) -> Result<Rows<'a>> {
    let mut rows: Rows<'_> = clients.iter().map(|client| (*client, Vec::new())).collect();
    for _ in 0..rounds {
        for (client, runs) in &mut rows {
            match trial(client, Until::Answers, stream, Some(pace))? {
                Some(Ok(trial)) => runs.push(figures(&trial)),
                Some(Err(fault)) => eprintln!("    {} FAILED: {fault}", client.name),
                None => {}
            }
        }
    }
    for (client, runs) in &rows {
        let runs: Vec<_> = runs.iter().map(|run| format!("{:.0}/{:.0}", run.middle, run.late)).collect();
        eprintln!("    {:12} {} µs", client.name, runs.join(" "));
    }
    Ok(rows)
}

fn figures(trial: &Trial) -> Figures {
    let at = |percent: usize| {
        let index = trial.latencies.len() * percent / 100;
        trial.latencies.get(index).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e6)
    };
    Figures { middle: at(50), late: at(99), cpu: trial.usage.cpu }
}

fn cells(runs: &[Figures], floor: Option<&[Figures]>) -> String {
    let of = |runs: &[Figures], figure: fn(&Figures) -> f64| median(runs.iter().map(figure).collect());
    let text =
        |value: Option<f64>, digits: usize| value.map_or(String::new(), |value| format!("{value:.digits$}"));
    let ratio = |figure: fn(&Figures) -> f64| Some(of(runs, figure)? / of(floor?, figure)?);
    let cells = [
        text(of(runs, |run| run.middle), 0),
        text(of(runs, |run| run.late), 0),
        text(of(runs, |run| run.cpu), 3),
        text(ratio(|run| run.middle), 2),
        text(ratio(|run| run.late), 2),
    ];
    cells.join(" | ")
}
