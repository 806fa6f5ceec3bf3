//! What travels between the scheduler and its tasks, and what a task needs.

use mesos_sdk::{Payload, ResourceSpec};
use serde::{Deserialize, Serialize};

use crate::{
    page::BoardsPart,
    profile::Board,
    visit::{Failure, ProfileFound, Visit},
};

/// What a task needs on its agent.
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

impl Kind {
    /// Returns the id of the executor for tasks of this kind, and the argument that makes the
    /// program this executor.
    pub fn executor(self) -> (&'static str, &'static str) {
        match self {
            Self::Profile => ("PinUserProfileExecutor", "profile"),
            Self::Boards => ("PinUserBoardExecutor", "board"),
        }
    }
}

/// What a task is to do: the data of its `TaskInfo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Payload)]
#[payload(max_bytes = 4_194_304)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Fetch a user's page.
    Profile(Visit),
    /// Read the boards of a page that was fetched already: no page is fetched twice.
    Boards(BoardsPart),
}

impl Order {
    /// Returns which executor it is for.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Profile(_) => Kind::Profile,
            Self::Boards(_) => Kind::Boards,
        }
    }
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
