//! Work that is done with the rights of a task's user instead of this process' own.

use std::ffi::CString;
use std::fs::File;
use std::future::Future;
use std::io;
use std::os::unix::fs::{chown, fchown};
use std::path::Path;
use std::thread;

use rustix::process::{Gid, Uid, geteuid};
use tokio::sync::oneshot;

/// A user of this system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    name: String,
    uid: Uid,
    gid: Gid,
    groups: Vec<Gid>,
}

impl User {
    /// Looks up a user by name; `None` if this system knows no such user.
    ///
    /// # Errors
    ///
    /// That of the system's directory of users.
    pub fn find(name: &str) -> io::Result<Option<Self>> {
        let Ok(c_name) = CString::new(name) else { return Ok(None) };
        let Some(found) = nix::unistd::User::from_name(name)? else { return Ok(None) };
        let groups = nix::unistd::getgrouplist(&c_name, found.gid)?;
        Ok(Some(Self {
            name: name.to_owned(),
            uid: Uid::from_raw(found.uid.as_raw()),
            gid: Gid::from_raw(found.gid.as_raw()),
            groups: groups.into_iter().map(|group| Gid::from_raw(group.as_raw())).collect(),
        }))
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether this process has this user's rights already.
    pub fn is_own(&self) -> bool {
        geteuid() == self.uid
    }

    /// Gives a file or folder to this user.
    ///
    /// # Errors
    ///
    /// That of the system; unless this process is root's, it may not.
    pub fn own(&self, path: &Path) -> io::Result<()> {
        chown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw()))
    }

    /// Gives an open file to this user.
    ///
    /// # Errors
    ///
    /// As those of [`own`](Self::own).
    pub fn own_file(&self, file: &File) -> io::Result<()> {
        fchown(file, Some(self.uid.as_raw()), Some(self.gid.as_raw()))
    }

    /// Drops the rights of this thread, for good, for those of the user.
    fn take_over_thread(&self) -> io::Result<()> {
        use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
        if self.is_own() {
            return Ok(());
        }
        set_thread_groups(&self.groups)?;
        set_thread_res_gid(self.gid, self.gid, self.gid)?;
        set_thread_res_uid(self.uid, self.uid, self.uid)?;
        Ok(())
    }

    fn refused(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("can't act as the user {}: {error}", self.name))
    }
}

/// Does `work` on a thread, with a runtime, that has the rights of `user`: what the work starts,
/// processes included, has them too. Dropping the future drops the work.
///
/// # Errors
///
/// If the thread can't be started, or this process may not act as the user.
pub async fn run_as<T: Send + 'static>(
    user: Option<User>,
    work: impl Future<Output = T> + Send + 'static,
) -> io::Result<T> {
    let (sender, done) = oneshot::channel();
    thread::Builder::new()
        .name("task-user".to_owned())
        .spawn(move || work_as(user.as_ref(), work, sender))?;
    done.await.map_err(|_| io::Error::other("the work for a task has panicked"))?
}

fn work_as<T>(user: Option<&User>, work: impl Future<Output = T>, mut done: oneshot::Sender<io::Result<T>>) {
    let ready = user.map_or(Ok(()), |user| user.take_over_thread().map_err(|error| user.refused(&error)));
    let runtime = ready.and_then(|()| tokio::runtime::Builder::new_current_thread().enable_all().build());
    // Nobody may be waiting any more.
    let _ = match runtime {
        Err(error) => done.send(Err(error)),
        Ok(runtime) => {
            let worked = runtime.block_on(async {
                tokio::select! {
                    worked = work => Some(worked),
                    () = done.closed() => None,
                }
            });
            worked.map_or(Ok(()), |worked| done.send(Ok(worked)))
        }
    };
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn command_has_the_rights_of_its_user() {
        let Some(nobody) = User::find("nobody").unwrap().filter(|_| geteuid().is_root()) else {
            eprintln!("SKIPPED: only root can act as another user");
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        fs::write(&secret, "hush").unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
        let (read, made) = (secret.clone(), folder.path().join("made"));
        let work = async move {
            tokio::fs::write(made, "").await.unwrap();
            let cat = tokio::process::Command::new("/bin/cat").arg(&read).output().await.unwrap();
            (tokio::fs::read(read).await.map_err(|error| error.kind()), cat.status.success())
        };
        let (by_file, by_process) = run_as(Some(nobody.clone()), work).await.unwrap();
        assert_eq!((by_file, by_process), (Err(io::ErrorKind::PermissionDenied), false));
        assert_eq!(fs::metadata(folder.path().join("made")).unwrap().uid(), nobody.uid.as_raw());
        assert_eq!(fs::read(secret).unwrap(), b"hush");
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_is_dropped() {
        let (alive, mut dropped) = oneshot::channel::<()>();
        let work = async move {
            let _alive = alive;
            std::future::pending::<()>().await;
        };
        assert!(tokio::time::timeout(Duration::from_millis(50), run_as(None, work)).await.is_err());
        tokio::time::timeout(Duration::from_secs(10), &mut dropped).await.unwrap().unwrap_err();
    }

    #[test]
    fn users_are_known_or_not() {
        assert_eq!(User::find("no such user").unwrap(), None);
        assert_eq!(User::find("with a \0").unwrap(), None);
        assert!(User::find("root").unwrap().is_some_and(|root| root.is_own() == geteuid().is_root()));
    }
}
