//! Files that users name by a path. They are opened only if reading them will end.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens the file at `path` for reading, after following links, if it is a regular file.
///
/// Opening a FIFO would wait for a writer, and reading a device or a terminal may never end. Both
/// are refused without waiting, and so is a directory.
///
/// # Errors
///
/// Returns the system's error, or [`io::ErrorKind::InvalidInput`] if it is not a regular file.
pub fn open(path: impl AsRef<Path>) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, NO_WAITING);
    only_regular(options.open(path)?)
}

/// Opens the file at `path` for writing, after following links, if it is a regular file or missing.
/// A missing one is created.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, NO_WAITING);
    only_regular(options.open(path)?)
}

/// Flags for opening a file whose kind is checked afterwards.
#[cfg(unix)]
pub const NO_WAITING: i32 = {
    use rustix::fs::OFlags;
    OFlags::NONBLOCK.union(OFlags::NOCTTY).bits().cast_signed()
};

/// Returns the file if it is a regular one.
///
/// # Errors
///
/// Fails as [`open`] does.
pub fn only_regular(file: File) -> io::Result<File> {
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(not_regular()),
    }
}

pub(crate) fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")
}

/// Reads the whole file.
///
/// # Errors
///
/// Fails as [`open`] does.
pub fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut open(path)?, &mut bytes)?;
    Ok(bytes)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("plain"), "text").unwrap();
        symlink(at("plain"), at("link")).unwrap();
        mknodat(CWD, at("fifo"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        symlink(at("fifo"), at("link-to-fifo")).unwrap();
        let _socket = UnixListener::bind(at("socket")).unwrap();
        for name in ["plain", "link"] {
            assert_eq!(read(at(name)).unwrap(), b"text");
        }
        for path in [at("fifo"), at("link-to-fifo"), folder.path().to_owned(), "/dev/zero".into()] {
            let error = read(&path).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{}: {error}", path.display());
        }
        assert!(read(at("socket")).is_err());
        assert_eq!(read(at("missing")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
