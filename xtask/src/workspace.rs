//! Where the project lies, and its files.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Returns the folder with the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// Returns the files that match one of these patterns, or all, by their path from the root. Build
/// products are not among them.
pub(crate) fn files(patterns: &[&str]) -> Result<Vec<String>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"];
    let listed = Command::new("git").args(arguments).args(patterns).current_dir(root()).output();
    let listed = listed.context("git is missing")?;
    ensure!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout)?;
    // A file that was removed is listed until that is committed.
    Ok(listed.split_terminator('\0').filter(|path| root().join(path).is_file()).map(str::to_owned).collect())
}
