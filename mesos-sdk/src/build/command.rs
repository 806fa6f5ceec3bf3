//! Commands.

use crate::proto::v1::command_info::Uri;
use crate::proto::v1::environment::{Variable, variable};
use crate::proto::v1::{CommandInfo, Secret};

/// A command in the making: a line for the shell, or a program and its arguments.
///
/// Text becomes a line for the shell by itself, so `task.command("echo hello")` will do.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Command(CommandInfo);

impl Command {
    /// A line for `/bin/sh -c`.
    pub fn shell(line: impl Into<String>) -> Self {
        Self(CommandInfo { value: Some(line.into()), ..CommandInfo::default() })
    }

    /// A program and its arguments, without a shell. The first one is the program's path, and its own name.
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

    /// A file to fetch into the sandbox before the start; archives are unpacked.
    pub fn uri(self, uri: impl Into<String>) -> Self {
        self.uris([Uri { value: uri.into(), ..Uri::default() }])
    }

    /// Files to fetch, with all that can be said about each: whether it is a program, is unpacked, is cached, and its name.
    pub fn uris(mut self, uris: impl IntoIterator<Item = Uri>) -> Self {
        self.0.uris.extend(uris);
        self
    }

    /// Runs as this user of the agent instead of the framework's.
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
