//! Text that is never printed.

use std::path::Path;
use std::sync::Arc;
use std::{fmt, io};

use crate::{Error, ErrorKind, regular_file};

/// The most bytes of a file with a secret, such as a token or a key.
const MAX_FILE: usize = 64 << 10;

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

    /// Reads a secret from a file that contains nothing else, but for the end of its line.
    ///
    /// # Errors
    ///
    /// [`Invalid`](ErrorKind::Invalid) with the path if the file can't be read, or is not text.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let unreadable = |error| {
            Error::new(ErrorKind::Invalid, format!("can't read the secret in {}", path.display()))
                .with_source(error)
        };
        let bytes = regular_file::read(path, MAX_FILE).map_err(unreadable)?;
        // The error of the conversion contains the bytes.
        let text = String::from_utf8(bytes)
            .map_err(|_| unreadable(io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8")))?;
        Ok(Self::new(text.trim_end_matches(['\r', '\n'])))
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn file_contains_the_secret_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let read = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            Secret::from_file(&path)
        };
        for text in ["open sesame", "open sesame\n", "open sesame\r\n"] {
            assert_eq!(read(text.as_bytes()).unwrap().reveal(), "open sesame");
        }
        let error = format!("{:#}", read(b"hush\xff").unwrap_err());
        assert!(error.contains("not UTF-8") && !error.contains("hush"), "{error}");
        let long = format!("{:#}", read(&vec![b'x'; MAX_FILE + 1]).unwrap_err());
        assert!(long.contains("more than 65536 bytes"), "{long}");
        let missing = Secret::from_file(folder.path().join("missing")).unwrap_err();
        assert!(missing.to_string().contains("missing"), "{missing}");
    }
}
