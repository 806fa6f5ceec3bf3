//! Commands as processes.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use mesos_sdk::executor::ExecutorEnvironment;
use mesos_sdk::proto::v1::environment::variable;
use mesos_sdk::proto::v1::{CommandInfo, Environment};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

/// A running command and what it has started: a process group. Dropping it kills what is left of it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    group: Pid,
}

impl Process {
    /// Starts `info` in this process' environment and working folder, without the executor's secrets, and with the
    /// variables of `task` and then its own.
    pub(crate) fn start(info: &CommandInfo, task: &Environment, output: Output) -> io::Result<Self> {
        let mut command = Command::from(of(info));
        ExecutorEnvironment::hide_secrets(command.as_std_mut());
        command.envs(plain(task)).envs(info.environment.iter().flat_map(plain));
        command.stdin(Stdio::null()).process_group(0);
        if output == Output::ToErrors {
            command.stdout(io::stderr());
        }
        let child = command.spawn()?;
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(Self { group: group.ok_or_else(|| io::Error::other("the process has no id"))?, child })
    }

    /// Waits for the command itself; gives a status as waitpid does. May be dropped and called again without loss.
    pub(crate) async fn wait(&mut self) -> io::Result<i32> {
        self.child.wait().await.map(ExitStatusExt::into_raw)
    }

    /// Signals the whole group; nothing happens if nothing is left of it.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Err(error) = kill_process_group(self.group, signal) {
            tracing::debug!(%error, ?signal, "nobody to signal");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Where a command's standard output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// To where the executor's goes: the file `stdout` of the sandbox.
    Own,
    /// To the executor's standard error, away from the task's output.
    ToErrors,
}

fn of(info: &CommandInfo) -> std::process::Command {
    use std::os::unix::process::CommandExt as _;
    let value = info.value();
    if info.shell() {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", value]);
        return shell;
    }
    // Mesos' arguments begin with the name that the program sees itself under.
    let mut program = std::process::Command::new(value);
    program.arg0(info.arguments.first().map_or(value, String::as_str));
    program.args(info.arguments.iter().skip(1));
    program
}

/// The variables that are no references to secrets: those would have been resolved before.
fn plain(environment: &Environment) -> impl Iterator<Item = (&str, &str)> {
    let variables = environment.variables.iter();
    variables.filter(|it| it.r#type() != variable::Type::Secret).map(|it| (it.name.as_str(), it.value()))
}
