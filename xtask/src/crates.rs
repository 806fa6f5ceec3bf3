//! How many crates a user of the library compiles.

use anyhow::{Context, Result, ensure};

use crate::steps::cargo;

/// Prints the number of crates of the default features on this system, with the two of our own and
/// those that only build scripts use. Asks cargo, without the network.
pub(crate) fn report() -> Result<()> {
    let arguments =
        ["tree", "--offline", "--package", "mesos-sdk", "--edges", "normal,build", "--prefix", "none"];
    let listed = cargo(&arguments).output()?;
    ensure!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).context("cargo tree does not print UTF-8")?;
    eprintln!("a user of mesos-sdk compiles {} crates", distinct(&listed).len());
    Ok(())
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
