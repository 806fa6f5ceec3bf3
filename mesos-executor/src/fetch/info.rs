//! What an agent passes to its fetcher.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::download::Stall;

/// The content of `MESOS_FETCHER_INFO`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct FetcherInfo {
    pub(super) sandbox_directory: PathBuf,
    /// Where the agent keeps what several tasks want.
    pub(super) cache_directory: Option<PathBuf>,
    #[serde(default)]
    pub(super) items: Vec<Item>,
    /// Who fetches.
    pub(super) user: Option<String>,
    /// Where relative paths begin.
    pub(super) frameworks_home: Option<PathBuf>,
    stall_timeout: Option<Nanoseconds>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Item {
    pub(super) uri: Uri,
    #[serde(default)]
    pub(super) action: Action,
    /// What the file is called in the cache, if it comes from there.
    pub(super) cache_filename: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) enum Action {
    /// Straight into the sandbox.
    #[default]
    #[serde(rename = "BYPASS_CACHE")]
    Bypass,
    /// Into the cache, and from there into the sandbox.
    #[serde(rename = "DOWNLOAD_AND_CACHE")]
    Download,
    /// It is in the cache.
    #[serde(rename = "RETRIEVE_FROM_CACHE")]
    Retrieve,
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
    nanoseconds: i64,
}

/// How long a download may stall, unless the agent sets another time.
const STALL_TIMEOUT: Duration = Duration::from_secs(60);

impl FetcherInfo {
    /// Returns how long a download may stall. As in Mesos, zero and negative times disable the
    /// limit.
    pub(super) fn stall_timeout(&self) -> Stall {
        let Some(timeout) = self.stall_timeout else { return Stall::AtMost(STALL_TIMEOUT) };
        let nanoseconds = u64::try_from(timeout.nanoseconds).ok().filter(|nanoseconds| *nanoseconds > 0);
        nanoseconds.map_or(Stall::Unlimited, |nanoseconds| Stall::AtMost(Duration::from_nanos(nanoseconds)))
    }
}

fn yes() -> bool {
    true
}
