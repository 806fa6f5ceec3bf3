//! A copy of the sources that has every deliberate defect.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::workspace;

/// A patch for each defect of the drivers, and of the launcher.
const DEFECTS: [&str; 2] = ["tools/simulation/defects", LAUNCHER];
pub(super) const LAUNCHER: &str = "tools/simulation/launcher-defects";

/// Adds the function with which the patches ask whether a thread has their defect.
const SWITCH: &str = "tools/simulation/switch.patch";

/// Returns the folder for the copy and what is built from it.
pub(super) fn folder() -> PathBuf {
    workspace::root().join("target/defects")
}

/// Makes the copy, and returns its folder.
pub(super) fn copy() -> Result<PathBuf> {
    let (root, folder) = (workspace::root(), folder());
    fs::create_dir_all(&folder)?;
    let (copy, last) = (folder.join("sources"), tempfile::tempdir_in(&folder)?);
    if copy.exists() {
        fs::rename(&copy, last.path()).context("the last copy is in the way")?;
    }
    let files = workspace::files(&[])?;
    for file in &files {
        let to = copy.join(file);
        fs::create_dir_all(to.parent().unwrap_or(&copy))?;
        fs::copy(root.join(file), to).with_context(|| file.clone())?;
    }
    apply_all(&patches(&root)?, &copy)?;
    for file in &files {
        keep_time(&copy.join(file), &last.path().join(file)).with_context(|| file.clone())?;
    }
    Ok(copy)
}

fn patches(root: &Path) -> Result<Vec<PathBuf>> {
    let mut patches = vec![root.join(SWITCH)];
    for folder in DEFECTS {
        for entry in fs::read_dir(root.join(folder)).context(folder)? {
            patches.push(entry?.path());
        }
    }
    patches.sort();
    Ok(patches)
}

/// Keeps the time of a file that has not changed, so that cargo builds only what has.
fn keep_time(file: &Path, last: &Path) -> io::Result<()> {
    let Ok(content) = fs::read(last) else { return Ok(()) };
    if content == fs::read(file)? {
        File::options().append(true).open(file)?.set_modified(fs::metadata(last)?.modified()?)?;
    }
    Ok(())
}

/// Applies the patches to these sources, or names those that do not apply.
fn apply_all(patches: &[PathBuf], sources: &Path) -> Result<()> {
    let mut failed = Vec::new();
    for patch in patches {
        if let Err(error) = apply(patch, sources) {
            let name = patch.file_name().unwrap_or_default().display();
            failed.push(format!("{name}: {error:#}"));
        }
    }
    ensure!(failed.is_empty(), "these patches have to follow what has changed:\n  {}", failed.join("\n  "));
    Ok(())
}

fn apply(patch: &Path, sources: &Path) -> Result<()> {
    ensure!(patch.extension() == Some(OsStr::new("patch")), "this is not a patch");
    let text = fs::read_to_string(patch)?;
    let is_described = text.lines().next().is_some_and(|line| line.ends_with('.'));
    ensure!(is_described, "its first line has to be a sentence that describes the defect");
    let mut git = Command::new("git");
    git.arg("apply").arg(patch).current_dir(sources);
    // Otherwise it takes the paths as those of the repository around the copy.
    git.env_remove("GIT_DIR").env("GIT_CEILING_DIRECTORIES", sources.parent().unwrap_or(sources));
    let output = git.output().context("git is missing")?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{}", errors.trim().trim_start_matches("error: ").replace("\nerror: ", "; "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "Forgets two.\n\n--- a/numbers\n+++ b/numbers\n@@ -2,3 +2,2 @@\n one\n-two\n three\n";

    #[test]
    fn patches_that_do_not_apply_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let numbers = write("numbers", "zero\none\ntwo\nthree\n");
        let patches = [
            write("forget-two.patch", PATCH),
            write("forget-twice.patch", PATCH),
            write("nameless.patch", &PATCH["Forgets two.\n\n".len()..]),
        ];
        let error = apply_all(&patches, folder.path()).unwrap_err().to_string();
        assert_eq!(fs::read_to_string(numbers).unwrap(), "zero\none\nthree\n");
        assert!(error.contains("forget-twice.patch: patch failed: numbers:2; "), "{error}");
        assert!(error.contains("nameless.patch: its first line"), "{error}");
        assert!(!error.contains("forget-two.patch"), "{error}");
    }
}
