//! What tasks do with pages: they fetch and read them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::{task::spawn_blocking, time::sleep};

use crate::{
    error_line::error_line,
    fetch::{FetchError, Fetched, Fetcher},
    page::{BoardsPart, PageError, UserPage},
    page_url::PageUrl,
    profile::{Board, Profile},
};

/// The longest part of a page with boards, in bytes, that is handed from a profile task to a board
/// task.
pub const MAX_BOARDS_PART: usize = 1 << 20;

/// Which page to fetch, and when: so all agents together ask the site at the right rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The user's page.
    pub url: PageUrl,
    /// How long to wait before that, in milliseconds.
    pub wait_ms: u64,
    /// How far apart requests to the site must be, in milliseconds.
    pub gap_ms: u64,
}

/// What is found on a user's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileFound {
    /// Where the page is, after redirects.
    pub url: PageUrl,
    /// The profile on it.
    pub profile: Profile,
    /// The pages of other users that it links to.
    pub links: Vec<PageUrl>,
    /// The part of the page with the boards.
    pub boards: BoardsPart,
}

/// Why nothing is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The reason, for people.
    pub reason: String,
    /// Whether another try may succeed.
    pub temporary: bool,
}

impl Failure {
    /// Creates a failure that another try would not fix.
    pub fn lasting(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), temporary: false }
    }

    /// Creates a failure after which another try may succeed.
    pub fn passing(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), temporary: true }
    }
}

/// Fetches a user's page and reads the profile.
///
/// # Errors
/// When the page can't be fetched or read, or has too many boards.
pub async fn profile(fetcher: &Fetcher, visit: Visit) -> Result<ProfileFound, Failure> {
    let Visit { url, wait_ms, gap_ms } = visit;
    sleep(Duration::from_millis(wait_ms)).await;
    let failure = |error: FetchError| Failure { reason: error_line(&error), temporary: error.is_temporary() };
    let Fetched { url, html } = fetcher.page(&url, Duration::from_millis(gap_ms)).await.map_err(failure)?;
    let place = url.clone();
    let UserPage { profile, links, boards } = aside(move || UserPage::read(&html, &place)).await?;
    let size = serde_json::to_vec(&boards).map_err(|error| Failure::lasting(error_line(&error)))?.len();
    if size > MAX_BOARDS_PART {
        let text = format!("the boards take {size} bytes of the page, more than {MAX_BOARDS_PART}");
        return Err(Failure::lasting(text));
    }
    Ok(ProfileFound { url, profile, links, boards })
}

/// Reads the boards of a page from its part with them.
///
/// # Errors
/// When they can't be read.
pub async fn boards(part: BoardsPart) -> Result<Vec<Board>, Failure> {
    aside(move || part.boards()).await
}

/// Reads a page on a separate thread, so that kills arrive; a task that is killed meanwhile is
/// reported at once.
async fn aside<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, PageError> + Send + 'static,
) -> Result<T, Failure> {
    let done = spawn_blocking(read).await;
    let done = done.map_err(|error| Failure::lasting(format!("the page can't be read: {error}")))?;
    done.map_err(|error| Failure::lasting(error_line(&error)))
}
