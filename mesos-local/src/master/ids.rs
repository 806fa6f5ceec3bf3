//! The ids that the master gives.

use bytes::Bytes;
use mesos_sdk::proto::v1::{AgentId, FrameworkId, OfferId};

use crate::random::Random;

/// Counters, and chance that comes from a seed alone.
#[derive(Debug)]
pub(super) struct Ids {
    master: String,
    frameworks: u64,
    agents: u64,
    offers: u64,
    random: Random,
}

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self { master: random.uuid().to_string(), frameworks: 0, agents: 0, offers: 0, random }
    }

    /// Returns the id of this run of the master.
    pub(super) fn master(&self) -> &str {
        &self.master
    }

    pub(super) fn framework(&mut self) -> FrameworkId {
        FrameworkId::from(format!("{}-{:04}", self.master, next(&mut self.frameworks)))
    }

    pub(super) fn agent(&mut self) -> AgentId {
        AgentId::from(format!("{}-S{}", self.master, next(&mut self.agents)))
    }

    pub(super) fn offer(&mut self) -> OfferId {
        OfferId::from(format!("{}-O{}", self.master, next(&mut self.offers)))
    }

    /// Creates an id for an event stream.
    pub(super) fn stream(&mut self) -> String {
        self.random.uuid().to_string()
    }

    /// Creates the uuid under which an agent reports on an operation.
    pub(super) fn operation(&mut self) -> Bytes {
        Bytes::copy_from_slice(self.random.uuid().as_bytes())
    }
}

fn next(counter: &mut u64) -> u64 {
    let value = *counter;
    *counter += 1;
    value
}
