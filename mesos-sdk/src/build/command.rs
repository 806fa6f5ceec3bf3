//! Commands.

use crate::proto::v1::command_info::Uri;
use crate::proto::v1::environment::{Variable, variable};
use crate::proto::v1::{CommandInfo, Secret};

/// Builder for a command: a shell command line, or a program and its arguments.
///
/// Text converts to a shell command line, as in `task.command("echo hello")`.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Command(CommandInfo);

impl Command {
    /// Creates a command line for `/bin/sh -c`.
    pub fn shell(line: impl Into<String>) -> Self {
        Self(CommandInfo { value: Some(line.into()), ..CommandInfo::default() })
    }

    /// Creates a command that runs a program with arguments, without a shell. The first argument is
    /// the program's path, and its name (`argv[0]`).
    pub fn argv(arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let arguments: Vec<String> = arguments.into_iter().map(Into::into).collect();
        let value = arguments.first().cloned();
        Self(CommandInfo { shell: Some(false), value, arguments, ..CommandInfo::default() })
    }

    /// Sets an environment variable.
    pub fn env(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variable(Variable { name: name.into(), value: Some(value.into()), ..Variable::default() })
    }

    /// Sets an environment variable to a secret that the agent looks up.
    pub fn secret_env(self, name: impl Into<String>, secret: Secret) -> Self {
        let r#type = Some(variable::Type::Secret.into());
        self.variable(Variable { name: name.into(), r#type, secret: Some(secret), value: None })
    }

    fn variable(mut self, variable: Variable) -> Self {
        self.0.environment.get_or_insert_default().variables.push(variable);
        self
    }

    /// Adds a file to fetch into the sandbox before the start; archives are unpacked.
    pub fn uri(self, uri: impl Into<String>) -> Self {
        self.uris([Uri { value: uri.into(), ..Uri::default() }])
    }

    /// Adds files to fetch, with all options: whether a file is executable, is unpacked, is cached,
    /// and its name.
    pub fn uris(mut self, uris: impl IntoIterator<Item = Uri>) -> Self {
        self.0.uris.extend(uris);
        self
    }

    /// Sets the user of the agent that runs the command, instead of the framework's user.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.0.user = Some(user.into());
        self
    }
}

impl From<&str> for Command {
    fn from(line: &str) -> Self {
        Self::shell(line)
    }
}

impl From<String> for Command {
    fn from(line: String) -> Self {
        Self::shell(line)
    }
}

impl From<Command> for CommandInfo {
    fn from(command: Command) -> Self {
        command.0
    }
}
