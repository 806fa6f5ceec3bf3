//! Which files an agent shows: those in the sandboxes of executors, by their paths and by virtual
//! ones, and those in the persistent volumes of pods.

use std::io;
use std::path::{Component, Path, PathBuf};

/// Returns the file behind a path, if it is in a sandbox after all links are followed, or in a
/// volume of a pod's task.
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
    let place = sandbox.or_else(|| volume(&root, &path));
    place.filter(|place| found.starts_with(place)).map(|_| found.clone()).ok_or_else(nothing)
}

/// Returns the persistent volume that a path below `…/runs/CONTAINER/tasks/TASK/LINK` leads to. As
/// in Mesos, no other path does.
fn volume(root: &Path, path: &Path) -> Option<PathBuf> {
    let below: Vec<_> = path.strip_prefix(root).ok()?.components().take(11).collect();
    let [.., tasks, _, link] = &below[..] else { return None };
    let sandbox = sandbox(root, &below.iter().collect::<PathBuf>())?;
    let folder = std::fs::read_link(sandbox.join(link)).ok()?;
    let way: Vec<_> = folder.strip_prefix(root).ok()?.components().collect();
    let [volumes, roles, Component::Normal(_), Component::Normal(_)] = &way[..] else { return None };
    let named = |part: &Component<'_>, name: &str| *part == Component::Normal(name.as_ref());
    let is_volume = named(tasks, "tasks") && named(volumes, "volumes") && named(roles, "roles");
    (below.len() == 11 && is_volume).then_some(folder)
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
    fn volumes_are_shown_below_the_tasks_of_pods() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let volume = root.join("volumes/roles/r/v");
        let sandbox = root.join("slaves/S0/frameworks/F/executors/e/runs/c1");
        let nested = sandbox.join("containers/n");
        for folder in [&volume, &nested, &sandbox.join("tasks")] {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::fs::write(volume.join("file"), "hello").unwrap();
        std::fs::write(root.join("volumes/secret"), "x").unwrap();
        symlink(&volume, sandbox.join("data")).unwrap();
        symlink(sandbox.join("data"), nested.join("data")).unwrap();
        symlink(&nested, sandbox.join("tasks/t")).unwrap();
        symlink(root.join("volumes"), sandbox.join("all")).unwrap();
        symlink(sandbox.join("all"), nested.join("all")).unwrap();
        let shown = |path: &str| shown(&root, sandbox.join(path).to_str().unwrap()).ok();
        assert_eq!(shown("tasks/t/data").as_ref(), Some(&volume));
        assert_eq!(shown("tasks/t/data/file"), Some(volume.join("file")));
        for path in [
            "data/file",
            "data",
            "containers/n/data/file",
            "tasks/t/all/secret",
            "tasks/t/data/../../../secret",
        ] {
            assert_eq!(shown(path), None, "{path}");
        }
    }

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
