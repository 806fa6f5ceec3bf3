//! `cargo xtask test`: all tests, those on a real Mesos included where this machine can run one.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::steps::{Steps, cargo};
use crate::{features, real_mesos, simulate, watch};

/// Announce to the tests that a real Mesos can run, and that one with several masters can.
const REAL: &str = "MESOS_SDK_REAL";
const REAL_HA: &str = "MESOS_SDK_REAL_HA";
/// Where the tests of the window find a browser.
const CHROMIUM: &str = "MESOS_SDK_CHROMIUM";
/// What it is called.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Announces to the tests of the metrics that there is a Prometheus: all its programs.
const PROMETHEUS: &str = "MESOS_SDK_PROMETHEUS";
const PROMETHEUS_PROGRAMS: [&str; 2] = ["prometheus", "promtool"];
/// Where they find the programs that a real agent needs.
const HELPERS: &str = "MESOS_SDK_HELPERS";

pub(crate) struct Options {
    pub(crate) require_real: bool,
    pub(crate) quick: bool,
}

/// Runs the tests; what the runners have to say in sum comes last.
pub(crate) fn run(options: &Options) -> Result<()> {
    let Backends { variables, browser, has_prometheus, mut skipped } = backends(options)?;
    skipped.extend(features::left_out());
    let (mut steps, mut summaries) = (Steps::default(), Vec::new());
    let features = features::all()?;
    let mut all = runner(&["--workspace"]);
    all.args(&features);
    if !variables.is_empty() {
        all.env(HELPERS, real_mesos::build_helpers()?);
    }
    all.envs(variables).envs(browser.map(|browser| (CHROMIUM, browser)));
    all.envs(has_prometheus.then_some((PROMETHEUS, "1")));
    if !options.quick {
        let mut documentation = cargo(&["test", "--doc", "--workspace", "--no-fail-fast"]);
        documentation.args(&features);
        steps.run("examples in the documentation", || summarized(&mut documentation, &mut summaries));
        let mut default = runner(&["--package", "mesos-sdk"]);
        steps.run("tests, default features", || summarized(&mut default, &mut summaries));
        steps.run("simulation", simulate::test);
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

/// What the tests may use beside the embedded cluster.
#[derive(Default)]
struct Backends {
    /// Their variables.
    variables: Vec<(&'static str, &'static str)>,
    browser: Option<PathBuf>,
    has_prometheus: bool,
    /// What is left out, each with the reason and the remedy.
    skipped: Vec<String>,
}

fn backends(options: &Options) -> Result<Backends> {
    let mut backends = Backends::default();
    if options.quick {
        let rest = "those of the window in a browser, the examples in the documentation, the simulation and the tests with default features";
        let whole = "run `cargo xtask test` without --quick";
        backends.skipped.push(format!("the tests on a real Mesos, {rest} ({whole})"));
        return Ok(backends);
    }
    for (variable, mode, what) in
        [(REAL, "single", "a real Mesos"), (REAL_HA, "ha", "a real Mesos with several masters")]
    {
        match real_mesos::prepare(mode) {
            Ok(()) => backends.variables.push((variable, "1")),
            Err(reason) if options.require_real => bail!("{what} is required, but it cannot run: {reason:#}"),
            Err(reason) => backends.skipped.push(format!("the tests on {what} ({reason:#})")),
        }
    }
    let missing = "Chromium is not installed: apt-get install -y chromium";
    match browser() {
        Some(browser) => backends.browser = Some(browser),
        None if options.require_real => bail!("the tests of the window are required, but {missing}"),
        None => backends.skipped.push(format!("the tests of the window in a browser ({missing})")),
    }
    let missing = "Prometheus is not installed: apt-get install -y prometheus";
    if PROMETHEUS_PROGRAMS.into_iter().all(|name| program(name).is_some()) {
        backends.has_prometheus = true;
    } else if options.require_real {
        bail!("the tests of the metrics are required, but {missing}");
    } else {
        backends.skipped.push(format!("the tests of the metrics with a Prometheus ({missing})"));
    }
    Ok(backends)
}

/// Returns the program of a Chromium, if one is installed.
fn browser() -> Option<PathBuf> {
    BROWSERS.into_iter().find_map(program)
}

/// Returns the path of this program, if it is installed.
fn program(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// Returns nextest, or what comes with cargo; without a real Mesos.
fn runner(what: &[&str]) -> Command {
    let nextest = cargo(&["nextest", "--version"]).output().is_ok_and(|output| output.status.success());
    let mut command = if nextest {
        cargo(&["nextest", "run", "--no-fail-fast", "--no-tests=pass"])
    } else {
        // Without the examples in the documentation, which have a separate step.
        cargo(&["test", "--no-fail-fast", "--lib", "--bins", "--tests", "--examples"])
    };
    command.args(what).env_remove(REAL).env_remove(REAL_HA).env_remove(CHROMIUM).env_remove(PROMETHEUS);
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
