//! Which features the checks and tests are run with.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::steps::{cargo, succeed};

/// The one that needs the headers of a library: those of OpenSSL, on Linux.
const NATIVE_TLS: &str = "native-tls";

/// Returns what is left out on this machine, with the reason and the remedy.
pub(crate) fn left_out() -> Option<String> {
    let remedy = "apt-get install -y libssl-dev pkg-config";
    (!has_openssl()).then(|| format!("the feature {NATIVE_TLS} (OpenSSL's headers are missing: {remedy})"))
}

/// Cargo's arguments for all features of all crates, or for all that can be built here.
pub(crate) fn all() -> Result<Vec<String>> {
    if has_openssl() {
        return Ok(vec!["--all-features".to_owned()]);
    }
    let listed = cargo(&["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let metadata: Value = serde_json::from_slice(&listed.stdout).context("cargo lists no packages")?;
    Ok(vec!["--features".to_owned(), but_native_tls(&metadata).join(",")])
}

/// `package/feature` of each.
fn but_native_tls(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let features = packages.flat_map(|package| {
        let names = package["features"].as_object().into_iter().flat_map(|features| features.keys());
        names.map(|name| (package["name"].as_str().unwrap_or_default(), name.as_str()))
    });
    let wanted = features.filter(|(_, feature)| *feature != NATIVE_TLS);
    wanted.map(|(package, feature)| format!("{package}/{feature}")).collect()
}

/// The package whose features are combined in every way.
const LIBRARY: &str = "mesos-sdk";

/// How many features are combined, beside none and all of them, which other steps check.
const DEPTH: usize = 2;

/// Checks the library with each of its features and with each two of them.
///
/// cargo-hack does the same with `--feature-powerset --depth 2`; this is a loop, and needs no tool
/// that has to be downloaded and built first. A combination that names a feature together with one
/// that includes it is another one's repetition.
pub(crate) fn check_powerset() -> Result<()> {
    let listed = cargo(&["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let metadata: Value = serde_json::from_slice(&listed.stdout).context("cargo lists no packages")?;
    let sets = powerset(&features_of(&metadata, LIBRARY, has_openssl()));
    eprintln!("{} combinations", sets.len());
    for set in sets {
        let names = set.join(",");
        let arguments =
            ["clippy", "--quiet", "--package", LIBRARY, "--no-default-features", "--features", &names];
        succeed(cargo(&arguments).args(["--", "-D", "warnings"]))
            .with_context(|| format!("features {names:?}"))?;
    }
    Ok(())
}

/// Returns each feature but `default`, with those that it includes.
fn features_of(metadata: &Value, package: &str, with_native_tls: bool) -> Vec<(String, Vec<String>)> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let features =
        packages.filter(|found| found["name"] == package).filter_map(|found| found["features"].as_object());
    let wanted = |name: &str| name != "default" && (with_native_tls || name != NATIVE_TLS);
    let texts = |values: &Value| {
        values.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    features
        .flatten()
        .filter(|(name, _)| wanted(name))
        .map(|(name, includes)| (name.clone(), texts(includes)))
        .collect()
}

/// Returns every set of so many features in which none includes another.
fn powerset(features: &[(String, Vec<String>)]) -> Vec<Vec<String>> {
    let mut sets = vec![Vec::new()];
    for (name, _) in features {
        let with: Vec<_> = sets
            .iter()
            .map(|set: &Vec<String>| [set.as_slice(), std::slice::from_ref(name)].concat())
            .collect();
        sets.extend(with);
    }
    let repeats = |set: &Vec<String>| {
        features
            .iter()
            .any(|(name, includes)| set.contains(name) && includes.iter().any(|one| set.contains(one)))
    };
    sets.retain(|set| set.len() <= DEPTH && !repeats(set));
    sets
}

fn has_openssl() -> bool {
    let asked = || Command::new("pkg-config").args(["--exists", "openssl"]).status();
    !cfg!(target_os = "linux") || asked().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{but_native_tls, features_of, powerset};

    #[test]
    fn every_feature_but_one_is_named_with_its_package() {
        let features = json!({"default": ["tls"], "tls": [], "native-tls": []});
        let metadata =
            json!({"packages": [{"name": "a", "features": features}, {"name": "b", "features": {}}]});
        assert_eq!(but_native_tls(&metadata), ["a/default", "a/tls"]);
    }

    #[test]
    fn every_combination_comes_once() {
        let features =
            json!({"default": ["tls"], "tls": ["dep:rustls"], "json": [], "dcos": ["tls"], "more": []});
        let features = features_of(&json!({"packages": [{"name": "a", "features": features}]}), "a", true);
        let mut sets: Vec<_> = powerset(&features).iter().map(|set| set.join(",")).collect();
        sets.sort();
        assert_eq!(
            sets,
            [
                "",
                "dcos",
                "dcos,json",
                "dcos,more",
                "json",
                "json,more",
                "json,tls",
                "more",
                "more,tls",
                "tls"
            ]
        );
    }
}
