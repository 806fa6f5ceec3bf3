//! Files for results.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// A file that was found writable before the crawl, so that no result is lost on a mistyped path. What was in it
/// before stays until there is something new.
#[derive(Debug)]
pub struct ResultFile {
    path: PathBuf,
    file: File,
}

/// A file can't be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write {path}")]
pub struct FileError {
    path: PathBuf,
    source: io::Error,
}

impl ResultFile {
    /// Opens the file, which is made if it does not exist.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = file.map_err(|source| FileError { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Replaces the content.
    pub fn write(mut self, content: &str) -> Result<(), FileError> {
        let written = self.file.set_len(0).and_then(|()| self.file.write_all(content.as_bytes()));
        written.map_err(|source| FileError { path: self.path, source })
    }
}
