//! Copies and downloads files into folders.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use mesos_sdk::regular_file;
use tokio::io::AsyncWriteExt as _;

use super::download::{Stall, download};
use super::folder::Folder;
use super::plan::Source;

/// What a file that is copied may be for others than its owner: what it was, without setuid and the
/// like.
const COPIED: u32 = 0o777;

pub(super) async fn fetch_one(
    source: &Source,
    folder: &Folder,
    target: &Path,
    stall: Stall,
) -> Result<(), String> {
    let create = || folder.create(target).map_err(|error| in_folder(target, &error));
    match source {
        Source::File(path) => {
            let from = regular_file::open(path).map_err(|error| error.to_string())?;
            copy(from, create()?).await.map_err(|error| error.to_string())
        }
        Source::Web(url) => download(url.clone(), create()?, stall).await,
    }
}

/// Copies from one folder to another.
pub(super) async fn copy_within(from: &Folder, name: &Path, to: (&Folder, &Path)) -> Result<(), String> {
    let source = from.read(name).map_err(|error| in_folder(name, &error))?;
    let target = to.0.create(to.1).map_err(|error| in_folder(to.1, &error))?;
    copy(source, target).await.map_err(|error| error.to_string())
}

pub(super) fn make_executable(folder: &Folder, file: &Path) -> Result<(), String> {
    let made = folder.read(file).and_then(|file| file.set_permissions(Permissions::from_mode(0o755)));
    made.map_err(|error| in_folder(file, &error))
}

pub(super) fn in_folder(file: &Path, error: &io::Error) -> String {
    format!("{}: {error}", file.display())
}

async fn copy(from: File, to: File) -> io::Result<()> {
    let mode = from.metadata()?.permissions().mode() & COPIED;
    to.set_permissions(Permissions::from_mode(mode))?;
    let (mut from, mut to) = (tokio::fs::File::from_std(from), tokio::fs::File::from_std(to));
    tokio::io::copy(&mut from, &mut to).await?;
    to.flush().await
}
