//! Named steps, of which a failed one does not keep the next from running.

use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

#[derive(Default)]
pub(crate) struct Steps {
    failed: Vec<&'static str>,
}

impl Steps {
    /// Runs a step, and prints how long it took.
    pub(crate) fn run(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) {
        eprintln!("── {name}");
        let began = Instant::now();
        if let Err(error) = step() {
            eprintln!("FAILED: {name}: {error:#}");
            self.failed.push(name);
        }
        eprintln!("── {name}: {} s", began.elapsed().as_secs());
    }

    /// Names what failed.
    pub(crate) fn finish(self) -> Result<()> {
        if !self.failed.is_empty() {
            bail!("failed: {}", self.failed.join("; "));
        }
        Ok(())
    }
}

/// Does both at the same time: a compiler that checks one crate keeps one processor busy.
pub(crate) fn side_by_side(
    one: impl FnOnce() -> Result<()> + Send,
    other: impl FnOnce() -> Result<()>,
) -> Result<()> {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        match (one.join().unwrap_or_else(|_| bail!("a thread panicked")), other) {
            (Err(one), Err(other)) => bail!("{one:#}; {other:#}"),
            (one, other) => one.and(other),
        }
    })
}

/// Returns the cargo that runs us, to be run at the project's root.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(crate::workspace::root()).args(arguments);
    command
}

/// Installs `cargo-NAME` from the registry if this machine does not have it.
pub(crate) fn install(name: &str) -> Result<()> {
    if cargo(&[name, "--version"]).output().is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    let package = format!("cargo-{name}");
    eprintln!("── {package} is not installed: cargo install --locked {package}");
    succeed(&mut cargo(&["install", "--quiet", "--locked", &package]))
        .with_context(|| format!("install {package} by hand, then try again"))
}

/// Runs a command to its end, which must be a good one.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    ensure!(status.success(), "{status}");
    Ok(())
}
