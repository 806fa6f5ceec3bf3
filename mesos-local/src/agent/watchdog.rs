//! Kills what this process has started when it ends without a chance to do so itself, for example
//! on SIGKILL or `std::process::exit`.

use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::Pid;

/// Keeps a list of process groups, and kills them at the end of its input, which comes when this
/// process ends.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
groups=
while read -r sign group; do
    case $sign in
        +) groups="$groups $group " ;;
        -) groups="${groups%% $group *} ${groups#* $group }" ;;
    esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
"#;

/// A small separate process, started with the first group. Dropping it kills the groups that are
/// still watched.
#[derive(Debug, Default)]
pub(super) struct Watchdog {
    process: Mutex<Option<Child>>,
}

impl Watchdog {
    pub(super) fn watch(&self, group: Pid) {
        let mut process = self.lock();
        if process.is_none() {
            *process = start().inspect_err(|error| tracing::warn!(%error, "no watchdog")).ok();
        }
        send_line(process.as_mut(), '+', group);
    }

    pub(super) fn forget(&self, group: Pid) {
        send_line(self.lock().as_mut(), '-', group);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Child>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        if let Some(mut process) = self.lock().take() {
            // Waiting closes its input first.
            if let Err(error) = process.wait() {
                tracing::debug!(%error, "the watchdog is lost");
            }
        }
    }
}

fn start() -> io::Result<Child> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(SCRIPT).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // In its own group, so that the terminal's Ctrl-C does not reach it.
    shell.process_group(0).spawn()
}

fn send_line(process: Option<&mut Child>, sign: char, group: Pid) {
    let input = process.and_then(|process| process.stdin.as_mut());
    if let Some(Err(error)) = input.map(|input| writeln!(input, "{sign} {}", group.as_raw_nonzero())) {
        tracing::debug!(%error, "the watchdog is gone");
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    fn sleep() -> (Child, Pid) {
        let child = Command::new("sleep").arg("1000").process_group(0).spawn().unwrap();
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        (child, pid)
    }

    #[test]
    fn watched_groups_die_with_the_watchdog() {
        let watchdog = Watchdog::default();
        let (mut first, mut forgotten, mut last) = (sleep(), sleep(), sleep());
        for (_, group) in [&first, &forgotten, &last] {
            watchdog.watch(*group);
        }
        watchdog.forget(forgotten.1);
        drop(watchdog);
        assert_eq!(first.0.wait().unwrap().signal(), Some(9));
        assert_eq!(last.0.wait().unwrap().signal(), Some(9));
        assert_eq!(forgotten.0.try_wait().unwrap(), None);
        forgotten.0.kill().unwrap();
        forgotten.0.wait().unwrap();
    }
}
