//! The versions of the task of a service.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a version. What has none is of the first version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Version(pub(super) usize);

impl Default for Version {
    fn default() -> Self {
        Self(1)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Version {
    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Returns the version whose task has the record with this index.
    pub(super) fn of_record(index: usize) -> Self {
        Self(index.saturating_add(1))
    }

    /// Returns the index in the key of its task's record.
    pub(super) fn record(self) -> usize {
        self.0.saturating_sub(1)
    }
}
