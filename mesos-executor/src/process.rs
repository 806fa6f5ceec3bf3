//! Commands as processes.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use mesos_sdk::executor::ExecutorEnvironment;
use mesos_sdk::proto::v1::environment::variable;
use mesos_sdk::proto::v1::{CommandInfo, Environment};
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use crate::program::{PATH, program};
use crate::session::{group_of, lead_session};

/// A running command and what it has started: a process group. Dropping it kills what is left of
/// it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    group: Pid,
}

impl Process {
    /// Starts `info` in this environment. Its own variables take precedence.
    pub(crate) async fn start(
        info: &CommandInfo,
        environment: &ProcessEnvironment,
        output: Output,
    ) -> io::Result<Self> {
        let mut command = Command::from(program(info, environment.path(info)));
        environment.prepare(&mut command, output)?;
        command.stdin(Stdio::null()).process_group(0);
        Self::spawn(command, info).await
    }

    /// Starts `info` in this process' own folder and environment, with a terminal that controls it.
    pub(crate) async fn start_in_terminal(info: &CommandInfo, terminal: &Path) -> io::Result<Self> {
        let environment = ProcessEnvironment::own(&Environment::default());
        let program = lead_session(program(info, environment.path(info)), &std::env::current_dir()?);
        let mut command = Command::from(program);
        environment.prepare(&mut command, Output::Own)?;
        // Not to become the terminal of this process.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal = File::from(open(terminal, flags, Mode::empty())?);
        command.stdin(terminal.try_clone()?).stdout(terminal.try_clone()?).stderr(terminal);
        Self::spawn(command, info).await
    }

    async fn spawn(mut command: Command, info: &CommandInfo) -> io::Result<Self> {
        let child = command.envs(info.environment.iter().flat_map(plain)).spawn()?;
        Ok(Self { group: group_of(&child).await?, child })
    }

    /// Waits for the command itself; gives a status as waitpid does. May be dropped and called
    /// again without loss.
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

/// The folder and the variables of a command.
#[derive(Clone, Debug)]
pub struct ProcessEnvironment {
    /// The sandbox, where it is not this process' own folder.
    sandbox: Option<PathBuf>,
    variables: Vec<(String, String)>,
}

impl ProcessEnvironment {
    /// Returns this process' own folder and environment, without the executor's secrets and with
    /// the variables of a task.
    pub fn own(task: &Environment) -> Self {
        let variables = plain(task).map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { sandbox: None, variables: variables.collect() }
    }

    /// Returns the environment of a sandbox, with only these variables. The output of checks
    /// is appended to its file `stderr`.
    pub fn elsewhere(sandbox: PathBuf, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { sandbox: Some(sandbox), variables: variables.into_iter().collect() }
    }

    /// Returns where this command's program is looked for; `None` where that is not changed.
    fn path<'a>(&'a self, info: &'a CommandInfo) -> Option<&'a str> {
        let own = info.environment.iter().flat_map(plain).filter(|(name, _)| *name == PATH).last();
        own.map(|(_, value)| value).or_else(|| {
            self.variables.iter().rfind(|(name, _)| name == PATH).map(|(_, value)| value.as_str())
        })
    }

    pub(crate) fn prepare(&self, command: &mut Command, output: Output) -> io::Result<()> {
        match &self.sandbox {
            None => {
                ExecutorEnvironment::hide_secrets(command.as_std_mut());
                if output == Output::ToErrors {
                    command.stdout(io::stderr());
                }
            }
            Some(sandbox) => {
                let errors = OpenOptions::new().create(true).append(true).open(sandbox.join("stderr"))?;
                command.env_clear().current_dir(sandbox).stdout(errors.try_clone()?).stderr(errors);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Ok(())
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

/// Returns the variables that are not references to secrets: those would have been resolved before.
fn plain(environment: &Environment) -> impl Iterator<Item = (&str, &str)> {
    let variables = environment.variables.iter();
    variables.filter(|it| it.r#type() != variable::Type::Secret).map(|it| (it.name.as_str(), it.value()))
}
