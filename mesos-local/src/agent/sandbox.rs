//! The directory of one run of an executor, with the layout of real agents.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use mesos_executor::User;
use mesos_sdk::regular_file::{NO_WAITING, only_regular};
use rustix::fs::OFlags;

use super::machine::Launch;

/// The mode of the directory. As on real agents, others have no access.
const MODE: u32 = 0o750;

/// A directory that exists.
#[derive(Clone, Debug)]
pub(super) struct Sandbox {
    path: PathBuf,
    /// The owner, if it is not the user who runs the cluster.
    user: Option<User>,
}

impl Sandbox {
    /// Creates the directory. The error is written for the framework's author.
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
        let user = user(&launch.user);
        make(&runs, &path, user.as_ref())
            .map_err(|error| format!("no sandbox at {}: {error}", path.display()))?;
        Ok(Self { path, user })
    }

    /// Creates a directory of this name.
    pub(super) fn make(path: PathBuf) -> Result<Self, String> {
        fs::create_dir_all(&path).map_err(|error| format!("no sandbox at {}: {error}", path.display()))?;
        Ok(Self { path, user: None })
    }

    /// Returns a directory that is never created.
    pub(super) fn nowhere() -> Self {
        Self { path: PathBuf::from("/nowhere"), user: None }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file for an output of the process: `stdout` or `stderr`.
    ///
    /// What was fetched for the command, or another process in the sandbox, may have put a link or
    /// a FIFO in its place: neither is opened.
    pub(super) fn output(&self, name: &str) -> io::Result<File> {
        let flags = NO_WAITING | OFlags::NOFOLLOW.bits().cast_signed();
        let path = self.path.join(name);
        let file = OpenOptions::new().create(true).append(true).custom_flags(flags).open(path)?;
        let file = only_regular(file)?;
        self.user.as_ref().map_or(Ok(()), |user| user.own_file(&file))?;
        Ok(file)
    }

    pub(super) fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// Appends a line of the agent's to `stderr`.
    pub(super) fn write_error(&self, line: &str) {
        let written = self.output("stderr").and_then(|mut file| writeln!(file, "{line}"));
        if let Err(error) = written {
            tracing::warn!(%error, line, "can't write to the sandbox");
        }
    }
}

/// Returns the user that this process can switch to, if it is another user and the process may do
/// so. A user that this machine does not know is ignored, because frameworks under test use names
/// that exist elsewhere.
fn user(name: &str) -> Option<User> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let found = User::find(name).inspect_err(|error| tracing::warn!(%error, name, "can't look up a user"));
    found.ok().flatten().filter(|user| !user.is_own())
}

fn make(runs: &Path, path: &Path, user: Option<&User>) -> io::Result<()> {
    fs::create_dir_all(path)?;
    fs::set_permissions(path, Permissions::from_mode(MODE))?;
    user.map_or(Ok(()), |user| user.own(path))?;
    let latest = runs.join("latest");
    match fs::remove_file(&latest) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    symlink(path, latest)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use mesos_sdk::proto::v1::CommandInfo;
    use tempfile::TempDir;

    use super::*;

    fn launch(container: &str) -> Launch {
        Launch {
            container: container.to_owned(),
            agent_id: "S0".into(),
            framework_id: "F0".into(),
            executor_id: "e1".into(),
            executor_name: String::new(),
            command: CommandInfo::default(),
            user: "nobody".into(),
            is_default: false,
            unsupported: None,
            terminal: false,
            checkpoint: false,
            shutdown_grace_period: std::time::Duration::ZERO,
            role: None,
            volumes: Vec::new(),
        }
    }

    #[test]
    fn latest_points_to_the_last_run() {
        let work = TempDir::new().unwrap();
        for container in ["c1", "c2"] {
            Sandbox::create(work.path(), &launch(container)).unwrap();
        }
        let runs = work.path().join("slaves/S0/frameworks/F0/executors/e1/runs");
        assert_eq!(fs::metadata(runs.join("c1")).unwrap().mode() & 0o777, 0o750);
        assert_eq!(fs::read_link(runs.join("latest")).unwrap(), runs.join("c2"));
    }

    #[test]
    fn only_regular_files_take_output() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        let work = TempDir::new().unwrap();
        let sandbox = Sandbox::create(work.path(), &launch("c1")).unwrap();
        let elsewhere = work.path().join("elsewhere");
        symlink(&elsewhere, sandbox.path().join("stdout")).unwrap();
        mknodat(CWD, sandbox.path().join("stderr"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        for name in ["stdout", "stderr"] {
            assert!(sandbox.output(name).is_err(), "{name}");
        }
        assert!(!elsewhere.exists());
    }

    #[test]
    fn sandbox_belongs_to_the_user_of_the_task() {
        let work = TempDir::new().unwrap();
        let Some(nobody) = user("nobody") else {
            eprintln!("SKIPPED: only root can give away files, and to a user that there is");
            return;
        };
        let sandbox = Sandbox::create(work.path(), &launch("c1")).unwrap();
        drop(sandbox.output("stdout").unwrap());
        let example = work.path().join("example");
        fs::write(&example, "").unwrap();
        nobody.own(&example).unwrap();
        let owner = |path: &Path| fs::metadata(path).unwrap().uid();
        for path in [sandbox.path(), &sandbox.path().join("stdout")] {
            assert_eq!(owner(path), owner(&example), "{}", path.display());
        }
        assert_eq!(user("root"), None);
        assert_eq!(user("no such user"), None);
    }
}
