//! `cargo xtask test`: all tests, those on a real Mesos included where this machine can run one.

use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::steps::{Steps, cargo};
use crate::{real_mesos, watch};

/// Tells the tests that a real Mesos can run.
const REAL: &str = "MESOS_SDK_REAL";

pub(crate) struct Options {
    pub(crate) require_real: bool,
    pub(crate) quick: bool,
}

/// Runs the tests; what the runners have to say in sum comes last.
pub(crate) fn run(options: &Options) -> Result<()> {
    let skipped = what_to_skip(options)?;
    let (mut steps, mut summaries) = (Steps::default(), Vec::new());
    let mut all = runner(&["--workspace", "--all-features"]);
    if skipped.is_empty() {
        all.env(REAL, "1");
    }
    if !options.quick {
        let mut documentation = cargo(&["test", "--doc", "--workspace", "--all-features"]);
        steps.run("examples in the documentation", || summarized(&mut documentation, &mut summaries));
        let mut default = runner(&["--package", "mesos-sdk"]);
        steps.run("tests, default features", || summarized(&mut default, &mut summaries));
    }
    steps.run("tests, all features", || summarized(&mut all, &mut summaries));
    if !skipped.is_empty() {
        println!("\n!!! {} SKIPPED: {} !!!\n", skipped.len(), skipped.join("; "));
    }
    for line in summaries {
        println!("{line}");
    }
    steps.finish()
}

/// What is left out, each with the reason and the remedy.
fn what_to_skip(options: &Options) -> Result<Vec<String>> {
    if options.quick {
        let rest = "the examples in the documentation and the tests with default features";
        let whole = "run `cargo xtask test` without --quick";
        return Ok(vec![format!("the tests on a real Mesos, {rest} ({whole})")]);
    }
    match real_mesos::prepare() {
        Ok(()) => Ok(Vec::new()),
        Err(reason) if options.require_real => {
            bail!("a real Mesos is required, but it cannot run: {reason:#}")
        }
        Err(reason) => Ok(vec![format!("the tests on a real Mesos ({reason:#})")]),
    }
}

/// nextest, or what comes with cargo; not told of a real Mesos.
fn runner(what: &[&str]) -> Command {
    let nextest = cargo(&["nextest", "--version"]).output().is_ok_and(|output| output.status.success());
    let mut command = if nextest {
        cargo(&["nextest", "run", "--no-fail-fast", "--no-tests=pass"])
    } else {
        // Without the examples in the documentation, which have a step of their own.
        cargo(&["test", "--no-fail-fast", "--lib", "--bins", "--tests", "--examples"])
    };
    command.args(what).env_remove(REAL);
    command
}

/// Runs the command, keeping the lines of its output that sum it up, whether it succeeds or not.
fn summarized(command: &mut Command, summaries: &mut Vec<String>) -> Result<()> {
    let (status, lines) = watch::run(command, is_summary)?;
    summaries.extend(lines);
    ensure!(status.success(), "{status}");
    Ok(())
}

fn is_summary(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("Summary [")
        || (line.starts_with("test result:") && !line.contains(" 0 passed; 0 failed"))
}

#[cfg(test)]
mod tests {
    use super::is_summary;

    #[test]
    fn summaries_of_both_runners_are_known() {
        assert!(is_summary("     Summary [  40.296s] 71 tests run: 71 passed, 72 skipped"));
        assert!(is_summary("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"));
        assert!(!is_summary("test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"));
        assert!(!is_summary("test a::b ... ok"));
    }
}
