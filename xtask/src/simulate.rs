//! `cargo xtask simulate`: the program in `tools/simulation`.

use std::process::Command;

use anyhow::Result;

use crate::steps::{cargo, succeed};

/// How many runs are part of the tests; always the same ones.
const RUNS_OF_TESTS: &str = "5000";

/// Makes ids follow from the seed. A cfg and not a feature, so that no program gets it because
/// another one wants it.
const SEEDED: &str = "--cfg mesos_sdk_simulation";

/// Compiles the deliberate defects of the drivers in, too.
const DEFECTS: &str = "--cfg mesos_sdk_simulation --cfg mesos_sdk_defects";

/// Runs it, optimized: a million runs take their time. It has a separate folder in `target`, and
/// with the defects another.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let wants_defects = arguments.iter().any(|argument| argument.starts_with("--defect"));
    succeed(command(wants_defects).args(arguments))
}

/// Returns the runs that are part of the tests.
pub(crate) fn test() -> Result<()> {
    println!("{RUNS_OF_TESTS} of the simulation's runs; a million are `cargo xtask simulate --runs 1000000`");
    succeed(command(false).args(["--runs", RUNS_OF_TESTS]))?;
    succeed(&mut seeded(
        &["test", "--quiet", "--release", "--package", "simulation", "--test", "replay"],
        SEEDED,
        "simulation",
    ))
}

/// Returns the program, which further arguments are for.
fn command(with_defects: bool) -> Command {
    let (flags, folder) = if with_defects { (DEFECTS, "defects") } else { (SEEDED, "simulation") };
    let mut command = seeded(&["run", "--quiet", "--release", "--package", "simulation"], flags, folder);
    command.arg("--");
    command
}

/// Cargo with these flags for the compiler, and a separate folder in `target`.
fn seeded(arguments: &[&str], flags: &str, folder: &str) -> Command {
    let folder = crate::workspace::root().join("target").join(folder);
    let mut command = cargo(arguments);
    command.env("RUSTFLAGS", flags).arg("--target-dir").arg(folder);
    command
}
