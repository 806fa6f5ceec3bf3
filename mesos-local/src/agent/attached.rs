//! Which files an agent shows: those in the sandboxes of executors, by their paths and by virtual
//! ones.

use std::io;
use std::path::{Component, Path, PathBuf};

/// Returns the file behind a path, if it is in a sandbox after all links are followed.
///
/// As in Mesos `/frameworks/F/executors/E/runs/latest` stands for the sandbox of the last run.
pub(super) fn shown(root: &Path, path: &str) -> io::Result<PathBuf> {
    let nothing = || io::Error::from(io::ErrorKind::NotFound);
    let root = root.canonicalize()?;
    let path = match path.strip_prefix("/frameworks/") {
        Some(rest) => virtual_path(&root, rest).ok_or_else(nothing)?,
        None => PathBuf::from(path),
    };
    let found = path.canonicalize()?;
    let sandbox = found.strip_prefix(&root).ok().and_then(|below| sandbox(&root, below));
    sandbox.filter(|sandbox| found.starts_with(sandbox)).map(|_| found.clone()).ok_or_else(nothing)
}

/// Returns the path that `F/executors/E/runs/latest/…` stands for. An agent may have had several
/// ids.
fn virtual_path(root: &Path, rest: &str) -> Option<PathBuf> {
    let parts: Vec<_> = rest.split('/').collect();
    let ["executors", _, "runs", "latest", ..] = parts.get(1..)? else { return None };
    let agents = std::fs::read_dir(root.join("slaves")).ok()?;
    let mut paths = agents.filter_map(|agent| Some(agent.ok()?.path().join("frameworks").join(rest)));
    paths.find(|path| path.exists())
}

/// Returns the sandbox that a path below `root` is in.
fn sandbox(root: &Path, below: &Path) -> Option<PathBuf> {
    let parts: Vec<_> = below.components().take(8).collect();
    let named = |index: usize, name: &str| parts.get(index) == Some(&Component::Normal(name.as_ref()));
    let is_sandbox = parts.len() == 8
        && named(0, "slaves")
        && named(2, "frameworks")
        && named(4, "executors")
        && named(6, "runs");
    is_sandbox.then(|| root.join(parts.iter().collect::<PathBuf>()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_sandboxes_are_shown_by_both_paths() {
        let root = tempfile::tempdir().unwrap();
        let runs = root.path().join("slaves/S0/frameworks/F/executors/e/runs");
        std::fs::create_dir_all(runs.join("c1")).unwrap();
        symlink(runs.join("c1"), runs.join("latest")).unwrap();
        symlink("/etc/passwd", runs.join("c1/out")).unwrap();
        std::fs::write(runs.join("c1/stdout"), "hello").unwrap();
        std::fs::write(root.path().join("secret"), "x").unwrap();
        let shown = |path: &str| shown(root.path(), path).ok();
        let stdout = runs.join("c1/stdout").canonicalize().unwrap();
        for path in [
            runs.join("c1/stdout").display().to_string(),
            runs.join("latest/stdout").display().to_string(),
            "/frameworks/F/executors/e/runs/latest/stdout".to_owned(),
        ] {
            assert_eq!(shown(&path).as_ref(), Some(&stdout), "{path}");
        }
        assert!(shown("/frameworks/F/executors/e/runs/latest").is_some());
        let of_runs = |name: &str| runs.join(name).display().to_string();
        for path in [
            "/frameworks/F/executors/e/runs/c1",
            "/frameworks/F/executors/e/runs",
            "/frameworks/F/executors/e/runs/latest/../../../../../../../secret",
            "/etc/passwd",
            "stdout",
            "",
            &of_runs("c1/out"),
            &of_runs("c1/../../../../../../../../secret"),
            &of_runs(""),
            &root.path().join("secret").display().to_string(),
        ] {
            assert_eq!(shown(path), None, "{path}");
        }
    }
}
