//! The streams that are replayed: events as a busy master has them, each a record, each record an
//! HTTP chunk.

mod events;
mod ids;
mod offer;

use std::io::Write as _;

use mesos_sdk::proto::v1::scheduler::Event;
use mesos_sdk::wire::Encoding;

pub use events::{heartbeat, subscribed};
pub use ids::FRAMEWORK_ID;

/// What the events are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// HEARTBEAT, RESCIND, HEARTBEAT, FAILURE and so on: the smallest there are, nothing to answer.
    Small,
    /// UPDATE, each of another task.
    Updates,
    /// OFFERS of so many offers each.
    Offers(usize),
    /// What a master sends when it is asked for all its tasks, and then one OFFERS of all its
    /// agents.
    Cluster {
        /// How many agents; the last event has an offer of each.
        agents: usize,
        /// How many tasks; an UPDATE of each, which wants no acknowledgement.
        tasks: usize,
    },
}

/// What follows SUBSCRIBED, ready to be written.
#[derive(Debug)]
pub struct Stream {
    /// What the events are.
    pub mix: Mix,
    /// How they are encoded.
    pub encoding: Encoding,
    /// How many they are.
    pub events: usize,
    /// All chunks of the body.
    pub bytes: Vec<u8>,
    /// Where each event ends in them.
    pub ends: Vec<usize>,
}

impl Stream {
    /// Makes the events; the same ones for the same arguments.
    pub fn new(mix: Mix, encoding: Encoding, events: usize) -> Self {
        let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(events));
        for index in 0..events {
            chunk(&mut bytes, encoding, &event(mix, index));
            ends.push(bytes.len());
        }
        Self { mix, encoding, events, bytes, ends }
    }

    /// Returns how many updates or offers there are to answer.
    pub fn answers(&self) -> usize {
        match self.mix {
            Mix::Small => 0,
            Mix::Updates => self.events,
            Mix::Offers(each) => self.events * each,
            Mix::Cluster { agents, .. } => agents,
        }
    }

    /// Returns the event that has this update or offer.
    pub fn event_of(&self, answer: usize) -> usize {
        match self.mix {
            Mix::Small | Mix::Updates => answer,
            Mix::Offers(each) => answer / each,
            Mix::Cluster { tasks, .. } => tasks,
        }
    }
}

/// Creates one event of a mix.
pub fn event(mix: Mix, index: usize) -> Event {
    match mix {
        Mix::Small => events::small(index),
        Mix::Updates => events::update(index),
        Mix::Offers(each) => events::offers(index * each..(index + 1) * each),
        Mix::Cluster { agents, tasks } if index == tasks => events::offers(0..agents),
        Mix::Cluster { .. } => events::reconciled(index),
    }
}

/// Returns the update that has this uuid.
pub fn index_of_update(uuid: &[u8]) -> Option<usize> {
    let index = usize::try_from(u64::from_be_bytes(uuid.get(8..16)?.try_into().ok()?)).ok()?;
    (events::uuid(index) == uuid).then_some(index)
}

/// Returns the offer that has this id.
pub fn index_of_offer(id: &str) -> Option<usize> {
    id.strip_prefix(ids::MASTER_ID)?.strip_prefix("-O")?.parse().ok()
}

/// Appends an event as one record in one HTTP chunk, which is how a master writes it.
pub fn chunk(out: &mut Vec<u8>, encoding: Encoding, event: &Event) {
    let body = encoding.encode(event);
    let length = body.len().to_string();
    // Writing to memory does not fail.
    let _ = write!(out, "{:x}\r\n{length}\n", length.len() + 1 + body.len());
    out.extend_from_slice(&body);
    out.extend_from_slice(b"\r\n");
}
