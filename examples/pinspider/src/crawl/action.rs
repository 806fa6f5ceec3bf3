//! What a crawl wants done.

use mesos_sdk::proto::v1::{AgentId, OfferId};

use crate::{
    page_url::PageUrl,
    profile::{Board, Profile},
    work::{Kind, Order},
};

/// What the scheduler is to do for the crawl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Launch these tasks on an offer.
    Launch {
        /// The offer; what the tasks leave of it is declined.
        offer: OfferId,
        /// Whose it is.
        agent: AgentId,
        /// At least one.
        tasks: Vec<Task>,
    },
    /// Decline these offers.
    Decline(Vec<OfferId>),
    /// Kill a task.
    Kill(String, AgentId),
    /// Ask how these tasks are.
    Reconcile(Vec<(String, AgentId)>),
    /// No offers are of use for now.
    Suppress,
    /// Offers are of use again.
    Revive,
    /// Show this to the user.
    Report(News),
    /// End the framework.
    Stop,
}

/// A task to launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// What it is to do.
    pub order: Order,
}

/// What the user may want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A task is launched.
    Launched {
        /// The task's id.
        task: String,
        /// What kind of task.
        kind: Kind,
        /// About whom.
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
        /// About whom.
        url: PageUrl,
        /// What happened.
        reason: String,
        /// How often it was tried by now.
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
    /// The master is gone for too long.
    MasterLost,
}
