//! The files of a folder: the log, the lock beside it, and the next log while it is being written.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use mesos_sdk::regular_file;

use super::problem::{failed, in_use, not_a_folder};
use super::replay::{BEGIN, Damage, Replay, replay};
use crate::store::StoreError;

/// How often locking the folder is tried: a write whose future was dropped, or the process before
/// this one, may be about to end. In all, it takes 2 s.
const LOCK_ATTEMPTS: u32 = 100;
const LOCK_INTERVAL: Duration = Duration::from_millis(20);

/// Where things are in the folder.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
    pub(super) log: PathBuf,
    next: PathBuf,
}

impl Files {
    pub(super) fn new(folder: &Path) -> Self {
        let at = |name| folder.join(name);
        Self { folder: folder.to_owned(), log: at("log"), next: at("log.new") }
    }

    /// Locks the folder, which is created if it is missing.
    pub(super) fn lock(&self) -> Result<File, StoreError> {
        if self.folder.exists() && !self.folder.is_dir() {
            return Err(not_a_folder(&self.folder));
        }
        create_folder(&self.folder).map_err(|error| failed("created", &self.folder, &error))?;
        let path = self.folder.join("lock");
        let file = private().truncate(false).create(true).read(true).write(true).open(&path);
        let file = file.and_then(regular_file::only_regular);
        let file = file.map_err(|error| failed("opened", &path, &error))?;
        for _ in 0..LOCK_ATTEMPTS {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_INTERVAL),
                Err(TryLockError::Error(error)) => return Err(failed("locked", &path, &error)),
            }
        }
        Err(in_use(&path))
    }

    /// Reads the log, if there is one.
    pub(super) fn replay(&self) -> Result<Option<Result<Replay, Damage>>, StoreError> {
        match regular_file::open(&self.log).and_then(replay) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", &self.log, &error)),
        }
    }

    /// Opens the log for appending, and cuts what is behind `length`.
    pub(super) fn append_to(&self, length: u64) -> io::Result<File> {
        let file = OpenOptions::new().append(true).open(&self.log)?;
        file.set_len(length)?;
        Ok(file)
    }

    /// Writes the next log beside the present one.
    pub(super) fn prepare(&self, bytes: &[u8]) -> io::Result<File> {
        // A crash may have left one, which is not appended to.
        refuse_foreign(&self.next)?;
        if let Err(error) = fs::remove_file(&self.next)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file = private().create_new(true).append(true).open(&self.next)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        written.inspect_err(|_| {
            // It only takes room. If it can't be removed, the next one replaces it.
            let _ = fs::remove_file(&self.next);
        })?;
        Ok(file)
    }

    /// Puts the next log in place of the present one: a crash leaves one of them.
    pub(super) fn commit(&self) -> io::Result<()> {
        fs::rename(&self.next, &self.log)?;
        sync_folder(&self.folder)
    }
}

/// Refuses to replace a file that no log has begun: what a disk has not written is zeros.
fn refuse_foreign(path: &Path) -> io::Result<()> {
    let mut begin = Vec::new();
    match regular_file::open(path).and_then(|file| file.take(BEGIN.len() as u64).read_to_end(&mut begin)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read?,
    };
    match begin.iter().zip(BEGIN.as_bytes()).all(|(read, ours)| read == ours || *read == 0) {
        true => Ok(()),
        false => {
            Err(io::Error::other(format!("{} is not the beginning of a log: move it away", path.display())))
        }
    }
}

/// Returns whether the file is still the one at `path`, and has this length. If not, another
/// process has written in spite of the lock, for example on a network file system without locks.
pub(super) fn is_ours(file: &File, path: &Path, length: u64) -> io::Result<bool> {
    let (ours, current) = (file.metadata()?, fs::metadata(path));
    let same = current.is_ok_and(|current| identity(&current) == identity(&ours));
    Ok(same && ours.len() == length)
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(metadata: &fs::Metadata) -> u64 {
    metadata.len()
}

/// Options for files that only the user can read. Opening a FIFO does not wait.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600).custom_flags(regular_file::NO_WAITING);
    }
    options
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a renamed file outlast a power cut. Elsewhere than on Unix a folder can't be opened for
/// it.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
