//! The tasks that the command line names.

use std::collections::HashSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use mesos_sdk::build::{Command, Task};
use mesos_sdk::proto::v1::{AgentId, TaskId, TaskInfo};
use mesos_sdk::regular_file;
use mesos_sdk::validation::ValidationError;
use serde_json::Value;

use crate::cli::Cli;

/// The largest file of commands or tasks, in bytes.
const MAX_FILE: usize = 64 << 20;

/// Why the tasks could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TasksError {
    #[error("can't read {0}: {1}")]
    Unreadable(PathBuf, io::Error),
    #[error("{0} contains no command")]
    Empty(PathBuf),
    #[error("{0}")]
    Invalid(#[from] ValidationError),
    #[error("two tasks have the id {0}")]
    Twice(TaskId),
    #[error("{0} is neither a TaskInfo in JSON nor a list of them: {1}")]
    NotTasks(PathBuf, serde_json::Error),
}

/// Reads the tasks. Each has an id.
pub(crate) fn read(cli: &Cli) -> Result<Vec<Task>, TasksError> {
    let tasks = match (&cli.task, &cli.file) {
        (Some(file), _) => from_json(file, &cli.name)?,
        (None, Some(file)) => {
            let lines = lines(file).map_err(|error| TasksError::Unreadable(file.clone(), error))?;
            let command = |(number, line)| of(cli, format!("{}-{number}", cli.name), Command::shell(line));
            (1..).zip(lines).map(command).collect()
        }
        (None, None) => vec![of(cli, cli.name.clone(), command(&cli.command))],
    };
    if let (true, Some(file)) = (tasks.is_empty(), cli.task.as_ref().or(cli.file.as_ref())) {
        return Err(TasksError::Empty(file.clone()));
    }
    check(&tasks)?;
    Ok(tasks)
}

/// Fails if the master would refuse a task on any agent.
fn check(tasks: &[Task]) -> Result<(), TasksError> {
    let mut ids = HashSet::new();
    for task in tasks {
        let id = task.build(&AgentId::from("any"))?.task_id;
        if !ids.insert(id.clone()) {
            return Err(TasksError::Twice(id));
        }
    }
    Ok(())
}

fn command(arguments: &[String]) -> Command {
    match arguments {
        [line] => Command::shell(line),
        arguments => Command::argv(arguments),
    }
}

fn of(cli: &Cli, id: String, command: Command) -> Task {
    let command = cli.env.iter().fold(command, |command, (name, value)| command.env(name, value));
    let command = cli.uri.iter().fold(command, Command::uri);
    let task = Task::new(id).command(command).cpus(cli.cpus).mem(cli.mem);
    let task = cli.disk.into_iter().fold(task, Task::disk);
    cli.gpus.into_iter().fold(task, Task::gpus)
}

fn lines(file: &Path) -> io::Result<Vec<String>> {
    let text = contents(file)?;
    let is_command = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    let text = str::from_utf8(&text).map_err(|_| io::Error::other("it is not text in UTF-8"))?;
    Ok(text.lines().filter(is_command).map(str::to_owned).collect())
}

/// Reads the whole file, or the standard input.
fn contents(file: &Path) -> io::Result<Vec<u8>> {
    if file != Path::new("-") {
        return regular_file::read(file, MAX_FILE).map_err(with_advice);
    }
    let mut text = Vec::new();
    io::stdin().take(MAX_FILE as u64 + 1).read_to_end(&mut text)?;
    match text.len() <= MAX_FILE {
        true => Ok(text),
        false => Err(io::Error::other(format!("it has more than {MAX_FILE} bytes"))),
    }
}

/// Nobody knows whether reading anything else than a file would end.
fn with_advice(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::InvalidInput => {
            io::Error::other(format!("{error}; write - to read the standard input"))
        }
        _ => error,
    }
}

fn from_json(file: &Path, name: &str) -> Result<Vec<Task>, TasksError> {
    let unreadable = |error| TasksError::Unreadable(file.to_owned(), error);
    let text = contents(file).map_err(unreadable)?;
    let not_tasks = |error| TasksError::NotTasks(file.to_owned(), error);
    let infos: Vec<TaskInfo> = match serde_json::from_slice(&text).map_err(not_tasks)? {
        list @ Value::Array(_) => serde_json::from_value(list),
        one => serde_json::from_value(one).map(|one| vec![one]),
    }
    .map_err(not_tasks)?;
    let several = infos.len() > 1;
    let named = |(number, mut info): (usize, TaskInfo)| {
        if info.task_id.value.is_empty() {
            info.task_id = if several { format!("{name}-{number}") } else { name.to_owned() }.into();
        }
        if info.name.is_empty() {
            info.name.clone_from(&info.task_id.value);
        }
        Task::from(info)
    };
    Ok((1..).zip(infos).map(named).collect())
}
