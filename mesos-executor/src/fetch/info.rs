//! What an agent tells its fetcher.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

/// The content of `MESOS_FETCHER_INFO`. Where the agent's cache lies, and what is to come from it, is left out.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct FetcherInfo {
    pub(super) sandbox_directory: PathBuf,
    #[serde(default)]
    pub(super) items: Vec<Item>,
    /// To whom the sandbox is to belong.
    pub(super) user: Option<String>,
    /// Where relative paths begin.
    pub(super) frameworks_home: Option<PathBuf>,
    stall_timeout: Option<Nanoseconds>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Item {
    pub(super) uri: Uri,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Uri {
    pub(super) value: String,
    #[serde(default)]
    pub(super) executable: bool,
    #[serde(default = "yes")]
    pub(super) extract: bool,
    pub(super) output_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Nanoseconds {
    nanoseconds: u64,
}

/// For how long nothing may come, unless the agent says otherwise.
const STALL_TIMEOUT: Duration = Duration::from_secs(60);

impl FetcherInfo {
    pub(super) fn stall_timeout(&self) -> Duration {
        self.stall_timeout.map_or(STALL_TIMEOUT, |timeout| Duration::from_nanos(timeout.nanoseconds))
    }
}

fn yes() -> bool {
    true
}
