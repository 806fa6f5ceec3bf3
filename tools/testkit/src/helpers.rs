//! The programs that a real agent needs for commands, pods and their files. The crate
//! `mesos-executor` has them.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

/// The folder of programs that are up to date, so that not every test has to check that.
const BUILT: &str = "MESOS_SDK_HELPERS";

/// Returns the options for the tool: a `--helper` for each program.
pub(crate) async fn helpers() -> Result<Vec<String>> {
    let folder = match std::env::var_os(BUILT) {
        Some(folder) => PathBuf::from(folder),
        None => build().await?,
    };
    let options = ["mesos-executor", "mesos-default-executor", "mesos-fetcher"]
        .map(|name| format!("--helper={}", folder.join(name).display()));
    Ok(options.into())
}

/// Builds the programs beside the running one: in `target/debug`, also for
/// `target/debug/deps/test`.
async fn build() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let mut folders = program.ancestors().skip(1).filter(|folder| !folder.ends_with("deps"));
    let folder = folders.next().context("the program lies in no target folder")?.to_owned();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--package", "mesos-executor", "--bins"]);
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    let done =
        cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().await.context("cargo can't be started")?;
    ensure!(done.status.success(), "mesos-executor: {}", String::from_utf8_lossy(&done.stderr));
    Ok(folder)
}
