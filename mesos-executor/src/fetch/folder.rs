//! A folder, and nothing outside of it: links in a path are followed as far as they stay below it.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt as _, Permissions};
use mesos_sdk::regular_file;

/// The sandbox, or the cache.
#[derive(Debug)]
pub(super) struct Folder {
    dir: Dir,
    path: PathBuf,
}

impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { dir: Dir::open_ambient_dir(path, ambient_authority())?, path: path.to_owned() })
    }

    /// Returns a new file in place of whatever was there, with the folders on its way.
    pub(super) fn create(&self, file: &Path) -> io::Result<File> {
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            self.dir.create_dir_all(folder)?;
        }
        match self.dir.remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let created = self.dir.open_with(file, OpenOptions::new().write(true).create_new(true))?;
        Ok(created.into_std())
    }

    /// Returns a regular file, for reading.
    pub(super) fn read(&self, file: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(regular_file::NO_WAITING);
        regular_file::only_regular(self.dir.open_with(file, &options)?.into_std())
    }

    /// Returns a new, empty folder of this name, in place of whatever was there.
    pub(super) fn stage(&self, name: &str) -> io::Result<Stage<'_>> {
        let removed = match self.dir.symlink_metadata(name) {
            Ok(metadata) if metadata.is_dir() => self.dir.remove_dir_all(name),
            Ok(_) => self.dir.remove_file(name),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        removed?;
        self.dir.create_dir(name)?;
        let dir = self.dir.open_dir(name)?;
        Ok(Stage { within: self, name: name.to_owned(), dir, path: self.path.join(name) })
    }
}

/// A folder within another, in which something is made whose names and links are not to be trusted.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    within: &'a Folder,
    name: String,
    dir: Dir,
    pub(super) path: PathBuf,
}

impl Stage<'_> {
    /// Moves everything that is in it to the folder around it. Folders of one name become one; else
    /// what is new replaces what was there. No link is followed.
    pub(super) fn give_up(self) -> io::Result<()> {
        move_all(&self.dir, &self.within.dir)
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.within.dir.remove_dir_all(&self.name) {
            tracing::debug!(%error, "a folder stays in the sandbox");
        }
    }
}

fn move_all(from: &Dir, to: &Dir) -> io::Result<()> {
    for entry in from.entries()? {
        let entry = entry?;
        let name = entry.file_name();
        let there = match to.symlink_metadata(&name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            there => Some(there?),
        };
        match (entry.file_type()?.is_dir(), there) {
            (false, _) => from.rename(&name, to, &name)?,
            (true, Some(there)) if there.is_dir() => move_all(&from.open_dir(&name)?, &to.open_dir(&name)?)?,
            (true, there) => {
                there.map_or(Ok(()), |_| to.remove_file(&name))?;
                move_folder(from, to, &name)?;
            }
        }
    }
    Ok(())
}

/// Moves a folder. One that is not writable cannot be moved either, so it is made writable first.
fn move_folder(from: &Dir, to: &Dir, name: &OsStr) -> io::Result<()> {
    let permissions = from.symlink_metadata(name)?.permissions();
    from.set_permissions(name, Permissions::from_std(std::fs::Permissions::from_mode(0o700)))?;
    from.rename(name, to, name)?;
    to.set_permissions(name, permissions)
}
