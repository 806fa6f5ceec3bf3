//! What has happened to one framework, for its metrics.

use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::proto::v1::offer::operation;
use mesos_sdk::proto::v1::scheduler::{Event, call, event};

use crate::tally::Tally;

/// How often it has happened.
#[derive(Debug, Default)]
pub(super) struct FrameworkCounters {
    pub(super) calls: Tally<call::Type>,
    pub(super) events: Tally<event::Type>,
    /// Each launched task counts, but a group counts once.
    pub(super) operations: Tally<operation::Type>,
    pub(super) ended_tasks: Tally<TaskState>,
    pub(super) offers_sent: u64,
    pub(super) offers_accepted: u64,
    pub(super) offers_declined: u64,
    pub(super) offers_rescinded: u64,
}

impl FrameworkCounters {
    /// Counts an event, which may be one that a disconnected framework never gets.
    pub(super) fn count_event(&mut self, event: &Event) {
        self.events.count(event.r#type());
        self.offers_sent += event.offers.as_ref().map_or(0, |offers| offers.offers.len() as u64);
    }
}
