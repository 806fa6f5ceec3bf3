//! The program of a command.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use mesos_sdk::proto::v1::CommandInfo;

/// The variable with the folders of programs.
pub(crate) const PATH: &str = "PATH";

/// Returns the program of `info` with its arguments, to be started with this `PATH` among its
/// variables.
///
/// It is named by its whole path. If it were not, the standard library would look for it between
/// fork and exec, which takes the longer the more memory this process has; as it is, `posix_spawn`
/// does it at once.
pub fn program(info: &CommandInfo, path: Option<&str>) -> Command {
    let value = info.value();
    if info.shell() {
        let mut shell = Command::new("/bin/sh");
        shell.arg0("sh").args(["-c", value]);
        return shell;
    }
    let found = path.and_then(|path| find(value, path));
    // Mesos' arguments begin with the name that the program sees itself under.
    let mut program = Command::new(found.as_deref().map_or(OsStr::new(value), Path::as_os_str));
    program.arg0(info.arguments.first().map_or(value, String::as_str));
    program.args(info.arguments.iter().skip(1));
    program
}

/// Folders that are relative count from where the program is to run.
pub(crate) fn find(program: &str, path: &str) -> Option<PathBuf> {
    if program.is_empty() || program.contains('/') {
        return None;
    }
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(program)).find(|file| is_executable(file))
}

pub(crate) fn is_executable(file: &Path) -> bool {
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str, shell: bool) -> String {
        let info =
            CommandInfo { value: Some(value.to_owned()), shell: Some(shell), ..CommandInfo::default() };
        program(&info, Some("relative:/nowhere:/usr/bin:/bin")).get_program().to_str().unwrap().to_owned()
    }

    #[test]
    fn program_paths_avoid_fork() {
        assert_eq!(of("exit 1", true), "/bin/sh");
        assert!(["/bin/env", "/usr/bin/env"].contains(&of("env", false).as_str()));
        assert_eq!(of("./env", false), "./env");
        assert_eq!(of("/no/such", false), "/no/such");
        assert_eq!(of("no-such-program", false), "no-such-program");
    }
}
