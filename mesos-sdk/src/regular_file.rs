//! Files that users name by a path. They are opened only if reading them will end.

use std::fs::{File, FileType, OpenOptions};
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
    let kind = file.metadata()?.file_type();
    if kind.is_file() { Ok(file) } else { Err(not_regular(kind)) }
}

/// Returns the error for a file of this kind, which is not a regular one.
pub(crate) fn not_regular(kind: FileType) -> io::Error {
    let text = format!("it is {}, not a regular file", name_of(kind));
    io::Error::new(io::ErrorKind::InvalidInput, text)
}

fn name_of(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    match (kind.is_dir(), kind.is_symlink()) {
        (true, _) => "a folder",
        (_, true) => "a link",
        _ => "something else",
    }
}

/// Reads the whole file, which has at most `limit` bytes.
///
/// # Errors
///
/// Fails as [`open`] does, and with [`io::ErrorKind::InvalidData`] if the file is longer: no more
/// of it is read.
pub fn read(path: impl AsRef<Path>, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = (limit as u64).saturating_add(1);
    io::Read::read_to_end(&mut io::Read::take(open(path)?, most), &mut bytes)?;
    if bytes.len() > limit {
        let text = format!("it has more than {limit} bytes: check that it is the right file");
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
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
            assert_eq!(read(at(name), 4).unwrap(), b"text");
        }
        for (path, kind) in [
            (at("fifo"), "a pipe"),
            (at("link-to-fifo"), "a pipe"),
            (folder.path().to_owned(), "a folder"),
            ("/dev/zero".into(), "a device"),
        ] {
            let error = read(&path, 4).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{}: {error}", path.display());
            assert_eq!(error.to_string(), format!("it is {kind}, not a regular file"));
        }
        assert!(read(at("socket"), 4).is_err());
        assert_eq!(read(at("missing"), 4).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn huge_file_is_not_read_whole() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (length, is_read) in [(0, true), (100, true), (101, false), (50 << 30, false)] {
            file.as_file().set_len(length).unwrap();
            match read(file.path(), 100) {
                Ok(bytes) => assert!(is_read && bytes.len() as u64 == length),
                Err(error) => {
                    assert!(!is_read && error.to_string().contains("more than 100 bytes"), "{error}")
                }
            }
        }
    }
}
