//! An id in a file.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::task::spawn_blocking;

use super::{FrameworkStore, MAX_ID, id_in, to_store};
use crate::proto::v1::FrameworkId;
use crate::{Error, ErrorKind, regular_file};

#[cfg(test)]
mod tests;

/// Keeps the id in a separate file, as one line of text that people can read and write.
///
/// The file is replaced as a whole: a crash leaves the id before or the one after, never half of
/// one, and of two that are saved at once one is kept. For that the new one is first written to a
/// file beside it, whose name ends in a random number and `.new`; a crash may leave that file
/// behind. A symlink is followed: it stays, and the file that it leads to is replaced. The folder
/// must be there, and be one that the process may write to. The file belongs on a disk that a
/// scheduler started elsewhere sees too, if there may be such a one.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
    lock: Option<Arc<Lock>>,
}

/// How many symlinks are followed; Linux follows as many.
const MAX_LINKS: usize = 40;

/// Held once it is locked, until the store and all its clones are dropped, or the process ends.
type Lock = Mutex<Option<File>>;

impl FileStore {
    /// Creates a store in the file at `path`, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), lock: None }
    }

    /// Allows only one process at a time to load the id: a second one gets an error until the first
    /// one has ended, however that came about. For that a file beside it, whose name has `.lock` at
    /// its end, is locked; the file stays.
    ///
    /// Without it a scheduler that is started while another one runs takes its framework over, and
    /// the other one ends with [`FailedOver`](ErrorKind::FailedOver); only if both start for the
    /// very first time at once, each has a framework, of which one is kept. That is the default,
    /// because a lock has its price: a scheduler that hangs keeps the next one out, and on a disk
    /// of the network a lock may outlast the machine that held it.
    #[must_use]
    pub fn exclusive(self) -> Self {
        Self { lock: Some(Arc::default()), ..self }
    }

    /// Returns where the id is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Does blocking work on the path elsewhere, so that it holds up nobody.
    async fn with_path<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let path = self.path.clone();
        let ended =
            |error| failure("the work on a file was ended from outside".to_owned()).with_source(error);
        let work = move || {
            let target = target(path.clone()).map_err(|error| {
                let text = format!("the file {} of the framework's id can't be reached", path.display());
                failure(text).with_source(error)
            });
            work(&target?)
        };
        spawn_blocking(work).await.map_err(ended)?
    }
}

#[async_trait]
impl FrameworkStore for FileStore {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        let lock = self.lock.clone();
        self.with_path(move |path| {
            lock.map_or(Ok(()), |lock| acquire(&lock, path))?;
            load(path)
        })
        .await
    }

    async fn save(&self, id: &FrameworkId) -> Result<(), Error> {
        let line = format!("{}\n", to_store(id)?);
        self.with_path(move |path| replace(path, &line).map_err(|error| unwritten(path, error))).await
    }

    async fn clear(&self) -> Result<(), Error> {
        self.with_path(|path| remove(path).map_err(|error| unwritten(path, error))).await
    }
}

fn load(path: &Path) -> Result<Option<FrameworkId>, Error> {
    let mut stored = Vec::new();
    let most = MAX_ID as u64 + 2; // The end of a line, and one more to tell what is too long.
    match regular_file::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut stored)) {
        Ok(_) => id_in(&stored).map(Some).map_err(|why| unusable(path, &why)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let text = format!("the file {} of the framework's id can't be read", path.display());
            Err(failure(text).with_source(error))
        }
    }
}

/// Locks a second file, because the file itself is replaced.
fn acquire(lock: &Lock, path: &Path) -> Result<(), Error> {
    let mut held = lock.lock().unwrap_or_else(PoisonError::into_inner);
    if held.is_some() {
        return Ok(());
    }
    let beside = beside(path, ".lock");
    let file = regular_file::create(&beside).map_err(|error| unwritten(&beside, error))?;
    match file.try_lock() {
        Ok(()) => {
            *held = Some(file);
            Ok(())
        }
        Err(TryLockError::WouldBlock) => Err(failure(format!(
            "another scheduler has the file {} of the framework's id: end that one first, or leave out \
             FileStore::exclusive to take its framework over",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => {
            let text =
                format!("the file {} can't be locked: leave out FileStore::exclusive", beside.display());
            Err(failure(text).with_source(error))
        }
    }
}

/// Follows symlinks, also to a file that is not there yet.
fn target(mut path: PathBuf) -> io::Result<PathBuf> {
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            // What is relative begins at the link's folder.
            Ok(next) => path = path.parent().unwrap_or(Path::new("")).join(next),
            // What is wrong with anything else shows when it is used.
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other(format!("more than {MAX_LINKS} symlinks lead from one to the next")))
}

/// Returns a file of the same folder, with this at the end of its name.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(ending);
    path.with_file_name(name)
}

/// Refuses what must not be replaced or removed, such as a device.
fn only_file(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => Err(regular_file::not_regular(found.file_type())),
        // It is missing, or what is wrong with it shows when it is used.
        _ => Ok(()),
    }
}

fn replace(path: &Path, line: &str) -> io::Result<()> {
    only_file(path)?;
    // A unique name, because others may be saving too.
    let new = beside(path, &format!(".{:016x}.new", fastrand::u64(..)));
    let mut file = File::create_new(&new)?;
    let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&new, path)) {
        // What comes of it does not matter beside the error.
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    sync_folder_of(path)
}

fn remove(path: &Path) -> io::Result<()> {
    only_file(path)?;
    match fs::remove_file(path) {
        Ok(()) => sync_folder_of(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes what was renamed or removed outlast a power cut. Elsewhere than on Unix a folder can't be
/// opened for it.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn unusable(path: &Path, why: &str) -> Error {
    let text = format!(
        "the file {} of the framework's id {why}: write the id into it, which the master's page of frameworks shows, \
         or remove it to start a new framework",
        path.display()
    );
    failure(text)
}

fn unwritten(path: &Path, error: io::Error) -> Error {
    let advice = "check that its folder exists and may be written to, and that the disk has room";
    failure(format!("the file {} of the framework's id can't be changed: {advice}", path.display()))
        .with_source(error)
}

fn failure(text: String) -> Error {
    Error::new(ErrorKind::Store, text)
}
