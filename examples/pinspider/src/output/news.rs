//! What a crawl reports to the user.

use crate::{
    page_url::PageUrl,
    profile::{Board, Profile},
    work::Kind,
};

/// What a crawl reports to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A task was launched.
    Launched {
        /// The task's id.
        task: String,
        /// What kind of task.
        kind: Kind,
        /// The page of the user whom it is about.
        url: PageUrl,
    },
    /// A user's page was read.
    Read(PageUrl),
    /// A user is done: this is the result.
    Visited {
        /// The user's page.
        url: PageUrl,
        /// The profile.
        profile: Box<Profile>,
        /// The boards.
        boards: Vec<Board>,
    },
    /// A task has failed and will be tried again.
    Retrying {
        /// What kind of task.
        kind: Kind,
        /// The page of the user whom it is about.
        url: PageUrl,
        /// What happened.
        reason: String,
        /// How many times it was tried.
        tries: u32,
    },
    /// A user can't be visited.
    GaveUp {
        /// The user's page.
        url: PageUrl,
        /// What happened.
        reason: String,
    },
    /// Tasks wait, and no offer has had room for one for a while.
    Waiting,
    /// The master has been gone for too long.
    MasterLost,
}
