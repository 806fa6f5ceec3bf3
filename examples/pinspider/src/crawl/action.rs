//! The inputs of a crawl, and the actions that it asks for.

use mesos_sdk::proto::v1::{AgentId, OfferId};

use crate::{output::news::News, work::Order};

/// An offer, and how many tasks it has room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The offer.
    pub offer: OfferId,
    /// The agent that offers it.
    pub agent: AgentId,
    /// How many tasks fit.
    pub tasks: u64,
}

/// A task to launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// Its work.
    pub order: Order,
}

/// What the scheduler does for the crawl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Launch tasks on an offer, and decline what they leave of it.
    Launch {
        /// The offer.
        offer: OfferId,
        /// The agent that offers it.
        agent: AgentId,
        /// The tasks, at least one.
        tasks: Vec<Task>,
    },
    /// Decline these offers.
    Decline(Vec<OfferId>),
    /// Kill a task.
    Kill(String, AgentId),
    /// Suppress offers: none are of use for now.
    Suppress,
    /// Revive offers: they are of use again.
    Revive,
    /// Show this to the user.
    Report(News),
    /// End the framework.
    Stop,
}
