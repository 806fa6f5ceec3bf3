//! The ids that the master gives.

use bytes::Bytes;
use mesos_sdk::proto::v1::{AgentId, FrameworkId, OfferId};

/// Counters, and chance that comes from a seed alone.
#[derive(Debug)]
pub(super) struct Ids {
    master: String,
    frameworks: u64,
    agents: u64,
    offers: u64,
    random: u64,
}

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        let mut ids = Self { master: String::new(), frameworks: 0, agents: 0, offers: 0, random: seed };
        ids.master = ids.uuid();
        ids
    }

    /// The id of this run of the master.
    pub(super) fn master(&self) -> &str {
        &self.master
    }

    pub(super) fn framework(&mut self) -> FrameworkId {
        FrameworkId { value: format!("{}-{:04}", self.master, next(&mut self.frameworks)) }
    }

    pub(super) fn agent(&mut self) -> AgentId {
        AgentId { value: format!("{}-S{}", self.master, next(&mut self.agents)) }
    }

    pub(super) fn offer(&mut self) -> OfferId {
        OfferId { value: format!("{}-O{}", self.master, next(&mut self.offers)) }
    }

    /// A new id for an event stream.
    pub(super) fn stream(&mut self) -> String {
        self.uuid()
    }

    /// What an agent reports on an operation under.
    pub(super) fn operation(&mut self) -> Bytes {
        Bytes::copy_from_slice(self.random_uuid().as_bytes())
    }

    fn uuid(&mut self) -> String {
        self.random_uuid().to_string()
    }

    fn random_uuid(&mut self) -> uuid::Uuid {
        let (high, low) = (self.random(), self.random());
        let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Splitmix64.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

fn next(counter: &mut u64) -> u64 {
    let value = *counter;
    *counter += 1;
    value
}
