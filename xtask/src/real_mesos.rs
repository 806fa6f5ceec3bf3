//! `cargo xtask real-mesos`: the tool in `tools/real-mesos`.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::workspace;

/// Becomes the tool, so that it has our terminal, our signals and our exit status.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let error = tool().args(arguments).exec();
    Err(anyhow!(error).context("cannot start tools/real-mesos, which needs python3"))
}

/// Makes a cluster ready to start; an error says why none can run here, and what to do.
pub(crate) fn prepare() -> Result<()> {
    let done = tool().arg("setup").output().context("python3 is missing: apt-get install -y python3")?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        bail!("{}", said.lines().last().unwrap_or_default().trim_start_matches("real-mesos: "));
    }
    Ok(())
}

fn tool() -> Command {
    Command::new(workspace::root().join("tools/real-mesos/real-mesos"))
}
