//! The processes of containers that operators have started.

use std::fs::File;
use std::io::{self, Cursor};
use std::path::Path;
use std::process::Stdio;

use mesos_executor::{lead_session, program};
use mesos_sdk::proto::v1::CommandInfo;
use mesos_sdk::proto::v1::agent::process_io::data;
use tokio::process::{Child, Command};

use super::super::environment::{PATH, of_command};
use super::super::sandbox::Sandbox;
use super::Reached;
use super::switchboard::{Output, Switchboard};
use super::terminal::Terminal;

/// How others reach a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Not at all: its output goes to its sandbox.
    Not,
    /// Over pipes.
    Pipes,
    /// Over a terminal.
    Terminal,
}

/// A process that has been started.
pub(super) struct Started {
    pub(super) child: Child,
    pub(super) reached: Reached,
}

/// Starts the command in `folder`, with its output in `sandbox`.
pub(super) fn start(
    command: &CommandInfo,
    sandbox: &Sandbox,
    folder: &Path,
    reach: Reach,
) -> io::Result<Started> {
    let path = of_command(command).filter(|(name, _)| name == "PATH").last().map(|(_, path)| path);
    let program = program(command, Some(path.as_deref().unwrap_or(PATH)));
    let mut program = match reach {
        Reach::Terminal => Command::from(lead_session(program, folder)),
        Reach::Not | Reach::Pipes => in_group(program),
    };
    program.current_dir(folder).env_clear().env("PATH", PATH).env("MESOS_SANDBOX", folder);
    program.envs(of_command(command));
    let logs = (sandbox.output("stdout")?, sandbox.output("stderr")?);
    match reach {
        Reach::Not => {
            program.stdin(Stdio::null()).stdout(logs.0).stderr(logs.1);
            Ok(Started { child: program.spawn()?, reached: None })
        }
        Reach::Pipes => over_pipes(program, logs),
        Reach::Terminal => over_terminal(program, logs.0),
    }
}

/// Returns what others read of a program that can't be executed: the words of Mesos' launcher.
pub(super) fn not_executed(
    command: &CommandInfo,
    error: &io::Error,
    sandbox: &Sandbox,
    reach: Reach,
) -> Reached {
    let error = error.to_string();
    let reason = error.split(" (os error").next().unwrap_or_default();
    let line = format!("Failed to execute '{}': {reason}", command.value());
    let (what, end) = match reach {
        Reach::Pipes => (("stderr", data::Type::Stderr), "\n"),
        Reach::Terminal => (("stdout", data::Type::Stdout), "\r\n"),
        Reach::Not => {
            sandbox.write_error(&line);
            return None;
        }
    };
    let log = sandbox.output(what.0).ok()?;
    let output: Output = (Box::new(Cursor::new(format!("{line}{end}"))), what.1, log);
    Some((Switchboard::new(Box::new(tokio::io::sink()), None), vec![output]))
}

fn in_group(program: std::process::Command) -> Command {
    let mut program = Command::from(program);
    program.process_group(0);
    program
}

fn over_pipes(mut program: Command, logs: (File, File)) -> io::Result<Started> {
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let missing = || io::Error::other("the process has no pipes");
    let (input, out, err) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let switchboard = Switchboard::new(Box::new(input.ok_or_else(missing)?), None);
    let outputs: Vec<Output> = vec![
        (Box::new(out.ok_or_else(missing)?), data::Type::Stdout, logs.0),
        (Box::new(err.ok_or_else(missing)?), data::Type::Stderr, logs.1),
    ];
    Ok(Started { child, reached: Some((switchboard, outputs)) })
}

/// Starts a program with a terminal; what it writes goes to the file as well.
pub(super) fn over_terminal(mut program: Command, log: File) -> io::Result<Started> {
    let (ours, theirs) = Terminal::open()?;
    program.stdin(theirs.try_clone()?).stdout(theirs.try_clone()?).stderr(theirs);
    let child = program.spawn()?;
    let (input, output) = (ours.input()?, ours.output()?);
    let outputs: Vec<Output> = vec![(Box::new(output), data::Type::Stdout, log)];
    Ok(Started { child, reached: Some((Switchboard::new(Box::new(input), Some(ours)), outputs)) })
}
