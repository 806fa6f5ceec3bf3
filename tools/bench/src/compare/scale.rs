//! How time and memory grow with the cluster: one that is replayed, and an embedded one.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::Result;
use mesos_sdk::wire::Encoding;

use super::clients::able;
use super::results::{Row, Run, mebibytes};
use super::suite::grouped;
use super::trial::trial;
use super::{Options, conditions};
use crate::orders::Until;
use crate::stream::{Mix, Stream};

/// As many run on each agent.
const TASKS_OF_AN_AGENT: usize = 20;
const AGENTS: [usize; 4] = [1_000, 5_000, 20_000, 50_000];
/// Enough to see whether it is linear.
const ROUNDS: usize = 3;

/// Measures it, and gives the table.
///
/// # Errors
///
/// A client could not be started.
pub fn scale(options: &Options) -> Result<String> {
    let (clients, rounds) = (super::wanted(options)?, options.rounds.unwrap_or(ROUNDS));
    let mut text = String::from(
        "| agents | tasks | the OFFERS, MiB | client | wall s | CPU s | peak MiB | CPU µs for each task |\n\
         |--:|--:|--:|---|--:|--:|--:|--:|\n",
    );
    for agents in AGENTS {
        let tasks = agents * TASKS_OF_AN_AGENT;
        eprintln!("{agents} agents, {tasks} tasks");
        let mix = Mix::Cluster { agents, tasks };
        let stream = Arc::new(Stream::new(mix, Encoding::Protobuf, tasks + 1));
        let offers = stream.bytes.len() - stream.ends[tasks - 1];
        for client in able(&clients, Until::Answers) {
            let mut row = Row { client: client.name.clone(), is_floor: client.is_floor(), runs: Vec::new() };
            for _ in 0..rounds {
                row.runs
                    .extend(trial(client, Until::Answers, &stream, None)?.map(|trial| trial.map(Run::from)));
            }
            super::print_row(&row);
            let cluster = [grouped(agents), grouped(tasks), format!("{:.1}", mebibytes(offers))];
            // Writing to memory does not fail.
            let _ = writeln!(text, "| {} | {} | {} |", cluster.join(" | "), client.name, cells(&row, tasks));
        }
    }
    let asked = options.rounds.unwrap_or(1);
    let embedded = super::cluster::table(AGENTS.map(|agents| (agents, TASKS_OF_AN_AGENT)), asked)?;
    let replayed = format!("{}\nA replayed master:\n\n{text}", conditions(rounds));
    let times = if asked == 1 { "once".to_owned() } else { format!("{asked} times") };
    Ok(format!("{replayed}\nAn embedded cluster, asked {times}:\n\n{embedded}"))
}

fn cells(row: &Row, tasks: usize) -> String {
    let figures = (row.median(|run| run.wall), row.median(|run| run.cpu), row.median(Run::mebibytes));
    let (Some(wall), Some(cpu), Some(memory)) = figures else { return "failed | | |".to_owned() };
    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^52")]
    let each = cpu / tasks as f64 * 1e6;
    format!("{wall:.3} | {cpu:.3} | {memory:.0} | {each:.2}")
}
