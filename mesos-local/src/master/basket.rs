//! What an ACCEPT spends.

use mesos_sdk::proto::v1::AgentId;
use mesos_sdk::resources::Resources;

/// The offers of one ACCEPT, and what its operations have left of them.
pub(super) struct Basket<'a> {
    pub(super) framework: &'a str,
    pub(super) agent: AgentId,
    pub(super) role: String,
    pub(super) remaining: Resources,
    /// The shared volumes in the offers, which any number of tasks may use.
    pub(super) shared: Resources,
    /// Volumes that were grown or shrunk, and what that left: not for other operations.
    pub(super) resized: Resources,
}
