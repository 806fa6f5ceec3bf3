//! `cargo xtask acceptance` and `cargo xtask chaos`: the program in `tools/acceptance`.

use anyhow::{Context, Result};

use crate::real_mesos;
use crate::steps::{cargo, succeed};

/// Runs it on a real Mesos, which this machine must be able to run.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let first = arguments.first().map_or("", String::as_str);
    let is_any_needed = !arguments.iter().any(|argument| argument == "--embedded" || argument == "--check");
    if is_any_needed {
        let are_several = arguments.iter().any(|argument| argument.starts_with("--schedulers"));
        let mode = if matches!(first, "ha" | "chaos") || are_several { "ha" } else { "single" };
        real_mesos::prepare(mode).context("a real Mesos is required")?;
    }
    succeed(cargo(&["run", "--quiet", "--package", "acceptance", "--"]).args(arguments))
}

/// Returns the same with everything tormented.
pub(crate) fn chaos(arguments: &[String]) -> Result<()> {
    run(&[&["chaos".to_owned()], arguments].concat())
}
