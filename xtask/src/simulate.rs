//! `cargo xtask simulate`: the program in `tools/simulation`.

use std::process::Command;

use anyhow::Result;

use crate::steps::{cargo, succeed};

/// How many runs are part of the tests; always the same ones.
const RUNS_OF_TESTS: &str = "5000";

/// Compiles the deliberate defects of the drivers in.
const DEFECTS: &str = "--cfg mesos_sdk_defects";

/// Runs it, optimized: a million runs take their time. With the defects it has a folder of its own in `target`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let wants_defects = arguments.iter().any(|argument| argument.starts_with("--defect"));
    succeed(command(wants_defects).args(arguments))
}

/// The runs that are part of the tests.
pub(crate) fn test() -> Result<()> {
    println!("{RUNS_OF_TESTS} of the simulation's runs; a million are `cargo xtask simulate --runs 1000000`");
    succeed(command(false).args(["--runs", RUNS_OF_TESTS]))
}

/// The program, which further arguments are for.
fn command(with_defects: bool) -> Command {
    let mut command = cargo(&["run", "--quiet", "--release", "--package", "simulation"]);
    if with_defects {
        let folder = crate::workspace::root().join("target/defects");
        command.env("RUSTFLAGS", DEFECTS).arg("--target-dir").arg(folder);
    }
    command.arg("--");
    command
}
