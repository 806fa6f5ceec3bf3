//! Errors of the log, for people.

use std::io;
use std::path::Path;

use super::frame::MAX_FRAME;
use super::replay::Damage;
use crate::store::{StoreError, StoreErrorKind};

/// Something could not be done with a file.
pub(super) fn failed(what: &str, path: &Path, error: &io::Error) -> StoreError {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            let text = format!("{path} can't be {what}, because the disk is full: make room on it ({error})");
            StoreError::new(StoreErrorKind::Full, text)
        }
        _ => {
            let text = format!(
                "{path} can't be {what}: check the disk, and that the folder may be written to ({error})"
            );
            StoreError::new(StoreErrorKind::Unavailable, text)
        }
    }
}

pub(super) fn in_use(path: &Path) -> StoreError {
    let text = format!("another process has locked {}: end that scheduler first", path.display());
    StoreError::new(StoreErrorKind::InUse, text)
}

pub(super) fn not_a_folder(path: &Path) -> StoreError {
    let text = format!("{} is a file: give FileLog the path of a folder", path.display());
    StoreError::new(StoreErrorKind::Unavailable, text)
}

pub(super) fn too_long(path: &Path, length: usize) -> StoreError {
    let text = format!(
        "an entry of {length} bytes is too long for {}: as JSON, the records of a write have at most {MAX_FRAME} \
         bytes",
        path.display()
    );
    StoreError::new(StoreErrorKind::TooLarge, text)
}

pub(super) fn damaged(path: &Path, damage: &Damage) -> StoreError {
    let path = path.display();
    match damage {
        Damage::Newer => {
            let text = format!("{path} was written by a newer version: update this program");
            StoreError::new(StoreErrorKind::TooNew, text)
        }
        Damage::Foreign => {
            let text = format!(
                "{path} is damaged at offset 0: the first line is not that of a log; restore the folder from a backup, or, \
                 if the file is not a launcher's, give FileLog another folder"
            );
            StoreError::new(StoreErrorKind::Corrupt, text)
        }
        Damage::At(offset, why) => {
            let text = format!(
                "{path} is damaged at offset {offset}: {why}; restore the folder from a backup, or move it away to \
                 begin with an empty store"
            );
            StoreError::new(StoreErrorKind::Corrupt, text)
        }
    }
}
