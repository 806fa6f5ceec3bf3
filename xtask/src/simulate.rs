//! `cargo xtask simulate`: the program in `tools/simulation`.

mod defects;

use std::process::Command;

use anyhow::Result;

use crate::steps::{cargo, succeed};
use crate::workspace;

/// How many runs are part of the tests; always the same ones.
const RUNS_OF_TESTS: &str = "5000";

/// Names the folder that cargo builds in.
const TARGET: &str = "CARGO_TARGET_DIR";

/// Makes ids follow from the seed. A cfg and not a feature, so that no program gets it because
/// another one wants it.
const SEEDED: &str = "--cfg mesos_sdk_simulation";

/// The test that hunts the defects of the launcher, and the variable that names their folder.
const HUNT: [&str; 9] = [
    "test",
    "--release",
    "--package",
    "mesos-launcher",
    "--lib",
    "core::tests::patched::patched_defects_are_caught",
    "--",
    "--nocapture",
    "--exact",
];
const LAUNCHER_DEFECTS: &str = "MESOS_LAUNCHER_DEFECTS";

/// Runs the program, optimized: a million runs take their time. With deliberate defects it is built
/// from a copy of the sources that has them.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut program = seeded(&["run", "--quiet", "--release", "--package", "simulation", "--"]);
    if !arguments.iter().any(|argument| argument.starts_with("--defect")) {
        return succeed(program.args(arguments));
    }
    // In one folder, cargo would take what it built from the copy for what it built from here.
    let (copy, target) = (defects::copy()?, defects::folder().join("target"));
    succeed(program.args(arguments).current_dir(&copy).env(TARGET, &target))?;
    if arguments.iter().any(|argument| argument == "--defects") {
        let mut launcher = seeded(&HUNT);
        let folder = copy.join(defects::LAUNCHER);
        succeed(launcher.current_dir(&copy).env(TARGET, &target).env(LAUNCHER_DEFECTS, folder))?;
    }
    Ok(())
}

/// Runs what is part of the tests.
pub(crate) fn test() -> Result<()> {
    println!("{RUNS_OF_TESTS} of the simulation's runs; a million are `cargo xtask simulate --runs 1000000`");
    run(&["--runs".to_owned(), RUNS_OF_TESTS.to_owned()])?;
    succeed(&mut seeded(&["test", "--quiet", "--release", "--package", "simulation", "--test", "replay"]))
}

/// Checks that every deliberate defect can be patched into the sources.
pub(crate) fn check_defects() -> Result<()> {
    defects::copy().map(drop)
}

/// Returns cargo with ids that follow from the seed, and a separate folder in `target`.
fn seeded(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    command.env("RUSTFLAGS", SEEDED).env(TARGET, workspace::root().join("target/simulation"));
    command
}
