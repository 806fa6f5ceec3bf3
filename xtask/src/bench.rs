//! `cargo xtask bench`: the program in `tools/bench`.

use anyhow::Result;

use crate::steps::{cargo, succeed};

/// Runs it, optimized.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut command = cargo(&["run", "--quiet", "--release", "--package", "bench", "--bin", "bench", "--"]);
    succeed(command.args(arguments))
}
