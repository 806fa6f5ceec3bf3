//! The releases of prost that a user's lockfile may have: the macros of the messages call functions
//! that prost documents as internal, so each release is tried.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::steps::{cargo, succeed};
use crate::workspace;

/// The first release that `mesos-sdk/Cargo.toml` admits, of `0.14`.
const OLDEST: u32 = 1;

/// Compiles the library with every release of prost 0.14, the newest included.
pub(crate) fn check() -> Result<()> {
    let folder = workspace::root().join("target/prost-releases");
    write_package(&folder)?;
    update(&folder, &[])?;
    let newest = newest(&fs::read_to_string(folder.join("Cargo.lock"))?)?;
    for patch in OLDEST..=newest {
        let release = format!("0.14.{patch}");
        match update(&folder, &["--precise", &release]) {
            // A number that was never published, or withdrawn.
            Err(error) if patch != OLDEST && patch != newest => eprintln!("no prost {release}: {error}"),
            updated => updated.and_then(|()| compile(&folder)).with_context(|| format!("prost {release}"))?,
        }
    }
    eprintln!("prost 0.14.{OLDEST} to 0.14.{newest}");
    Ok(())
}

/// Puts another prost into the lockfile: the newest one, unless a version is given.
fn update(folder: &Path, which: &[&str]) -> Result<()> {
    let arguments = [&["update", "--quiet", "--package", "prost"], which].concat();
    succeed(cargo(&arguments).current_dir(folder))
}

fn compile(folder: &Path) -> Result<()> {
    succeed(cargo(&["check", "--quiet", "--locked"]).current_dir(folder))
}

/// Writes a package that depends on the library, with the workspace's lockfile to begin with.
fn write_package(folder: &Path) -> Result<()> {
    let library = workspace::root().join("mesos-sdk");
    let manifest = format!(
        "[package]\nname = \"prost-releases\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nmesos-sdk = {{ path = {:?}, features = [\"json\"] }}\n",
        library.display().to_string()
    );
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(workspace::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

/// Returns the patch number of the prost in a lockfile.
fn newest(lockfile: &str) -> Result<u32> {
    let (_, entry) = lockfile.split_once("name = \"prost\"\n").context("the lockfile has no prost")?;
    let version = entry.lines().next().unwrap_or_default();
    let patch = version.strip_prefix("version = \"0.14.").and_then(|rest| rest.strip_suffix('"'));
    let patch = patch.with_context(|| format!("{version} is not a release of prost 0.14"))?.parse()?;
    ensure!(patch >= OLDEST, "prost 0.14.{patch} is older than what mesos-sdk admits");
    Ok(patch)
}

#[cfg(test)]
mod tests {
    use super::newest;

    #[test]
    fn newest_is_read_from_the_lockfile() {
        let lockfile = |version| format!("[[package]]\nname = \"prost\"\nversion = \"{version}\"\n");
        assert_eq!(newest(&lockfile("0.14.6")).ok(), Some(6));
        assert!(newest(&lockfile("0.15.0")).is_err());
        assert!(newest("[[package]]\nname = \"prost-derive\"\n").is_err());
    }
}
