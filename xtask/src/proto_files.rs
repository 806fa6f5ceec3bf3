//! The files of `proto/`. The build script of `tools/wire-reference` has this file too.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Returns every `.proto` file in `folder` and below, in the order of their paths.
pub(crate) fn proto_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(proto_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
