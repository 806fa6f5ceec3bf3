//! Processes that have left the process group of their container, as daemons do with `setsid`.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

/// How often to look for more: what is killed may have just started another.
const ROUNDS: usize = 10;
/// The variables that tell a process where its sandbox is.
const SANDBOX: [&[u8]; 2] = [b"MESOS_SANDBOX=", b"MESOS_DIRECTORY="];

/// Kills every process whose environment says that its sandbox is `folder`, or lies below it.
///
/// That finds none which was started with another environment, none of another user's, and none on systems without
/// Linux' `/proc`.
pub(super) fn kill(folder: &Path) {
    for _ in 0..ROUNDS {
        let found: Vec<_> = processes().filter(|process| lives_in(*process, folder)).collect();
        if found.is_empty() {
            return;
        }
        for process in found {
            let _ = kill_process(process, Signal::KILL);
        }
    }
    tracing::warn!(folder = %folder.display(), "processes start others faster than they can be killed");
}

fn processes() -> impl Iterator<Item = Pid> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
}

/// A process that has ended has no environment any more.
fn lives_in(process: Pid, folder: &Path) -> bool {
    let environment = std::fs::read(format!("/proc/{}/environ", process.as_raw_nonzero()));
    environment.is_ok_and(|environment| names(&environment, folder))
}

fn names(environment: &[u8], folder: &Path) -> bool {
    let mut sandboxes = environment
        .split(|byte| *byte == 0)
        .filter_map(|variable| SANDBOX.iter().find_map(|name| variable.strip_prefix(*name)));
    sandboxes.any(|path| std::str::from_utf8(path).is_ok_and(|path| Path::new(path).starts_with(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_belongs_to_the_folder_of_its_sandbox_alone() {
        let folder = Path::new("/sandboxes/runs/c1");
        for (environment, belongs) in [
            ("A=b\0MESOS_SANDBOX=/sandboxes/runs/c1\0", true),
            ("MESOS_DIRECTORY=/sandboxes/runs/c1/below", true),
            ("MESOS_SANDBOX=/sandboxes/runs/c12\0", false),
            ("MESOS_SANDBOX=/sandboxes/runs\0PWD=/sandboxes/runs/c1\0", false),
            ("", false),
        ] {
            assert_eq!(names(environment.as_bytes(), folder), belongs, "{environment:?}");
        }
    }
}
