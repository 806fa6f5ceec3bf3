//! `cargo xtask acceptance`: the program in `tools/acceptance`.

use anyhow::{Context, Result};

use crate::real_mesos;
use crate::steps::{cargo, succeed};

/// Runs it on a real Mesos, which this machine must be able to run.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mode = if arguments.first().is_some_and(|first| first == "ha") { "ha" } else { "single" };
    real_mesos::prepare(mode).context("a real Mesos is required")?;
    succeed(cargo(&["run", "--quiet", "--package", "acceptance", "--"]).args(arguments))
}
