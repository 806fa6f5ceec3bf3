//! What travels between the scheduler and its tasks, and what a task needs.

use mesos_sdk::{Payload, ResourceSpec};
use serde::{Deserialize, Serialize};

use crate::{
    page::BoardsPart,
    page_url::PageUrl,
    profile::{Board, Profile},
};

/// The longest part of a page with boards, in bytes, that is handed from a profile task to a board
/// task.
pub const MAX_BOARDS_PART: usize = 1 << 20;

/// What a task needs on its agent: 1 CPU and 128 MB.
#[derive(Debug, Clone, Copy, PartialEq, ResourceSpec)]
pub struct TaskResources {
    /// CPUs.
    pub cpus: f64,
    /// Memory in megabytes.
    pub mem: f64,
}

/// What each task gets.
pub const PER_TASK: TaskResources = TaskResources { cpus: 1.0, mem: 128.0 };

/// The two kinds of task, each with a separate executor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum)]
pub enum Kind {
    /// Fetches a user's page and reads the profile.
    Profile,
    /// Reads the boards from what the profile task has fetched.
    #[value(name = "board")]
    Boards,
}

/// What a task is to do: the data of its `TaskInfo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Payload)]
#[payload(max_bytes = 4_194_304)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Fetch the page at `url`.
    Profile {
        /// The user's page.
        url: PageUrl,
        /// How long to wait before that, in milliseconds: so the site is asked at the right rate by
        /// all agents together.
        wait_ms: u64,
        /// How far apart requests to the site must be, in milliseconds.
        gap_ms: u64,
    },
    /// Read the boards of a page that was fetched already: no page is fetched twice.
    Boards {
        /// What the profile task handed on.
        part: BoardsPart,
    },
}

/// What a task has found: a framework message, and once more the data of its last `TaskStatus`,
/// since messages may be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Payload)]
#[payload(max_bytes = 8_388_608)]
pub struct Report {
    /// The task's id.
    pub task: String,
    /// What it found.
    pub found: Found,
}

/// What a task can find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// A user's page.
    Profile(Box<ProfileFound>),
    /// A user's boards.
    Boards(Vec<Board>),
    /// Nothing, for a reason.
    Nothing(Failure),
}

/// What a profile task has found on a user's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileFound {
    /// Where the page is, after redirects.
    pub url: PageUrl,
    /// The profile on it.
    pub profile: Profile,
    /// The pages of other users that it links to.
    pub links: Vec<PageUrl>,
    /// The part of the page with the boards, for the board task.
    pub boards: BoardsPart,
}

/// Why a task has found nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The reason, for people.
    pub reason: String,
    /// Whether another try may succeed.
    pub temporary: bool,
}

impl Kind {
    /// Returns the id of the executor for tasks of this kind.
    pub fn executor_id(self) -> &'static str {
        match self {
            Self::Profile => "PinUserProfileExecutor",
            Self::Boards => "PinUserBoardExecutor",
        }
    }

    /// Returns the argument that makes the program this executor.
    pub fn argument(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Boards => "board",
        }
    }
}

impl Order {
    /// Returns which executor it is for.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Profile { .. } => Kind::Profile,
            Self::Boards { .. } => Kind::Boards,
        }
    }
}
