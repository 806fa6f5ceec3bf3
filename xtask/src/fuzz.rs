//! `cargo xtask fuzz`: the targets in `fuzz/`, by cargo-fuzz.

mod found;
mod target;

use std::num::NonZero;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail, ensure};

use crate::steps::{cargo, install, succeed};
use crate::workspace;
use found::Found;

pub(crate) struct Options {
    /// How long each target runs.
    pub(crate) seconds: u32,
    /// Where chance begins; anywhere if there is none.
    pub(crate) seed: Option<NonZero<u32>>,
    /// Which ones; all if none is named.
    pub(crate) targets: Vec<String>,
}

/// Runs targets, as many at a time as there are processors, and prints the outcome of each.
pub(crate) fn run(options: &Options) -> Result<()> {
    let targets = chosen(target::all()?, &options.targets)?;
    install("fuzz")?;
    // Not one by one: they share all but the last step.
    succeed(&mut cargo_fuzz(&["build", "--codegen-units", "16"]))
        .context("the targets can't be built: they need a C++ compiler, such as g++, and Linux or macOS")?;
    let found = in_parallel(targets, |target| target::run(&target, options))?;
    let failed: Vec<_> = found.iter().filter(|found| found.failure.is_some()).collect();
    for Found { target, failure, .. } in &failed {
        eprintln!("FAILED: {target}\n{}", failure.as_deref().unwrap_or_default());
    }
    for found in &found {
        println!("{found}");
    }
    println!("{} runs in all", found.iter().map(|found| found.runs).sum::<u64>());
    ensure!(failed.is_empty(), "{} of {} targets failed", failed.len(), found.len());
    Ok(())
}

fn chosen(all: Vec<String>, wanted: &[String]) -> Result<Vec<String>> {
    if let Some(unknown) = wanted.iter().find(|wanted| !all.contains(wanted)) {
        bail!("there is no target {unknown}; there are {}", all.join(", "));
    }
    if wanted.is_empty() { Ok(all) } else { Ok(wanted.to_vec()) }
}

/// Returns the command, with the features of the compiler that cargo-fuzz uses, which a variable
/// enables in a stable one.
fn cargo_fuzz(arguments: &[&str]) -> Command {
    let mut command = cargo(&["fuzz"]);
    command.args(arguments).current_dir(workspace::root().join("fuzz")).env("RUSTC_BOOTSTRAP", "1");
    command
}

fn in_parallel(targets: Vec<String>, run: impl Fn(String) -> Result<Found> + Sync) -> Result<Vec<Found>> {
    let waiting = Mutex::new(targets.into_iter());
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
    let at_a_time = thread::available_parallelism().map_or(1, NonZero::get);
    let mut found = thread::scope(|scope| {
        let work = || std::iter::from_fn(next).map(&run).collect::<Result<Vec<_>>>();
        let workers: Vec<_> = (0..at_a_time).map(|_| scope.spawn(work)).collect();
        let found =
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| bail!("a thread ended")));
        found.collect::<Result<Vec<_>>>()
    })?
    .concat();
    found.sort_by(|left, right| left.target.cmp(&right.target));
    Ok(found)
}
