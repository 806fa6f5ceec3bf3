//! `cargo xtask real-mesos`: the tool in `tools/real-mesos`.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::steps::{cargo, succeed};
use crate::workspace;

/// The programs that agents start for command tasks, for pods, and for the files of commands.
const HELPERS: [&str; 3] = ["mesos-executor", "mesos-default-executor", "mesos-fetcher"];

/// Becomes the tool, so that it has our terminal, our signals and our exit status.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let error = tool().args(arguments).args(helpers(arguments)?).exec();
    Err(anyhow!(error).context("cannot start tools/real-mesos, which needs python3"))
}

/// Builds the programs that agents need for command tasks and their files, for an `up` that names
/// none. Returns the options that name them.
fn helpers(arguments: &[String]) -> Result<Vec<OsString>> {
    if !needs_helpers(arguments) {
        return Ok(Vec::new());
    }
    let folder = build_helpers()?;
    let options = HELPERS.map(|helper| [OsString::from("--helper"), folder.join(helper).into_os_string()]);
    Ok(options.into_iter().flatten().collect())
}

/// Builds the programs that real agents start. Returns their folder, which is that of this program.
pub(crate) fn build_helpers() -> Result<PathBuf> {
    succeed(&mut cargo(&["build", "--quiet", "--package", "mesos-executor", "--bins"]))?;
    let program = std::env::current_exe()?;
    program.parent().map(Path::to_owned).context("this program lies in no folder")
}

fn needs_helpers(arguments: &[String]) -> bool {
    let names = |option: &str| {
        arguments.iter().any(|argument| argument.split('=').next().is_some_and(|name| name == option))
    };
    arguments.first().is_some_and(|verb| verb == "up")
        && !["--helper", "--launcher-dir", "--help", "-h"].into_iter().any(names)
}

/// Makes clusters of this mode (`single` or `ha`) ready to start; the error explains why none can
/// run here, and what to do.
pub(crate) fn prepare(mode: &str) -> Result<()> {
    for arguments in [["check", mode].as_slice(), &["setup"]] {
        let done =
            tool().args(arguments).output().context("python3 is missing: apt-get install -y python3")?;
        if !done.status.success() {
            let output = [done.stdout, done.stderr].concat();
            bail!("{}", String::from_utf8_lossy(&output).lines().last().unwrap_or("no reason given"));
        }
    }
    Ok(())
}

fn tool() -> Command {
    Command::new(workspace::root().join("tools/real-mesos/real-mesos"))
}

#[cfg(test)]
mod tests {
    use super::needs_helpers;

    #[test]
    fn a_cluster_gets_helpers_unless_it_names_some() {
        let needs = |line: &str| needs_helpers(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert!(needs("up") && needs("up --agents 2 --port 5050"));
        assert!(!needs("check") && !needs("up --help"));
        assert!(!needs("up --helper a") && !needs("up --helper=a") && !needs("up --launcher-dir x"));
    }
}
