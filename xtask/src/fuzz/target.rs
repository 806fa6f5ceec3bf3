//! One target.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result};

use super::found::Found;
use super::{Options, cargo_fuzz};
use crate::workspace;

/// What a target may not exceed; each makes libFuzzer stop with the input that did it.
const LIMITS: [&str; 4] = [
    // In seconds, for one input.
    "-timeout=10",
    // In bytes: the most that one input has.
    "-max_len=4096",
    // In MiB, of all memory …
    "-rss_limit_mb=1024",
    // … and of one piece of it.
    "-malloc_limit_mb=128",
];

/// Returns the names of all targets.
pub(super) fn all() -> Result<Vec<String>> {
    let folder = workspace::root().join("fuzz/fuzz_targets");
    let files = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let stem = |file: fs::DirEntry| Path::new(&file.file_name()).file_stem().map(OsString::from);
    let names = files.filter_map(|file| stem(file.ok()?)?.into_string().ok());
    let mut names: Vec<_> = names.collect();
    names.sort();
    Ok(names)
}

/// Runs one for so long. What it finds on its way stays below `target`, for the next run on this
/// machine.
pub(super) fn run(name: &str, options: &Options) -> Result<Found> {
    let seconds = options.seconds;
    let fuzz = workspace::root().join("fuzz");
    let (corpus, own) = (fuzz.join("corpus").join(name), fuzz.join("target/corpus").join(name));
    let log = fuzz.join("target").join(format!("{name}.log"));
    fs::create_dir_all(&own).with_context(|| own.display().to_string())?;
    let output = File::create(&log).with_context(|| log.display().to_string())?;
    eprintln!("── {name}, {seconds} s");
    let mut command = cargo_fuzz(&["run", "--codegen-units", "16", name]);
    command.arg(own).arg(&corpus).arg("--").args(LIMITS);
    command.args(["-print_final_stats=1", &format!("-max_total_time={seconds}")]);
    command.args(options.seed.map(|seed| format!("-seed={seed}")));
    let status = command.stdout(output.try_clone()?).stderr(output).status()?;
    let output = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let inputs = fs::read_dir(&corpus).map_or(0, Iterator::count);
    Ok(Found::read(name, inputs, &output, status.success()))
}
