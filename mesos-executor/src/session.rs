//! Programs that lead a separate session, with a terminal that controls it.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, getpgid};
use tokio::process::Child;
use tokio::time::{Instant, sleep};

use crate::program::{PATH, find, is_executable};

/// Where `setsid` is looked for.
const FOLDERS: &str = "/usr/bin:/bin";
/// How long `setsid` may take to make its session.
const PATIENCE: Duration = Duration::from_secs(5);
const INTERVAL: Duration = Duration::from_millis(1);

/// Returns what runs `program`, whose standard input has to be a terminal, as the leader of a
/// session that the terminal controls, so that its keys send signals. The program will run in
/// `folder`.
///
/// `setsid` of util-linux does that, and becomes the program; where it is missing the program leads
/// but a process group. The program sees itself under its path: `setsid` hands on no other name.
pub fn lead_session(mut program: Command, folder: &Path) -> Command {
    let setsid = find("setsid", FOLDERS).filter(|_| exists(program.get_program(), folder));
    let Some(setsid) = setsid else {
        program.process_group(0);
        return program;
    };
    let mut leader = Command::new(setsid);
    leader.arg("--ctty").arg(program.get_program()).args(program.get_args());
    leader
}

/// Returns whether there is such a program; one without a folder is looked for where this process
/// looks.
fn exists(program: &OsStr, folder: &Path) -> bool {
    match program.to_str().filter(|name| !name.contains('/')) {
        Some(name) => env::var(PATH).is_ok_and(|path| find(name, &path).is_some()),
        None => is_executable(&folder.join(program)),
    }
}

/// Returns the process group that `child` leads, once it does.
///
/// # Errors
///
/// If the process has ended and was waited for, or does not lead a group in time.
pub async fn group_of(child: &Child) -> io::Result<Pid> {
    let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    let pid = pid.ok_or_else(|| io::Error::other("the process has no id"))?;
    let start = Instant::now();
    while getpgid(Some(pid))? != pid {
        if start.elapsed() > PATIENCE {
            return Err(io::Error::other("the process does not lead a group"));
        }
        sleep(INTERVAL).await;
    }
    Ok(pid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn process_is_polled_until_it_leads_a_group() {
        let mut command = tokio::process::Command::new("/bin/sleep");
        let child = command.arg("1000").process_group(0).kill_on_drop(true).spawn().unwrap();
        let group = group_of(&child).await.unwrap();
        assert_eq!(u32::try_from(group.as_raw_nonzero().get()).ok(), child.id());
    }

    #[test]
    fn unexecutable_program_is_left_to_fail() {
        let program = |name| lead_session(Command::new(name), Path::new("/bin")).get_program().to_owned();
        for missing in ["/no/such/program", "no-such-program", "./no-such-program", ""] {
            assert_eq!(program(missing), missing);
        }
        for there in ["sh", "/bin/sh", "./sh"] {
            assert_ne!(program(there), there);
        }
    }
}
