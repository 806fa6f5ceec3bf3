//! `cargo xtask bench`: the program in `tools/bench`, and that in `tools/placement-bench`.

use anyhow::Result;

use crate::steps::{cargo, succeed};

/// Runs it, optimized.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (program, arguments) = match arguments.split_first() {
        Some((first, rest)) if first == "placement" => ("placement-bench", rest),
        _ => ("bench", arguments),
    };
    let mut command = cargo(&["run", "--quiet", "--release", "--package", program, "--bin", program, "--"]);
    succeed(command.args(arguments))
}
