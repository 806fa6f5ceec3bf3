//! Which features the checks and tests are run with.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::steps::{cargo, install, side_by_side, succeed};
use crate::{packages, workspace};

/// The one that needs the headers of a library: those of OpenSSL, on Linux.
const NATIVE_TLS: &str = "native-tls";

/// Returns what is left out on this machine, with the reason and the remedy.
pub(crate) fn left_out() -> Option<String> {
    let remedy = "apt-get install -y libssl-dev pkg-config";
    (!has_openssl()).then(|| format!("the feature {NATIVE_TLS} (OpenSSL's headers are missing: {remedy})"))
}

/// Returns Cargo's arguments for all features of all crates, or for all that can be built here.
pub(crate) fn all() -> Result<Vec<String>> {
    if has_openssl() {
        return Ok(vec!["--all-features".to_owned()]);
    }
    Ok(vec!["--features".to_owned(), but_native_tls(&packages::all()?).join(",")])
}

/// Returns Cargo's arguments for another workspace: all features, or the default ones where not all
/// can be built.
pub(crate) fn of_one_workspace() -> &'static [&'static str] {
    if has_openssl() { &["--all-features"] } else { &[] }
}

/// Returns `package/feature` of each.
fn but_native_tls(packages: &[Value]) -> Vec<String> {
    let features = packages.iter().flat_map(|package| {
        let names = package["features"].as_object().into_iter().flat_map(|features| features.keys());
        names.map(|name| (package["name"].as_str().unwrap_or_default(), name.as_str()))
    });
    let wanted = features.filter(|(_, feature)| *feature != NATIVE_TLS);
    wanted.map(|(package, feature)| format!("{package}/{feature}")).collect()
}

/// The package whose features are combined, and the one whose features are checked one by one.
const LIBRARY: &str = "mesos-sdk";
const LAUNCHER: &str = "mesos-launcher";

/// How many features are combined, beside none and all of them, which other steps check.
const DEPTH: &str = "2";

/// The parts of the combinations, and where each is built.
const PARTS: [(&str, &str); 2] = [("1/2", "target"), ("2/2", "target/powerset")];

/// Checks the library with each of its features and with each two of them, and the launcher with
/// each single feature, by [cargo-hack]: with the warnings of the compiler, because those of clippy
/// take as long again, and other steps have them.
///
/// It knows which combinations repeat others, because one feature includes another. Like
/// cargo-fuzz, it comes from the registry that everything else comes from, so it needs no network
/// that a build does not need.
///
/// [cargo-hack]: https://github.com/taiki-e/cargo-hack
pub(crate) fn check_powerset() -> Result<()> {
    install("hack")?;
    let [one, other] = PARTS.map(|(part, target)| move || check_part(part, target));
    side_by_side(one, other)?;
    let each = ["--each-feature", "--exclude-features", "default", "--exclude-all-features"];
    check_library(LAUNCHER, &each, "target")
}

fn check_part(part: &str, target: &str) -> Result<()> {
    let excluded = if has_openssl() { "default".to_owned() } else { format!("default,{NATIVE_TLS}") };
    let powerset = ["--feature-powerset", "--depth", DEPTH, "--exclude-features", &excluded];
    check_library(LIBRARY, &[&powerset[..], &["--partition", part]].concat(), target)
}

/// Checks the library of a package with each of these combinations of features.
fn check_library(package: &str, combinations: &[&str], target: &str) -> Result<()> {
    let mut command = cargo(&["hack", "rustc", "--quiet", "--package", package]);
    command.env("CARGO_TARGET_DIR", workspace::root().join(target));
    command.args(combinations).args(["--lib", "--profile", "check", "--", "-D", "warnings"]);
    succeed(&mut command).with_context(|| format!("{package} with {combinations:?}"))
}

fn has_openssl() -> bool {
    let asked = || Command::new("pkg-config").args(["--exists", "openssl"]).status();
    !cfg!(target_os = "linux") || asked().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::but_native_tls;

    #[test]
    fn all_features_but_one_are_named() {
        let features = json!({"default": ["tls"], "tls": [], "native-tls": []});
        let packages = [json!({"name": "a", "features": features}), json!({"name": "b", "features": {}})];
        assert_eq!(but_native_tls(&packages), ["a/default", "a/tls"]);
    }
}
