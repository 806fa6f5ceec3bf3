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

/// Makes clusters of this mode (`single` or `ha`) ready to start; the error explains why none can
/// run here, and what to do.
pub(crate) fn prepare(mode: &str) -> Result<()> {
    for arguments in [["check", mode].as_slice(), &["setup"]] {
        let done =
            tool().args(arguments).output().context("python3 is missing: apt-get install -y python3")?;
        if !done.status.success() {
            let said = [done.stdout, done.stderr].concat();
            bail!("{}", String::from_utf8_lossy(&said).lines().last().unwrap_or("no reason given"));
        }
    }
    Ok(())
}

fn tool() -> Command {
    Command::new(workspace::root().join("tools/real-mesos/real-mesos"))
}
