//! Values of settings, which may be in files, like those of the flags of Mesos.

use std::io;
use std::path::PathBuf;

use mesos_sdk::regular_file;

use super::StartError;

/// How many bytes a file with a value may have: 16 MiB.
const MAX_FILE: usize = 16 << 20;

/// Returns the content of the file if the text is `file://` and a path, and else the text.
pub(super) fn value(text: String) -> Result<String, StartError> {
    let Some(path) = text.strip_prefix("file://").map(PathBuf::from) else { return Ok(text) };
    let content = regular_file::read(&path, MAX_FILE).and_then(|bytes| {
        String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    });
    content.map_err(|source| StartError::File { path, source })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_value_may_be_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("attributes");
        fs::write(&path, "rack:a;\ngeneration:3\n").unwrap();
        let read = |path: &std::path::Path| value(format!("file://{}", path.display()));
        assert_eq!(read(&path).unwrap(), "rack:a;\ngeneration:3\n");
        assert_eq!(value("rack:file:///x".to_owned()).unwrap(), "rack:file:///x");
        fs::write(&path, b"rack:\xff").unwrap();
        for unreadable in [&path, folder.path(), &folder.path().join("missing")] {
            let error = read(unreadable).unwrap_err().to_string();
            assert!(error.contains("name a readable text file"), "{error}");
        }
    }
}
