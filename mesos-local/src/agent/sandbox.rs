//! The folder of one run of an executor, laid out as real agents do.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use mesos_sdk::proto::v1::command_info::Uri;

use super::machine::Launch;

/// Files with these endings would be unpacked elsewhere.
const ARCHIVES: [&str; 10] =
    [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".gz", ".zip", ".tar.zst"];

/// A folder that exists, with the files of the command in it.
#[derive(Clone, Debug)]
pub(super) struct Sandbox {
    path: PathBuf,
}

impl Sandbox {
    /// Makes the folder and copies what the command names. The error is for the framework's author.
    pub(super) fn create(work_dir: &Path, launch: &Launch) -> Result<Self, String> {
        let runs = work_dir
            .join("slaves")
            .join(&launch.agent_id)
            .join("frameworks")
            .join(&launch.framework_id)
            .join("executors")
            .join(&launch.executor_id)
            .join("runs");
        let path = runs.join(&launch.container);
        make(&runs, &path).map_err(|error| format!("no sandbox at {}: {error}", path.display()))?;
        let sandbox = Self { path };
        for uri in &launch.command.uris {
            sandbox.fetch(uri).map_err(|reason| {
                format!(
                    "Failed to fetch all URIs for container '{}': {}: {reason}",
                    launch.container, uri.value
                )
            })?;
        }
        Ok(sandbox)
    }

    /// A folder of this name.
    pub(super) fn make(path: PathBuf) -> Result<Self, String> {
        fs::create_dir_all(&path).map_err(|error| format!("no sandbox at {}: {error}", path.display()))?;
        Ok(Self { path })
    }

    /// The name of a folder that nobody makes.
    pub(super) fn nowhere() -> Self {
        Self { path: PathBuf::from("/nowhere") }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A file for the output of the process: `stdout` or `stderr`.
    pub(super) fn output(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().create(true).append(true).open(self.path.join(name))
    }

    /// Adds a line of the agent's to `stderr`.
    pub(super) fn complain(&self, line: &str) {
        let written = self.output("stderr").and_then(|mut file| writeln!(file, "{line}"));
        if let Err(error) = written {
            tracing::warn!(%error, line, "can't write to the sandbox");
        }
    }

    fn fetch(&self, uri: &Uri) -> Result<(), String> {
        let source = local_path(&uri.value)?;
        let name = source.file_name().ok_or("it names no file")?;
        let executable = uri.executable.unwrap_or_default();
        let extract = uri.extract.unwrap_or(true) && !executable;
        if extract && ARCHIVES.iter().any(|ending| name.to_string_lossy().ends_with(ending)) {
            return Err("archives are not unpacked here: set `extract` to false".to_owned());
        }
        let target = self.target(uri.output_file.as_deref(), name)?;
        fs::copy(&source, &target).map_err(|error| error.to_string())?;
        if executable {
            let made = fs::set_permissions(&target, Permissions::from_mode(0o755));
            made.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn target(&self, output_file: Option<&str>, name: &std::ffi::OsStr) -> Result<PathBuf, String> {
        let Some(file) = output_file else { return Ok(self.path.join(name)) };
        let inside = Path::new(file).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !inside {
            return Err(format!("the output file {file:?} is not in the sandbox"));
        }
        let target = self.path.join(file);
        target.parent().map_or(Ok(()), fs::create_dir_all).map_err(|error| error.to_string())?;
        Ok(target)
    }
}

fn make(runs: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    let latest = runs.join("latest");
    match fs::remove_file(&latest) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    symlink(path, latest)
}

fn local_path(uri: &str) -> Result<PathBuf, String> {
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    if path.starts_with('/') {
        return Ok(PathBuf::from(path));
    }
    Err("the embedded agent copies local files alone: give an absolute path".to_owned())
}

#[cfg(test)]
mod tests {
    use mesos_sdk::proto::v1::CommandInfo;
    use tempfile::TempDir;

    use super::*;

    fn launch(container: &str, uris: Vec<Uri>) -> Launch {
        Launch {
            container: container.to_owned(),
            agent_id: "S0".into(),
            framework_id: "F0".into(),
            executor_id: "e1".into(),
            executor_name: String::new(),
            command: CommandInfo { uris, ..CommandInfo::default() },
            unsupported: None,
            checkpoint: false,
            shutdown_grace_period: std::time::Duration::ZERO,
            role: None,
        }
    }

    fn uri(value: &str) -> Uri {
        Uri { value: value.to_owned(), ..Uri::default() }
    }

    #[test]
    fn each_run_has_a_folder_and_latest_points_to_the_last() {
        let work = TempDir::new().unwrap();
        for container in ["c1", "c2"] {
            Sandbox::create(work.path(), &launch(container, Vec::new())).unwrap();
        }
        let runs = work.path().join("slaves/S0/frameworks/F0/executors/e1/runs");
        assert!(runs.join("c1").is_dir());
        assert_eq!(fs::read_link(runs.join("latest")).unwrap(), runs.join("c2"));
    }

    #[test]
    fn local_files_are_copied_and_made_executable() {
        let work = TempDir::new().unwrap();
        let source = work.path().join("tool.sh");
        fs::write(&source, "#!/bin/sh").unwrap();
        let executable = Uri { executable: Some(true), ..uri(&format!("file://{}", source.display())) };
        let renamed = Uri { output_file: Some("bin/t".into()), ..uri(&source.display().to_string()) };
        let sandbox = Sandbox::create(work.path(), &launch("c1", vec![executable, renamed])).unwrap();
        let mode = fs::metadata(sandbox.path().join("tool.sh")).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111);
        assert_eq!(fs::read_to_string(sandbox.path().join("bin/t")).unwrap(), "#!/bin/sh");
    }

    #[test]
    fn what_can_not_be_fetched_says_why() {
        let work = TempDir::new().unwrap();
        let archive = work.path().join("a.tgz");
        fs::write(&archive, "").unwrap();
        let outside = Uri { output_file: Some("../x".into()), ..uri(&archive.display().to_string()) };
        for (uri, why) in [
            (uri("http://example.com/x"), "copies local files alone"),
            (uri("/no/such/file"), "No such file"),
            (uri(&archive.display().to_string()), "not unpacked"),
            (Uri { extract: Some(false), ..outside }, "not in the sandbox"),
        ] {
            let error = Sandbox::create(work.path(), &launch("c1", vec![uri])).unwrap_err();
            assert!(error.starts_with("Failed to fetch all URIs for container 'c1': "), "{error}");
            assert!(error.contains(why), "{error}");
        }
    }
}
