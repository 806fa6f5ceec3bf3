//! The credentials with which the framework subscribes.

use std::path::Path;

use mesos_sdk::{Error, ErrorKind, regular_file, security::Secret};
use serde_json::Value;

/// The most bytes of a file with credentials.
const MAX_FILE: usize = 64 << 10;

/// A principal and its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Who.
    pub principal: String,
    /// What proves it.
    pub secret: Secret,
}

impl Credentials {
    /// Reads `{"principal": "…", "secret": "…"}`.
    ///
    /// # Errors
    /// If the file can't be read, or holds no credentials. The error does not show its contents.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = regular_file::read(path, MAX_FILE).map_err(|error| {
            Error::new(ErrorKind::Invalid, format!("can't read {}", path.display())).with_source(error)
        })?;
        // The cause might show the contents.
        let document: Value = serde_json::from_slice(&text).unwrap_or_default();
        let (Some(principal), Some(secret)) = (document["principal"].as_str(), document["secret"].as_str())
        else {
            let text = format!(
                "{} holds no credentials: write {{\"principal\": \"…\", \"secret\": \"…\"}}",
                path.display()
            );
            return Err(Error::new(ErrorKind::Invalid, text));
        };
        Ok(Self { principal: principal.to_owned(), secret: Secret::new(secret) })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(text: &str) -> Result<Credentials, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        Credentials::read(file.path())
    }

    #[test]
    fn both_fields_are_required_and_never_shown() {
        let credentials = read(r#"{"principal": "me", "secret": "hush"}"#).unwrap();
        assert_eq!((credentials.principal.as_str(), credentials.secret.reveal()), ("me", "hush"));
        for text in ["", "me hush", r#"{"principal": "me", "secret": 1}"#, r#"{"secret": "hush"}"#] {
            let error = read(text).unwrap_err();
            assert!(error.to_string().contains("principal") && !format!("{error:?}").contains("hush"));
        }
        assert!(Credentials::read(Path::new("/nowhere")).unwrap_err().to_string().contains("/nowhere"));
    }
}
