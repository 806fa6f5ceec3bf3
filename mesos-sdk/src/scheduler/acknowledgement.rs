//! Where an acknowledgement is decided: only after the handler has returned Ok, and once for each arrival.
//!
//! Agents send an update again until it is acknowledged, so it may arrive while its handler is at work, or after an
//! acknowledgement got lost. The handler sees it once all the same.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use crate::proto::v1::scheduler::call::{Acknowledge, AcknowledgeOperationStatus};
use crate::proto::v1::{OperationStatus, TaskStatus};

/// How many handled updates are remembered. An agent has one unacknowledged update for each task, so an older one
/// than these can come again only where more tasks than that end at the same time and their acknowledgements get lost.
const MAX_REMEMBERED: usize = 100_000;

/// The uuid of an update and the id of its task or operation, in one piece, because many are remembered. A copy: the
/// uuid itself is a part of the buffer that it came in, and would keep all of that.
type Key = Arc<[u8]>;

fn key(uuid: &[u8], id: &str) -> Key {
    // With the length no two pairs make one key.
    [&uuid.len().to_le_bytes(), uuid, id.as_bytes()].concat().into()
}

/// An acknowledgement that an update wants.
pub(crate) trait Wanted {
    fn key(&self) -> Key;
}

impl Wanted for Acknowledge {
    fn key(&self) -> Key {
        key(&self.uuid, &self.task_id.value)
    }
}

impl Wanted for AcknowledgeOperationStatus {
    fn key(&self) -> Key {
        key(&self.uuid, &self.operation_id.value)
    }
}

/// What is known of the updates that arrived.
#[derive(Debug)]
pub(crate) struct Acknowledgements<A> {
    /// Those whose handler has not returned, and those that are held.
    in_hand: HashSet<Key>,
    /// The one that its handler has left for later, until that handler returns.
    left: Option<Key>,
    handled: HashSet<Key>,
    /// The handled ones, oldest first.
    order: VecDeque<Key>,
    kind: std::marker::PhantomData<A>,
}

impl<A> Default for Acknowledgements<A> {
    fn default() -> Self {
        Self {
            in_hand: HashSet::new(),
            left: None,
            handled: HashSet::new(),
            order: VecDeque::new(),
            kind: std::marker::PhantomData,
        }
    }
}

/// What to do with an update that has arrived.
#[derive(Debug, PartialEq)]
pub(crate) enum Arrival<A> {
    /// Give it to the handler.
    New,
    /// The handler has it right now: what it returns decides.
    InHand,
    /// The handler has had it: only the acknowledgement got lost.
    Handled(A),
}

impl<A: Wanted> Acknowledgements<A> {
    /// An update came; `wanted` is the acknowledgement that it wants, if any.
    pub(crate) fn arrived(&mut self, wanted: Option<A>) -> Arrival<A> {
        let Some(wanted) = wanted else { return Arrival::New };
        let key = wanted.key();
        if self.handled.contains(&key) {
            return Arrival::Handled(wanted);
        }
        match self.in_hand.insert(key) {
            true => Arrival::New,
            false if defect!(HandOverAgain) => Arrival::New,
            false => Arrival::InHand,
        }
    }

    /// The handler has returned: `wanted` is of the update it had, `ok` what it said. That decides, unless it has left
    /// the decision for later.
    pub(crate) fn handled(&mut self, wanted: A, ok: bool) -> Option<A> {
        match self.left.take().filter(|_| !defect!(AcknowledgeHeld)) {
            Some(left) if left == wanted.key() => None,
            _ => self.decided(wanted, ok),
        }
    }

    /// The handler that has this update leaves the decision for later.
    pub(crate) fn held(&mut self, wanted: &A) {
        self.left = Some(wanted.key());
    }

    /// What is to become of an update.
    pub(crate) fn decided(&mut self, wanted: A, ok: bool) -> Option<A> {
        let ok = ok || defect!(AcknowledgeAfterError);
        let key = wanted.key();
        self.in_hand.remove(&key);
        if !ok && defect!(RejectedIsHandled) {
            self.remember(Arc::clone(&key));
        }
        if ok && !defect!(ForgetHandled) {
            self.remember(key);
        }
        (ok && !defect!(AcknowledgeNothing)).then_some(wanted)
    }

    fn remember(&mut self, key: Key) {
        if self.order.len() == MAX_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.handled.remove(&oldest);
        }
        self.order.push_back(Arc::clone(&key));
        self.handled.insert(key);
    }
}

/// The acknowledgement that an update wants. Those that a master makes itself have no uuid and want none; without an
/// agent there is nobody to tell.
pub(crate) fn wanted(status: &TaskStatus) -> Option<Acknowledge> {
    let uuid = status.uuid.clone().filter(|uuid| !uuid.is_empty())?;
    Some(Acknowledge { agent_id: status.agent_id.clone()?, task_id: status.task_id.clone(), uuid })
}

/// The same for an operation's update. Only operations with an id have them.
pub(crate) fn wanted_operation(status: &OperationStatus) -> Option<AcknowledgeOperationStatus> {
    let uuid = status.uuid.as_ref().map(|uuid| uuid.value.clone()).filter(|uuid| !uuid.is_empty())?;
    let agent_id = Some(status.agent_id.clone()?);
    let resource_provider_id = status.resource_provider_id.clone();
    Some(AcknowledgeOperationStatus {
        agent_id,
        resource_provider_id,
        uuid,
        operation_id: status.operation_id.clone()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    use crate::proto::v1::{AgentId, OperationId, TaskId, Uuid};

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
        let acknowledge = wanted(&update).unwrap();
        assert_eq!(known.arrived(wanted(&update)), Arrival::New);
        assert_eq!(known.arrived(wanted(&update)), Arrival::InHand);
        assert_eq!(known.handled(acknowledge.clone(), true), Some(acknowledge.clone()));
        assert_eq!(known.arrived(wanted(&update)), Arrival::Handled(acknowledge));
        assert_eq!(known.arrived(wanted(&status("other", Some(1)))), Arrival::New);
    }

    #[test]
    fn v0ack_a_failed_handler_gets_the_update_again() {
        let mut known = Acknowledgements::default();
        let update = status("t", Some(1));
        assert_eq!(known.arrived(wanted(&update)), Arrival::New);
        assert_eq!(known.handled(wanted(&update).unwrap(), false), None);
        assert_eq!(known.arrived(wanted(&update)), Arrival::New);
    }

    #[test]
    fn ack3_v0ack_a_held_update_is_acknowledged_when_it_is_decided_and_not_by_the_handler() {
        for before_the_return in [false, true] {
            let mut known = Acknowledgements::default();
            let update = status("t", Some(1));
            let acknowledge = wanted(&update).unwrap();
            assert_eq!(known.arrived(wanted(&update)), Arrival::New);
            known.held(&acknowledge);
            if before_the_return {
                assert_eq!(known.decided(acknowledge.clone(), true), Some(acknowledge.clone()));
                assert_eq!(known.handled(acknowledge.clone(), true), None);
            } else {
                assert_eq!(known.handled(acknowledge.clone(), true), None);
                assert_eq!(known.arrived(wanted(&update)), Arrival::InHand);
                assert_eq!(known.decided(acknowledge.clone(), true), Some(acknowledge.clone()));
            }
            assert_eq!(known.arrived(wanted(&update)), Arrival::Handled(acknowledge));
        }
    }

    #[test]
    fn ack6_a_held_update_that_is_rejected_is_handed_over_again() {
        let mut known = Acknowledgements::default();
        let update = status("t", Some(1));
        let acknowledge = wanted(&update).unwrap();
        known.arrived(wanted(&update));
        known.held(&acknowledge);
        // The handler's error decides nothing either.
        assert_eq!(known.handled(acknowledge.clone(), false), None);
        assert_eq!(known.arrived(wanted(&update)), Arrival::InHand);
        assert_eq!(known.decided(acknowledge.clone(), false), None);
        assert_eq!(known.arrived(wanted(&update)), Arrival::New);
        assert_eq!(known.handled(acknowledge.clone(), true), Some(acknowledge));
    }

    #[test]
    fn ack1_without_a_uuid_there_is_nothing_to_acknowledge() {
        assert_eq!(wanted(&status("t", None)), None);
        let mut empty = status("t", None);
        empty.uuid = Some(Bytes::new());
        assert_eq!(wanted(&empty), None);
        let mut known = Acknowledgements::default();
        assert_eq!(known.arrived(wanted(&empty)), Arrival::New);
        assert_eq!(known.arrived(wanted(&empty)), Arrival::New);
    }

    #[test]
    fn the_memory_of_handled_updates_is_bounded() {
        let mut known = Acknowledgements::default();
        for number in 0..=MAX_REMEMBERED {
            let update = status(&number.to_string(), Some(1));
            assert_eq!(known.arrived(wanted(&update)), Arrival::New);
            known.handled(wanted(&update).unwrap(), true);
        }
        assert_eq!(known.handled.len(), MAX_REMEMBERED);
        assert_eq!(known.arrived(wanted(&status("0", Some(1)))), Arrival::New);
    }

    #[test]
    fn what_is_remembered_of_an_update_does_not_keep_the_buffer_that_it_came_in() {
        let buffer = Bytes::from(vec![1; 64 << 10]);
        let mut known = Acknowledgements::default();
        let update = TaskStatus { uuid: Some(buffer.slice(..16)), ..status("t", None) };
        assert_eq!(known.arrived(wanted(&update)), Arrival::New);
        drop(known.handled(wanted(&update).unwrap(), true));
        let held = TaskStatus { uuid: Some(buffer.slice(..16)), ..status("another", None) };
        assert_eq!(known.arrived(wanted(&held)), Arrival::New);
        drop((update, held));
        assert!(buffer.is_unique());
    }

    #[test]
    fn opackagent_opuuid_an_operation_is_acknowledged_with_its_agent_and_the_bare_bytes() {
        let mut status = OperationStatus {
            operation_id: Some(OperationId { value: "o".to_owned() }),
            uuid: Some(Uuid { value: Bytes::from_static(&[1; 16]) }),
            ..OperationStatus::default()
        };
        assert_eq!(wanted_operation(&status), None);
        status.agent_id = Some(AgentId { value: "a".to_owned() });
        let acknowledge = wanted_operation(&status).unwrap();
        assert_eq!(acknowledge.uuid, Bytes::from_static(&[1; 16]));
        assert_eq!(acknowledge.agent_id, status.agent_id);
    }
}
