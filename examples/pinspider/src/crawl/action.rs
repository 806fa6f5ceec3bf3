//! What a crawl gets and what it wants done.

use mesos_sdk::proto::v1::{AgentId, OfferId};

use crate::{output::news::News, work::Order};

/// An offer, and how many tasks it has room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The offer.
    pub offer: OfferId,
    /// Whose it is.
    pub agent: AgentId,
    /// How many tasks fit.
    pub tasks: u64,
}

/// A task to launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// What it is to do.
    pub order: Order,
}

/// What the scheduler is to do for the crawl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Launch tasks on an offer, and decline what they leave of it.
    Launch {
        /// The offer.
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
    /// No offers are of use for now.
    Suppress,
    /// Offers are of use again.
    Revive,
    /// Show this to the user.
    Report(News),
    /// End the framework.
    Stop,
}
