//! Files in sandboxes, which is all that an agent shows.

use std::fs::Metadata;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use mesos_sdk::proto::v1::agent::call::ReadFile;
use mesos_sdk::proto::v1::{FileInfo, TimeInfo};
use mesos_sdk::regular_file;

use super::attached::shown;

/// The most that one READ gives, as in Mesos: 16 memory pages of 4 KiB.
const MAX_READ: u64 = 16 * 4096;

/// There is no such file, or it is not to be shown.
#[derive(Debug)]
pub(super) struct NoSuchFile(pub(super) String);

/// Returns the files of a folder.
pub(super) async fn list(root: PathBuf, path: String) -> Result<Vec<FileInfo>, NoSuchFile> {
    blocking(path, move |path| {
        let folder = shown(&root, path)?;
        let names = std::fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.file_name()));
        let names = names.collect::<io::Result<Vec<_>>>()?;
        // Like Mesos, shows what links lead to, and passes over what is not there (any more).
        let infos = names.iter().filter_map(|name| {
            let metadata = std::fs::metadata(folder.join(name)).ok()?;
            Some(info(&Path::new(path).join(name), &metadata))
        });
        let mut infos: Vec<_> = infos.collect();
        infos.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(infos)
    })
    .await
}

/// Returns the size of a file, and a piece of it.
pub(super) async fn read(root: PathBuf, read: ReadFile) -> Result<(u64, Bytes), NoSuchFile> {
    let ReadFile { path, offset, length } = read;
    blocking(path, move |path| {
        let mut file = regular_file::open(shown(&root, path)?)?;
        let size = file.metadata()?.len();
        let mut data = Vec::new();
        // No system seeks to where no file can end.
        file.seek(SeekFrom::Start(offset.min(size)))?;
        file.take(length.unwrap_or(MAX_READ).min(MAX_READ)).read_to_end(&mut data)?;
        Ok((size, data.into()))
    })
    .await
}

async fn blocking<T: Send + 'static>(
    path: String,
    work: impl FnOnce(&str) -> io::Result<T> + Send + 'static,
) -> Result<T, NoSuchFile> {
    let name = path.clone();
    let done = tokio::task::spawn_blocking(move || work(&path)).await;
    done.map_err(io::Error::other)
        .flatten()
        .map_err(|error| NoSuchFile(format!("Failed to show '{name}': {error}")))
}

fn info(path: &Path, metadata: &Metadata) -> FileInfo {
    let nanoseconds = metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec());
    FileInfo {
        path: path.display().to_string(),
        nlink: i32::try_from(metadata.nlink()).ok(),
        size: Some(metadata.len()),
        mtime: Some(TimeInfo { nanoseconds }),
        mode: Some(metadata.mode()),
        uid: Some(name_of(metadata.uid(), "/etc/passwd")),
        gid: Some(name_of(metadata.gid(), "/etc/group")),
    }
}

/// Returns the name of a user or a group in such a file, else its number.
fn name_of(id: u32, file: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let id = id.to_string();
    let named = text.lines().find(|line| line.split(':').nth(2) == Some(&id));
    named.and_then(|line| line.split(':').next()).map_or(id.clone(), str::to_owned)
}
