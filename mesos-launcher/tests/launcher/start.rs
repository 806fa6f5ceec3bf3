//! Starts launchers, and the examples as their users do.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use mesos_launcher::Launcher;
use mesos_sdk::Master;
use testkit::TestCluster;

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The user that tasks run as: the agents of tests don't switch users.
pub(crate) const USER: &str = "tester";

/// Starts a launcher without a store.
pub(crate) async fn start(cluster: &TestCluster) -> Result<Launcher> {
    let master: Master = cluster.address().parse()?;
    Ok(Launcher::builder("test").user(USER).master(master).start().await?)
}

/// Returns an example to run.
pub(crate) fn example(name: &str, cluster: &TestCluster) -> Result<tokio::process::Command> {
    let mut command = tokio::process::Command::new(example_path(name)?);
    command.arg(cluster.address()).env("USER", USER).kill_on_drop(true);
    Ok(command)
}

/// Returns where an example was built.
pub(crate) fn example_path(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let built = program.parent().and_then(Path::parent).context("no folder")?;
    Ok(built.join("examples").join(name))
}
