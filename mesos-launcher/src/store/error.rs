//! What can go wrong with a store.

use std::fmt;

/// An error of a store: what went wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    kind: StoreErrorKind,
    message: String,
}

/// The kind of an error, which determines what the caller can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store did not do it, or it is not known whether it did. Repeat it.
    Unavailable,
    /// There is no room. Repeat it, when there is.
    Full,
    /// The store was opened again by another scheduler. Leave the framework to that one.
    Fenced,
    /// Another process has the store open, and it can't be taken over. End that process first.
    InUse,
    /// The store holds something else than what was written. A person has to look at it.
    Corrupt,
    /// The store was written by a newer version. Update this program.
    TooNew,
    /// A key, a record or a write is larger than the [limits](super::check) allow.
    TooLarge,
    /// The store does not allow it. Correct the user and password, or the access rights.
    Forbidden,
    /// The store does not elect a leader. Start one scheduler at a time.
    NoElection,
}

impl StoreError {
    /// Creates an error of this kind, with a text for the person who maintains the store.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Returns whether the same attempt may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Unavailable | StoreErrorKind::Full)
    }

    /// Creates the error of a write of an epoch that has ended.
    pub fn fenced(epoch: super::Epoch) -> Self {
        let text = format!(
            "the store was opened by another scheduler after epoch {} began: leave the framework to that one",
            epoch.0
        );
        Self::new(StoreErrorKind::Fenced, text)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}
