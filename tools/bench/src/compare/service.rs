//! What a large service takes to start, to be taken over and to be made whole.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use super::Options;
use super::cluster::Cluster;
use super::results::median;
use super::suite::grouped;
use crate::cluster::Size;
use crate::measure::Reading;
use crate::service::Response;

/// As many agents as such a service leaves half empty.
const AGENTS: usize = 2_500;
/// As many as a launcher may have.
const INSTANCES: usize = 50_000;

/// Measures it, and returns the table.
pub(super) fn service(options: &Options) -> Result<String> {
    let (agents, instances) = if options.quick { (AGENTS / 10, INSTANCES / 10) } else { (AGENTS, INSTANCES) };
    let rounds = (0..options.rounds()).map(|_| run(agents, instances));
    Ok(table(&rounds.collect::<Result<Vec<_>>>()?, agents, instances))
}

fn run(agents: usize, instances: usize) -> Result<Response> {
    let cluster = Cluster::start(Size { agents, tasks: 0, run_tasks: true })?;
    let mut running = Command::new(std::env::current_exe()?);
    running.args(["service", &cluster.address, &instances.to_string()]);
    let output = running.stderr(Stdio::inherit()).output()?;
    let response: Response = serde_json::from_slice(&output.stdout).context("the service has failed")?;
    let Response { start, restart, replace, .. } = response;
    eprintln!("    service    {:.3} s, {:.3} s, {:.3} s", start.wall, restart.wall, replace.wall);
    cluster.end()?;
    Ok(response)
}

fn table(responses: &[Response], agents: usize, instances: usize) -> String {
    let of =
        |value: &dyn Fn(&Response) -> f64| median(responses.iter().map(value).collect()).unwrap_or(f64::NAN);
    let row = |what: &str, reading: fn(&Response) -> Reading| {
        let wall = of(&|response| reading(response).wall);
        let cpu = of(&|response| reading(response).own + reading(response).kernel);
        format!("| {what} | {wall:.3} | {cpu:.3} |\n")
    };
    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^52")]
    let held = of(&|response| response.start.held as f64 / 1024.0 / instances as f64);
    let lost = responses.first().map_or(0, |response| response.lost);
    [
        format!("| {} instances on {} agents | wall s | CPU s |\n", grouped(instances), grouped(agents)),
        "|---|--:|--:|\n".to_owned(),
        row("start, until all but one run", |response| response.start),
        row("a new launcher with their records, until the last one runs", |response| response.restart),
        row(&format!("loss of an agent with {lost}, until all run"), |response| response.replace),
        format!("\nAn instance takes {held:.1} KiB of memory.\n"),
    ]
    .concat()
}
