//! Processes that have left the process group of their container, as daemons do with `setsid`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::{Mutex as Turns, oneshot};
use tokio::task::spawn_blocking;

/// How often to repeat the search: a process may start another before it is killed.
const ROUNDS: usize = 10;
/// The variables that name the sandbox of a process.
const SANDBOX: [&[u8]; 2] = [b"MESOS_SANDBOX=", b"MESOS_DIRECTORY="];

/// The search for orphans. Callers that arrive during a search share the next one, because each
/// search looks at every process.
#[derive(Debug, Default)]
pub(super) struct Search {
    asked: Mutex<Vec<(PathBuf, oneshot::Sender<()>)>>,
    turns: Turns<()>,
}

impl Search {
    /// Kills the processes below `folder`, as [`kill`] does.
    pub(super) async fn kill(&self, folder: PathBuf) {
        let (done, is_done) = oneshot::channel();
        self.asked().push((folder, done));
        let turn = self.turns.lock().await;
        let (folders, all_done): (Vec<_>, Vec<_>) = std::mem::take(&mut *self.asked()).into_iter().unzip();
        if !folders.is_empty()
            && let Err(error) = spawn_blocking(move || kill(&folders)).await
        {
            tracing::warn!(%error, "could not search for processes that containers left behind");
        }
        drop(turn);
        for done in all_done {
            // The caller may have stopped waiting.
            let _ = done.send(());
        }
        let _ = is_done.await;
    }

    fn asked(&self) -> std::sync::MutexGuard<'_, Vec<(PathBuf, oneshot::Sender<()>)>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Kills every process whose environment names one of these folders, or one below them, as its
/// sandbox.
///
/// It does not find processes that were started with another environment, those of other users, or
/// any on systems without Linux' `/proc`.
pub(super) fn kill(folders: &[PathBuf]) {
    for _ in 0..ROUNDS {
        let found: Vec<_> = processes().filter(|process| lives_in(*process, folders)).collect();
        if found.is_empty() {
            return;
        }
        for process in found {
            let _ = kill_process(process, Signal::KILL);
        }
    }
    tracing::warn!(?folders, "processes start others faster than they can be killed");
}

fn processes() -> impl Iterator<Item = Pid> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
}

/// Returns whether the process lives in one of these folders. A process that has ended has no
/// environment.
fn lives_in(process: Pid, folders: &[PathBuf]) -> bool {
    let environment = std::fs::read(format!("/proc/{}/environ", process.as_raw_nonzero()));
    environment.is_ok_and(|environment| names(&environment, folders))
}

fn names(environment: &[u8], folders: &[PathBuf]) -> bool {
    let mut sandboxes = environment
        .split(|byte| *byte == 0)
        .filter_map(|variable| SANDBOX.iter().find_map(|name| variable.strip_prefix(*name)));
    sandboxes.any(|path| {
        let path = Path::new(OsStr::from_bytes(path));
        folders.iter().any(|folder| path.starts_with(folder))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn concurrent_lookups_all_complete() {
        let (search, folder) = (Search::default(), tempfile::tempdir().unwrap());
        let sandboxes = (0..100).map(|number| folder.path().join(number.to_string()));
        let mut left_behind: Vec<_> = sandboxes.map(|sandbox| (spawn(&sandbox), sandbox)).collect();
        let searches = left_behind.iter().map(|(_, sandbox)| search.kill(sandbox.clone()));
        futures::future::join_all(searches).await;
        for (child, sandbox) in &mut left_behind {
            assert!(!child.wait().unwrap().success(), "{}", sandbox.display());
        }
    }

    fn spawn(sandbox: &Path) -> std::process::Child {
        std::process::Command::new("/bin/sleep").arg("1000").env("MESOS_SANDBOX", sandbox).spawn().unwrap()
    }

    #[test]
    fn environment_belongs_to_its_sandbox_alone() {
        let folders = ["/sandboxes/runs/c0", "/sandboxes/runs/c1"].map(PathBuf::from);
        for (environment, belongs) in [
            ("A=b\0MESOS_SANDBOX=/sandboxes/runs/c1\0", true),
            ("MESOS_DIRECTORY=/sandboxes/runs/c1/below", true),
            ("MESOS_SANDBOX=/sandboxes/runs/c12\0", false),
            ("MESOS_SANDBOX=/sandboxes/runs\0PWD=/sandboxes/runs/c1\0", false),
            ("", false),
        ] {
            assert_eq!(names(environment.as_bytes(), &folders), belongs, "{environment:?}");
        }
    }
}
