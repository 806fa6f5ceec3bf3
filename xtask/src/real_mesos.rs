//! `cargo xtask real-mesos`: the tool in `tools/real-mesos`.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, anyhow};

use crate::workspace;

/// Becomes the tool, so that it has our terminal, our signals and our exit status.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let error = Command::new(tool()).args(arguments).exec();
    Err(anyhow!("cannot start {}: {error} (it needs python3)", tool().display()))
}

fn tool() -> PathBuf {
    workspace::root().join("tools/real-mesos/real-mesos")
}
