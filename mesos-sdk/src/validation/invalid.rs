//! What is wrong, and where.

use std::fmt;

use crate::proto::v1::TaskId;
use crate::{Error, ErrorKind};

/// Why a master refuses something: the field and the master's reason. Trying again does not help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationError {
    /// The id of the task that it is about.
    task: Option<String>,
    field: &'static str,
    reason: String,
}

impl ValidationError {
    pub(crate) fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { task: None, field, reason: reason.into() }
    }

    /// Names the task that it is about.
    pub(super) fn of_task(self, id: &TaskId) -> Self {
        Self { task: Some(id.value.clone()), ..self }
    }

    /// Returns the id of the task that it is about, if it is about a single task.
    pub fn task(&self) -> Option<&str> {
        self.task.as_deref()
    }

    /// Returns the field of the message that is wrong, such as `health_check` of a task.
    pub fn field(&self) -> &str {
        self.field
    }

    /// Returns what the master would say.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Returns what the master would say, without the rest.
    pub fn into_reason(self) -> String {
        self.reason
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(task) = &self.task {
            write!(formatter, "task {task:?}: ")?;
        }
        write!(formatter, "the master would refuse field `{}`: {}", self.field, self.reason)
    }
}

impl std::error::Error for ValidationError {}

impl From<ValidationError> for Error {
    fn from(invalid: ValidationError) -> Self {
        Self::new(ErrorKind::Invalid, invalid.to_string())
    }
}

/// Names the field that a reason is about.
pub(super) fn at(field: &'static str) -> impl Fn(String) -> ValidationError {
    move |reason| ValidationError { task: None, field, reason }
}
