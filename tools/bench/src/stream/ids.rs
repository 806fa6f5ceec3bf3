//! Ids of everything, made from the index of an event.

use fastrand::Rng;
use mesos_sdk::proto::v1::{AgentId, OfferId};

pub(super) const MASTER_ID: &str = "5d1a3c52-0f6c-4b53-9c39-6f0d5d5be0a7";
/// Whose events these are.
pub const FRAMEWORK_ID: &str = "5d1a3c52-0f6c-4b53-9c39-6f0d5d5be0a7-0007";
/// The events are of so many agents.
pub(super) const AGENTS: usize = 400;

pub(super) fn offer_id(index: usize) -> OfferId {
    OfferId { value: format!("{MASTER_ID}-O{index}") }
}

pub(super) fn agent_id(index: usize) -> AgentId {
    AgentId { value: format!("{MASTER_ID}-S{}", index % AGENTS) }
}

pub(super) fn random(index: usize) -> Rng {
    Rng::with_seed(index as u64)
}
