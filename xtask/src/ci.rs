//! `cargo xtask ci`: everything but the tests.

use anyhow::Result;

use crate::steps::{Steps, cargo, side_by_side, succeed};
use crate::{
    codegen, crates, features, foreign_types, layers, prose, prost_releases, protocol, rules, simulate,
    spelling, template,
};

const WARNINGS: [&str; 3] = ["--", "-D", "warnings"];

/// Runs every check, and names those that failed.
pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    steps.run("formatting", || succeed(&mut cargo(&["fmt", "--all", "--check"])));
    let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"];
    steps.run("formatting of the fuzz targets", || succeed(&mut cargo(&fuzz)));
    let features = features::all()?;
    let features: Vec<_> = features.iter().map(String::as_str).collect();
    steps.run("clippy, all features", || clippy(&[&["--workspace"], features.as_slice()].concat()));
    steps.run("clippy, default features", || clippy(&["--package", "mesos-sdk"]));
    steps.run("clippy, no features", || clippy(&["--package", "mesos-sdk", "--no-default-features"]));
    steps.run("each combination of features", features::check_powerset);
    let packages = || side_by_side(prost_releases::check, template::check);
    steps.run("each release of prost, and the template of a project", packages);
    steps.run("documentation", || documentation(&features));
    steps.run("types of other crates in the API", || foreign_types::check(&features));
    steps.run("generated code", || codegen::run(true));
    steps.run("calls, events and their tests", || protocol::run(true));
    steps.run("rules for source files", rules::check);
    steps.run("layers, and files that use each other", layers::check);
    steps.run("prose", prose::check);
    steps.run("spelling", spelling::check);
    steps.run("patches of the deliberate defects", simulate::check_defects);
    steps.run("number of crates", crates::report);
    steps.finish()
}

fn clippy(what: &[&str]) -> Result<()> {
    succeed(cargo(&["clippy", "--all-targets"]).args(what).args(WARNINGS))
}

fn documentation(features: &[&str]) -> Result<()> {
    let arguments = ["doc", "--workspace", "--no-deps"];
    succeed(cargo(&arguments).args(features).env("RUSTDOCFLAGS", "-D warnings"))
}
