//! Where an acknowledgement is decided: only after the handler has returned Ok, and once for each arrival.
//!
//! Agents send an update again until it is acknowledged, so it may arrive while its handler is at work, or after an
//! acknowledgement got lost. The handler sees it once all the same.

use std::collections::{HashSet, VecDeque};

use bytes::Bytes;

use crate::proto::v1::scheduler::call::Acknowledge;
use crate::proto::v1::{TaskId, TaskStatus};

/// How many handled updates are remembered. An agent has one unacknowledged update for each task, so an older one
/// than these can come again only where more tasks than that end at the same time and their acknowledgements get lost.
const MAX_REMEMBERED: usize = 100_000;

/// Names one update.
type Key = (TaskId, Bytes);

/// What is known of the updates that arrived.
#[derive(Debug, Default)]
pub(crate) struct Acknowledgements {
    in_hand: HashSet<Key>,
    handled: HashSet<Key>,
    /// The handled ones, oldest first.
    order: VecDeque<Key>,
}

/// What to do with an update that has arrived.
#[derive(Debug, PartialEq)]
pub(crate) enum Arrival {
    /// Give it to the handler.
    New,
    /// The handler has it right now: what it returns decides.
    InHand,
    /// The handler has had it: only the acknowledgement got lost.
    Handled(Acknowledge),
}

impl Acknowledgements {
    pub(crate) fn arrived(&mut self, status: &TaskStatus) -> Arrival {
        let Some(acknowledge) = acknowledge(status) else { return Arrival::New };
        let key = (acknowledge.task_id.clone(), acknowledge.uuid.clone());
        if self.handled.contains(&key) {
            return Arrival::Handled(acknowledge);
        }
        match self.in_hand.insert(key) {
            true => Arrival::New,
            false => Arrival::InHand,
        }
    }

    /// The handler has returned: `acknowledge` is of the update it had, `ok` what it said.
    pub(crate) fn handled(&mut self, acknowledge: Acknowledge, ok: bool) -> Option<Acknowledge> {
        let key = (acknowledge.task_id.clone(), acknowledge.uuid.clone());
        self.in_hand.remove(&key);
        if ok {
            self.remember(key);
        }
        ok.then_some(acknowledge)
    }

    fn remember(&mut self, key: Key) {
        if self.order.len() == MAX_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.handled.remove(&oldest);
        }
        self.order.push_back(key.clone());
        self.handled.insert(key);
    }
}

/// The acknowledgement that an update wants. Those that a master makes itself have no uuid and want none; without an
/// agent there is nobody to tell.
pub(crate) fn acknowledge(status: &TaskStatus) -> Option<Acknowledge> {
    let uuid = status.uuid.clone().filter(|uuid| !uuid.is_empty())?;
    Some(Acknowledge { agent_id: status.agent_id.clone()?, task_id: status.task_id.clone(), uuid })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::AgentId;

    fn status(task: &str, uuid: Option<u8>) -> TaskStatus {
        TaskStatus {
            task_id: TaskId { value: task.to_owned() },
            agent_id: Some(AgentId { value: "a".to_owned() }),
            uuid: uuid.map(|byte| Bytes::from(vec![byte; 16])),
            ..TaskStatus::default()
        }
    }

    #[test]
    fn ack6_an_update_is_handled_once_and_acknowledged_each_time_it_comes() {
        let mut known = Acknowledgements::default();
        let update = status("t", Some(1));
        let wanted = acknowledge(&update).unwrap();
        assert_eq!(known.arrived(&update), Arrival::New);
        assert_eq!(known.arrived(&update), Arrival::InHand);
        assert_eq!(known.handled(wanted.clone(), true), Some(wanted.clone()));
        assert_eq!(known.arrived(&update), Arrival::Handled(wanted));
        assert_eq!(known.arrived(&status("other", Some(1))), Arrival::New);
    }

    #[test]
    fn v0ack_a_failed_handler_gets_the_update_again() {
        let mut known = Acknowledgements::default();
        let update = status("t", Some(1));
        assert_eq!(known.arrived(&update), Arrival::New);
        assert_eq!(known.handled(acknowledge(&update).unwrap(), false), None);
        assert_eq!(known.arrived(&update), Arrival::New);
    }

    #[test]
    fn ack1_without_a_uuid_there_is_nothing_to_acknowledge() {
        assert_eq!(acknowledge(&status("t", None)), None);
        let mut empty = status("t", None);
        empty.uuid = Some(Bytes::new());
        assert_eq!(acknowledge(&empty), None);
        let mut known = Acknowledgements::default();
        assert_eq!(known.arrived(&empty), Arrival::New);
        assert_eq!(known.arrived(&empty), Arrival::New);
    }

    #[test]
    fn the_memory_of_handled_updates_is_bounded() {
        let mut known = Acknowledgements::default();
        for number in 0..=MAX_REMEMBERED {
            let update = status(&number.to_string(), Some(1));
            assert_eq!(known.arrived(&update), Arrival::New);
            known.handled(acknowledge(&update).unwrap(), true);
        }
        assert_eq!(known.handled.len(), MAX_REMEMBERED);
        assert_eq!(known.arrived(&status("0", Some(1))), Arrival::New);
    }
}
