//! How many crates users of the libraries compile.

use anyhow::{Context, Result, ensure};

use crate::steps::cargo;

/// Prints the number of crates of the default features on this system, with our own and those that
/// only build scripts use. Asks cargo, without the network.
///
/// Fails if masters as `zk://…` cost users of the launcher any: only its store in ZooKeeper may.
pub(crate) fn report() -> Result<()> {
    for package in ["mesos-sdk", "mesos-launcher"] {
        eprintln!("a user of {package} compiles {} crates", count(package, "default")?);
    }
    let (without, with) = (count("mesos-launcher", "default")?, count("mesos-launcher", "zookeeper")?);
    ensure!(with <= without, "with its feature zookeeper, mesos-launcher has {with} crates");
    Ok(())
}

/// Returns how many crates a package needs with its default features and this one.
fn count(package: &str, feature: &str) -> Result<usize> {
    let mut command = cargo(&["tree", "--offline", "--edges", "normal,build", "--prefix", "none"]);
    let listed = command.args(["--package", package, "--features", feature]).output()?;
    ensure!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).context("cargo tree does not print UTF-8")?;
    Ok(distinct(&listed).len())
}

/// Returns `name vVERSION` of each: two versions of a crate are compiled twice.
fn distinct(listed: &str) -> Vec<&str> {
    let mut crates: Vec<_> = listed.lines().map(name_and_version).filter(|line| !line.is_empty()).collect();
    crates.sort_unstable();
    crates.dedup();
    crates
}

fn name_and_version(line: &str) -> &str {
    line.split_once(" (").map_or(line, |(name, _)| name).trim()
}

#[cfg(test)]
mod tests {
    use super::distinct;

    #[test]
    fn versions_count_and_repetitions_do_not() {
        let listed =
            "ours v0.1.0 (/ours)\nhttp v1.5.0\nsyn v3.0.1 (proc-macro)\nsyn v2.0.9\n\nhttp v1.5.0 (*)\n";
        assert_eq!(distinct(listed), ["http v1.5.0", "ours v0.1.0", "syn v2.0.9", "syn v3.0.1"]);
    }
}
