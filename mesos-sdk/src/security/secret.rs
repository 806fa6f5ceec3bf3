//! Text that is never printed.

use std::fmt;
use std::sync::Arc;

/// A password, a token or the like: printing it, in whatever way, gives `***`.
///
/// ```
/// use mesos_sdk::security::Secret;
///
/// let secret = Secret::new("opensesame");
/// assert_eq!(format!("{secret:?}"), "***");
/// assert_eq!(secret.reveal(), "opensesame");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Hides this text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// Returns the text itself: for the peer that it is meant for, and nobody else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
