//! Errors of a launcher.

use std::fmt;

use crate::store::{StoreError, StoreErrorKind};

/// An error of a launcher: what went wrong, where, and what to do about it. What becomes of tasks
/// is never an error: it is an [`End`](crate::End).
#[derive(Clone)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    /// The driver's error, which has the same message and may have a cause.
    driver: Option<mesos_sdk::Error>,
}

/// The kind of an error, which determines what the caller can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What was asked for is malformed. Correct the field that the text names.
    Invalid,
    /// There is a batch or service of this name with other contents, or it has not ended.
    Conflict,
    /// The batch, service or instance does not exist.
    NotFound,
    /// The store does not work. Inspect it.
    Store,
    /// Another scheduler has opened the store or taken over the framework. Leave the framework to
    /// that one.
    Fenced,
    /// The driver has ended: see the source.
    Driver,
    /// The launcher has been stopped.
    Stopped,
    /// Code of the launcher or of the store has panicked, which is a bug. What is stored is sound;
    /// start the launcher again.
    Panicked,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), driver: None }
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let kind = match error.kind() {
            StoreErrorKind::Fenced => ErrorKind::Fenced,
            _ => ErrorKind::Store,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<mesos_sdk::Error> for Error {
    fn from(error: mesos_sdk::Error) -> Self {
        let kind = match error.kind() {
            mesos_sdk::ErrorKind::FailedOver => ErrorKind::Fenced,
            mesos_sdk::ErrorKind::Invalid => ErrorKind::Invalid,
            mesos_sdk::ErrorKind::Store => ErrorKind::Store,
            _ => ErrorKind::Driver,
        };
        Self { kind, message: error.to_string(), driver: Some(error) }
    }
}

/// Writes the message; `{:#}` adds the causes, on the same line.
impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.driver.as_ref().filter(|_| formatter.alternate()) {
            Some(error) => write!(formatter, "{error:#}"),
            None => formatter.write_str(&self.message),
        }
    }
}

/// Writes the error for people, as `main` prints it.
impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:#}")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.driver.as_ref().and_then(std::error::Error::source)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn cause_is_the_one_of_the_driver() {
        use mesos_sdk::ErrorKind::{Store, Unreachable};
        let driver = mesos_sdk::Error::new(Unreachable, "no master").with_source("no route");
        let error = Error::from(driver);
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("no route"));
        assert_eq!(
            (error.to_string(), format!("{error:?}")),
            ("no master".into(), "no master: no route".into())
        );
        assert_eq!(Error::from(mesos_sdk::Error::new(Store, "full")).kind(), ErrorKind::Store);
    }
}
