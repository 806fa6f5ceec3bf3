//! The folder of all sandboxes.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::StartError;

/// Names a folder to keep sandboxes in.
const VARIABLE: &str = "MESOS_LOCAL_WORK_DIR";

#[derive(Debug)]
pub(super) enum WorkDir {
    Kept(PathBuf),
    /// Removed when it is dropped.
    Temporary(TempDir),
    /// There are no folders.
    Nowhere,
}

impl WorkDir {
    /// Returns the named folder, else the one that the environment names, else a temporary one.
    pub(super) fn create(named: Option<PathBuf>) -> Result<Self, StartError> {
        let named = named.or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from));
        match named {
            Some(path) => {
                // Executors get the paths of their sandboxes, and may run in other folders.
                let absolute = std::path::absolute(&path);
                let path = absolute.map_err(|source| StartError::WorkDir { path, source })?;
                make(&path).map(|()| Self::Kept(path))
            }
            None => tempfile::Builder::new()
                .prefix("mesos-local-")
                // Tasks of other users have to get to their sandboxes.
                .permissions(Permissions::from_mode(0o711))
                .tempdir()
                .map(Self::Temporary)
                .map_err(|source| StartError::WorkDir { path: std::env::temp_dir(), source }),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(folder) => folder.path(),
            Self::Nowhere => Path::new("/nowhere"),
        }
    }

    /// Returns the folder of one agent; it exists, if there are folders.
    pub(super) fn of_agent(&self, index: usize) -> Result<PathBuf, StartError> {
        let path = self.path().join(format!("agent-{index}"));
        match self {
            Self::Nowhere => Ok(path),
            Self::Kept(_) | Self::Temporary(_) => make(&path).map(|()| path),
        }
    }
}

fn make(path: &Path) -> Result<(), StartError> {
    std::fs::create_dir_all(path).map_err(|source| StartError::WorkDir { path: path.to_owned(), source })
}
