//! Errors of work.

use std::fmt;

/// Why a task of a map has failed, and whether another attempt may help.
///
/// Every error converts into one that is tried again, so `?` does that. For
/// [`fatal`](Self::fatal) ones use `map_err`.
#[derive(Clone, PartialEq, Eq)]
pub struct WorkError {
    message: String,
    is_fatal: bool,
}

impl WorkError {
    /// Creates an error after which the task is [tried again](crate::Retry).
    pub fn retry(why: impl fmt::Display) -> Self {
        Self { message: why.to_string(), is_fatal: false }
    }

    /// Creates an error that another attempt would meet as well: the task has ended.
    pub fn fatal(why: impl fmt::Display) -> Self {
        Self { message: why.to_string(), is_fatal: true }
    }

    /// Returns whether the task is not tried again.
    pub fn is_fatal(&self) -> bool {
        self.is_fatal
    }
}

/// Converts an error, with its causes, into one that is tried again.
impl<E: std::error::Error> From<E> for WorkError {
    fn from(error: E) -> Self {
        let causes = std::iter::successors(error.source(), |error| error.source());
        let texts: Vec<_> =
            std::iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect();
        Self { message: texts.join(": "), is_fatal: false }
    }
}

impl fmt::Display for WorkError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl fmt::Debug for WorkError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_fatal { "fatal: " } else { "" };
        write!(formatter, "{kind}{}", self.message)
    }
}
