//! The ports of a task.

use serde::{Deserialize, Serialize};

/// A port that a health check uses: a number, or the name of a [port](crate::Task::port) of the
/// task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Port {
    /// A number.
    Number(u16),
    /// The name of one of the task's ports.
    Name(String),
}

impl From<u16> for Port {
    fn from(number: u16) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Port {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for Port {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

/// Returns the environment variable in which a task finds the port with this name.
pub(crate) fn variable(name: &str) -> String {
    format!("PORT_{}", name.to_ascii_uppercase().replace('-', "_"))
}
