//! The folders of persistent volumes, and the links to them in sandboxes.
//!
//! Roles, ids and names of links come from frameworks: each is one component of a path, and folders
//! are opened one by one, without following links.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Gid, Mode, OFlags, Uid};
use rustix::fs::{fchown, fstat, mkdirat, openat, renameat, symlinkat, unlinkat};
use rustix::io::Errno;

use super::machine::{Link, Relink, VolumeId};

/// As on real agents, volumes can be read by all users.
const MODE: Mode = Mode::RWXU.union(Mode::RGRP).union(Mode::XGRP).union(Mode::ROTH).union(Mode::XOTH);
const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The volumes of one agent.
#[derive(Clone, Debug)]
pub(super) struct Volumes {
    work_dir: PathBuf,
    /// Whether there are folders.
    on_disk: bool,
}

impl Volumes {
    pub(super) fn new(work_dir: PathBuf, on_disk: bool) -> Self {
        Self { work_dir, on_disk }
    }

    /// Makes the folder of a volume. If it can't, tasks that use the volume fail.
    pub(super) fn create(&self, volume: &VolumeId) {
        if self.on_disk
            && let Err(error) = self.make(volume)
        {
            tracing::error!(?volume, %error, "can't make the folder of a persistent volume");
        }
    }

    /// Removes the folder of a volume: it is gone at once, and its files soon after.
    pub(super) fn destroy(&self, volume: &VolumeId) {
        if self.on_disk
            && let Err(error) = self.remove(volume)
        {
            tracing::error!(?volume, %error, "can't remove the folder of a persistent volume");
        }
    }

    /// Changes the links in a sandbox. The error is written for the framework's author.
    pub(super) fn relink(&self, change: &Relink) -> Result<(), String> {
        if !self.on_disk {
            return Ok(());
        }
        unlink(&change.sandbox, &change.removed)?;
        self.link(&change.sandbox, &change.added)
    }

    /// Adds links to a sandbox. The error is written for the framework's author.
    pub(super) fn link(&self, sandbox: &Path, links: &[Link]) -> Result<(), String> {
        links.iter().try_for_each(|link| self.add(sandbox, link))
    }

    fn add(&self, sandbox: &Path, link: &Link) -> Result<(), String> {
        let (volume, at) = (self.path(&link.volume), sandbox.join(&link.name));
        if link.gives {
            self.give(&link.volume, sandbox).map_err(|error| {
                let volume = volume.display();
                format!("Failed to change the ownership of the persistent volume at '{volume}': {error}")
            })?;
        }
        let there = at.canonicalize().ok();
        if there.is_some() && there == volume.canonicalize().ok() {
            return Ok(());
        }
        if let Some(target) = there {
            let (at, target, volume) = (at.display(), target.display(), volume.display());
            return Err(format!("The existing symlink '{at}' points to '{target}' and not to '{volume}'"));
        }
        let added = open_sandbox(sandbox).and_then(|folder| symlinkat(&volume, &folder, &link.name));
        added.map_err(|error| {
            let (volume, at) = (volume.display(), at.display());
            format!("Failed to symlink persistent volume from '{volume}' to '{at}': {error}")
        })
    }

    /// Changes the owner of a volume to that of a sandbox, unless that is root.
    fn give(&self, volume: &VolumeId, sandbox: &Path) -> io::Result<()> {
        let folder = self.open(volume)?;
        let owner = fstat(open_sandbox(sandbox)?)?;
        if owner.st_uid != 0 {
            fchown(folder, Some(Uid::from_raw(owner.st_uid)), Some(Gid::from_raw(owner.st_gid)))?;
        }
        Ok(())
    }

    fn path(&self, volume: &VolumeId) -> PathBuf {
        volume.folders().iter().fold(self.work_dir.clone(), |path, name| path.join(name))
    }

    fn make(&self, volume: &VolumeId) -> io::Result<()> {
        let mut folder = self.root()?;
        for name in volume.folders() {
            match mkdirat(&folder, component(&name)?, MODE) {
                Err(error) if error != Errno::EXIST => return Err(error.into()),
                _ => folder = openat(&folder, &name, FOLDER, Mode::empty())?,
            }
        }
        Ok(())
    }

    fn remove(&self, volume: &VolumeId) -> io::Result<()> {
        let [volumes, roles, role, id] = volume.folders();
        let of_role = self.enter(&[&volumes, &roles, &role])?;
        let trash = tempfile::Builder::new().prefix("destroyed-").tempdir_in(self.work_dir.join(volumes))?;
        let to = openat(CWD, trash.path(), FOLDER, Mode::empty())?;
        renameat(&of_role, component(&id)?, &to, &id)?;
        tokio::task::spawn_blocking(move || {
            if let Err(error) = trash.close() {
                tracing::warn!(%error, "files of a destroyed persistent volume are left");
            }
        });
        Ok(())
    }

    fn open(&self, volume: &VolumeId) -> io::Result<OwnedFd> {
        self.enter(&volume.folders().each_ref().map(String::as_str))
    }

    fn enter(&self, names: &[&str]) -> io::Result<OwnedFd> {
        names.iter().try_fold(self.root()?, |folder, name| {
            Ok(openat(&folder, component(name)?, FOLDER, Mode::empty())?)
        })
    }

    fn root(&self) -> io::Result<OwnedFd> {
        Ok(openat(CWD, &self.work_dir, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
    }
}

/// Removes links from a sandbox. The error is written for the framework's author.
fn unlink(sandbox: &Path, names: &[String]) -> Result<(), String> {
    names.iter().try_for_each(|name| {
        let removed = open_sandbox(sandbox).and_then(|folder| unlinkat(&folder, name, AtFlags::empty()));
        removed.map_err(|error| {
            let link = sandbox.join(name);
            let link = link.display();
            format!("Failed to remove the symlink for the unneeded persistent volume at '{link}': {error}")
        })
    })
}

fn open_sandbox(path: &Path) -> rustix::io::Result<OwnedFd> {
    openat(CWD, path, FOLDER, Mode::empty())
}

/// Returns the name if it is that of something within a folder.
fn component(name: &str) -> io::Result<&str> {
    let mut components = Path::new(name).components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(only)), None) if only == name => Ok(name),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "a folder can't have this name")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, symlink};

    use tempfile::TempDir;

    use super::*;

    fn agent() -> (TempDir, Volumes, PathBuf) {
        let work = TempDir::new().unwrap();
        let sandbox = work.path().join("sandbox");
        fs::create_dir(&sandbox).unwrap();
        let volumes = Volumes::new(work.path().to_owned(), true);
        (work, volumes, sandbox)
    }

    fn link(volume: &VolumeId, name: &str) -> Link {
        Link { volume: volume.clone(), name: name.to_owned(), gives: true }
    }

    fn relink(sandbox: &Path, removed: &[&str], added: Vec<Link>) -> Relink {
        let removed = removed.iter().map(|name| (*name).to_owned()).collect();
        Relink { container: String::new(), sandbox: sandbox.to_owned(), removed, added }
    }

    #[tokio::test]
    async fn volume_is_a_folder_until_it_is_destroyed() {
        let (work, volumes, _) = agent();
        let volume = VolumeId::new("a/b", "v");
        volumes.create(&volume);
        let folder = work.path().join("volumes/roles/a b/v");
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o755);
        fs::write(folder.join("file"), "content").unwrap();
        volumes.create(&volume);
        assert!(folder.join("file").exists(), "what is there stays");
        volumes.destroy(&volume);
        assert!(!folder.exists());
        let names = |path: &str| fs::read_dir(work.path().join(path)).unwrap().count();
        for _ in 0..500 {
            if names("volumes") == 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!((names("volumes"), names("volumes/roles/a b")), (1, 0));
    }

    #[test]
    fn links_come_and_go() {
        let (_work, volumes, sandbox) = agent();
        let (one, two) = (VolumeId::new("r", "one"), VolumeId::new("r", "two"));
        for volume in [&one, &two] {
            volumes.create(volume);
        }
        volumes.link(&sandbox, &[link(&one, "data")]).unwrap();
        fs::write(sandbox.join("data/file"), "content").unwrap();
        volumes.relink(&relink(&sandbox, &["data"], vec![link(&two, "data"), link(&one, "own")])).unwrap();
        assert!(sandbox.join("own/file").exists() && !sandbox.join("data/file").exists());
        let gone = volumes.relink(&relink(&sandbox, &["other"], vec![])).unwrap_err();
        assert!(gone.starts_with("Failed to remove the symlink for the unneeded"), "{gone}");
    }

    #[test]
    fn link_may_be_there_already() {
        let (_work, volumes, sandbox) = agent();
        let volume = VolumeId::new("r", "v");
        volumes.create(&volume);
        for _ in 0..2 {
            volumes.link(&sandbox, &[link(&volume, "data")]).unwrap();
        }
    }

    #[test]
    fn link_replaces_nothing() {
        let (work, volumes, sandbox) = agent();
        let volume = VolumeId::new("r", "v");
        volumes.create(&volume);
        fs::write(sandbox.join("file"), "").unwrap();
        symlink("/nowhere", sandbox.join("dangling")).unwrap();
        let before = fs::read_dir(work.path()).unwrap().count();
        for name in ["", ".", "..", "file", "dangling", "nul\0", &"x".repeat(256)] {
            let refused = volumes.link(&sandbox, &[link(&volume, name)]).unwrap_err();
            let reasons = ["The existing symlink '", "Failed to symlink persistent volume from '"];
            assert!(reasons.iter().any(|reason| refused.starts_with(reason)), "{name}: {refused}");
        }
        assert_eq!(fs::read_dir(work.path()).unwrap().count(), before);
        assert_eq!(fs::read_dir(&sandbox).unwrap().count(), 2);
    }

    #[test]
    fn volume_stays_below_its_agent() {
        let (work, volumes, sandbox) = agent();
        let outside = TempDir::new().unwrap();
        fs::create_dir(outside.path().join("v")).unwrap();
        fs::create_dir_all(work.path().join("volumes/roles")).unwrap();
        symlink(outside.path(), work.path().join("volumes/roles/link")).unwrap();
        let long = "x".repeat(256);
        for (role, id) in [
            ("..", ".."),
            ("r", ".."),
            ("r", "a/b"),
            ("", "v"),
            ("r", "."),
            ("r", ""),
            ("r", "nul\0"),
            ("link", "v"),
            (&long[..], "v"),
            ("r", &long),
        ] {
            let volume = VolumeId::new(role, id);
            assert!(volumes.make(&volume).is_err(), "{volume:?}");
            assert!(volumes.remove(&volume).is_err(), "{volume:?}");
            assert!(volumes.link(&sandbox, &[link(&volume, "data")]).is_err(), "{volume:?}");
        }
        assert!(outside.path().join("v").exists());
    }
}
