//! Decides about acknowledgements: an update is acknowledged only after its handler has returned
//! `Ok`, and once for each arrival.
//!
//! Agents resend an update until it is acknowledged, so it may arrive while its handler is at work,
//! or after an acknowledgement was lost. The handler gets it only once.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;

use crate::proto::v1::scheduler::call::{Acknowledge, AcknowledgeOperationStatus};
use crate::proto::v1::{OperationStatus, TaskStatus};

/// The least number of handled updates that are remembered; at most twice as many are. An agent has
/// one unacknowledged update per task, so older updates are resent only if more tasks than that end
/// at the same time and their acknowledgements get lost.
const REMEMBERED: usize = 100_000;

/// The acknowledgement that an update requires.
pub(crate) trait Wanted {
    fn key(&self) -> Key;
}

impl Wanted for Acknowledge {
    fn key(&self) -> Key {
        Key::new(&self.task_id.value, &self.uuid)
    }
}

impl Wanted for AcknowledgeOperationStatus {
    fn key(&self) -> Key {
        Key::new(&self.operation_id.value, &self.uuid)
    }
}

/// What is known of the updates that have arrived.
#[derive(Debug)]
pub(crate) struct Acknowledgements<A> {
    /// Updates whose handler has not returned, and held updates.
    in_hand: Keys,
    /// The update that its handler has held, until that handler returns.
    left: Option<Key>,
    handled: HandledUpdates,
    kind: PhantomData<A>,
}

impl<A> Default for Acknowledgements<A> {
    fn default() -> Self {
        Self { in_hand: Keys::default(), left: None, handled: HandledUpdates::default(), kind: PhantomData }
    }
}

/// What to do with an update that has arrived.
#[derive(Debug, PartialEq)]
pub(crate) enum Arrival {
    /// Give it to the handler.
    New,
    /// Nothing: its handler is at work, or it is held.
    InHand,
    /// Acknowledge it again: it was handled, but the acknowledgement was lost.
    Handled,
}

impl<A: Wanted> Acknowledgements<A> {
    /// Registers an update that has arrived. `key` identifies it if it requires an acknowledgement.
    pub(crate) fn arrived(&mut self, key: Option<Key>) -> Arrival {
        let Some(key) = key else { return Arrival::New };
        match self.handled.contains(&key) {
            true => Arrival::Handled,
            false if self.in_hand.insert(key) => Arrival::New,
            false => Arrival::InHand,
        }
    }

    /// Registers the result of a handler, and returns the acknowledgement to send. If the handler
    /// has held the update, nothing is decided yet.
    pub(crate) fn handled(&mut self, wanted: Arc<A>, ok: bool) -> Option<Arc<A>> {
        match self.left.take() {
            Some(left) if left == wanted.key() => None,
            _ => self.decided(wanted, ok),
        }
    }

    /// Registers that the handler of this update holds it.
    pub(crate) fn held(&mut self, wanted: &A) {
        self.left = Some(wanted.key());
    }

    /// Registers a decision about an update, and returns the acknowledgement to send.
    pub(crate) fn decided(&mut self, wanted: Arc<A>, ok: bool) -> Option<Arc<A>> {
        let key = wanted.key();
        self.in_hand.remove(&key);
        if ok {
            self.handled.insert(key);
        }
        ok.then_some(wanted)
    }
}

/// Identifies an update: its uuid, mixed with a hash of the task's or operation's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key([u64; 2]);

impl Key {
    /// Creates the key of the update `uuid` of the task or operation `id`.
    pub(super) fn new(id: &str, uuid: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let mut halves = [0; 2];
        if let ([first, second], []) = uuid.as_chunks() {
            halves = [*first, *second].map(u64::from_ne_bytes);
        } else {
            // A uuid of another length is a bug of the executor, but must not make two updates one.
            uuid.hash(&mut hasher);
        }
        let whose = hasher.finish();
        Self([halves[0] ^ whose, halves[1] ^ whose.rotate_left(32)])
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let [first, second] = self.0;
        hasher.write_u64(first ^ second.rotate_left(16));
    }
}

/// A set of keys, which are hashes already.
type Keys = HashSet<Key, BuildHasherDefault<Hashed>>;

/// Returns the key itself as its hash.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = self.0.rotate_left(8) ^ hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The updates that were handled last. Half of them are forgotten at once, because forgetting them
/// one by one would cost more than everything else that is done with them.
#[derive(Debug, Default)]
struct HandledUpdates {
    latest: Keys,
    before: Keys,
}

impl HandledUpdates {
    fn contains(&self, key: &Key) -> bool {
        self.latest.contains(key) || self.before.contains(key)
    }

    fn insert(&mut self, key: Key) {
        if self.latest.len() == REMEMBERED {
            std::mem::swap(&mut self.latest, &mut self.before);
            self.latest.clear();
        }
        self.latest.insert(key);
    }
}

/// Identifies an update that requires an acknowledgement, without creating that.
pub(crate) fn key(status: &TaskStatus) -> Option<Key> {
    let uuid = status.uuid.as_ref().filter(|uuid| !uuid.is_empty())?;
    status.agent_id.as_ref().map(|_| Key::new(&status.task_id.value, uuid))
}

/// Identifies an operation's update in the same way.
pub(crate) fn operation_key(status: &OperationStatus) -> Option<Key> {
    let uuid = status.uuid.as_ref().map(|uuid| &uuid.value).filter(|uuid| !uuid.is_empty())?;
    let id = status.operation_id.as_ref().filter(|_| status.agent_id.is_some())?;
    Some(Key::new(&id.value, uuid))
}

/// Returns the acknowledgement that an update requires. Updates that a master makes itself have no
/// uuid and require none; without an agent there is nobody to send it to.
pub(crate) fn wanted(status: &TaskStatus) -> Option<Arc<Acknowledge>> {
    let uuid = status.uuid.as_ref().filter(|uuid| !uuid.is_empty()).map(own)?;
    let (agent_id, task_id) = (status.agent_id.clone()?, status.task_id.clone());
    Some(Arc::new(Acknowledge { agent_id, task_id, uuid }))
}

/// Copies bytes that are kept, so that they do not keep the whole event in memory.
fn own(bytes: &Bytes) -> Bytes {
    Bytes::copy_from_slice(bytes)
}

/// Returns the acknowledgement that an operation's update requires. Only operations with an id have
/// such updates.
pub(crate) fn wanted_operation(status: &OperationStatus) -> Option<Arc<AcknowledgeOperationStatus>> {
    let uuid = status.uuid.as_ref().map(|uuid| &uuid.value).filter(|uuid| !uuid.is_empty()).map(own)?;
    let agent_id = Some(status.agent_id.clone()?);
    let resource_provider_id = status.resource_provider_id.clone();
    let operation_id = status.operation_id.clone()?;
    Some(Arc::new(AcknowledgeOperationStatus { agent_id, resource_provider_id, uuid, operation_id }))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::proto::v1::{AgentId, OperationId, TaskId, Uuid};

    fn status(task: &str, uuid: Option<u8>) -> TaskStatus {
        TaskStatus {
            task_id: TaskId::from(task),
            agent_id: Some(AgentId::from("a")),
            uuid: uuid.map(|byte| Bytes::from(vec![byte; 16])),
            ..TaskStatus::default()
        }
    }

    #[statement::proves(ack6)]
    #[test]
    fn update_is_handled_once_and_reacknowledged() {
        let mut known = Acknowledgements::<Acknowledge>::default();
        let update = status("t", Some(1));
        let acknowledge = wanted(&update).unwrap();
        assert_eq!(known.arrived(key(&update)), Arrival::New);
        assert_eq!(known.arrived(key(&update)), Arrival::InHand);
        assert_eq!(known.handled(Arc::clone(&acknowledge), true), Some(acknowledge));
        assert_eq!(known.arrived(key(&update)), Arrival::Handled);
        assert_eq!(known.arrived(key(&status("other", Some(1)))), Arrival::New);
    }

    #[statement::proves(v0ack)]
    #[test]
    fn failed_handler_gets_the_update_again() {
        let mut known = Acknowledgements::<Acknowledge>::default();
        let update = status("t", Some(1));
        assert_eq!(known.arrived(key(&update)), Arrival::New);
        assert_eq!(known.handled(wanted(&update).unwrap(), false), None);
        assert_eq!(known.arrived(key(&update)), Arrival::New);
    }

    #[statement::proves(ack3, v0ack)]
    #[test]
    fn held_update_is_acknowledged_when_decided() {
        for before_the_return in [false, true] {
            let mut known = Acknowledgements::<Acknowledge>::default();
            let update = status("t", Some(1));
            let acknowledge = wanted(&update).unwrap();
            assert_eq!(known.arrived(key(&update)), Arrival::New);
            known.held(&acknowledge);
            if before_the_return {
                assert_eq!(known.decided(Arc::clone(&acknowledge), true), Some(Arc::clone(&acknowledge)));
                assert_eq!(known.handled(Arc::clone(&acknowledge), true), None);
            } else {
                assert_eq!(known.handled(Arc::clone(&acknowledge), true), None);
                assert_eq!(known.arrived(key(&update)), Arrival::InHand);
                assert_eq!(known.decided(Arc::clone(&acknowledge), true), Some(Arc::clone(&acknowledge)));
            }
            assert_eq!(known.arrived(key(&update)), Arrival::Handled);
        }
    }

    #[statement::proves(ack6)]
    #[test]
    fn rejected_held_update_is_delivered_again() {
        let mut known = Acknowledgements::<Acknowledge>::default();
        let update = status("t", Some(1));
        let acknowledge = wanted(&update).unwrap();
        known.arrived(key(&update));
        known.held(&acknowledge);
        // The error of a handler that has held the update decides nothing.
        assert_eq!(known.handled(Arc::clone(&acknowledge), false), None);
        assert_eq!(known.arrived(key(&update)), Arrival::InHand);
        assert_eq!(known.decided(Arc::clone(&acknowledge), false), None);
        assert_eq!(known.arrived(key(&update)), Arrival::New);
        assert_eq!(known.handled(Arc::clone(&acknowledge), true), Some(acknowledge));
    }

    #[statement::proves(ack1)]
    #[test]
    fn nothing_to_acknowledge_without_a_uuid() {
        assert_eq!(wanted(&status("t", None)), None);
        let mut empty = status("t", None);
        empty.uuid = Some(Bytes::new());
        assert_eq!(wanted(&empty), None);
        let mut known = Acknowledgements::<Acknowledge>::default();
        assert_eq!(known.arrived(key(&empty)), Arrival::New);
        assert_eq!(known.arrived(key(&empty)), Arrival::New);
    }

    #[test]
    fn remembered_update_does_not_keep_its_buffer() {
        let buffer = Bytes::from(vec![1; 64 << 10]);
        let mut known = Acknowledgements::<Acknowledge>::default();
        let update = TaskStatus { uuid: Some(buffer.slice(..16)), ..status("t", None) };
        assert_eq!(known.arrived(key(&update)), Arrival::New);
        drop(known.handled(wanted(&update).unwrap(), true));
        let held = TaskStatus { uuid: Some(buffer.slice(..16)), ..status("another", None) };
        assert_eq!(known.arrived(key(&held)), Arrival::New);
        drop((update, held));
        assert!(buffer.is_unique());
    }

    #[statement::proves(opackagent, opuuid)]
    #[test]
    fn operation_acknowledgement_has_agent_and_uuid() {
        let mut status = OperationStatus {
            operation_id: Some(OperationId::from("o")),
            uuid: Some(Box::new(Uuid { value: Bytes::from_static(&[1; 16]) })),
            ..OperationStatus::default()
        };
        assert_eq!(wanted_operation(&status), None);
        status.agent_id = Some(AgentId::from("a"));
        let acknowledge = wanted_operation(&status).unwrap();
        assert_eq!(acknowledge.uuid, Bytes::from_static(&[1; 16]));
        assert_eq!(acknowledge.agent_id, status.agent_id);
    }

    #[test]
    fn memory_of_updates_is_limited() {
        let mut handled = HandledUpdates::default();
        let key = |number: usize| Key::new(&number.to_string(), &[1; 16]);
        for number in 0..3 * REMEMBERED {
            handled.insert(key(number));
            assert!(handled.contains(&key(number.saturating_sub(REMEMBERED - 1))));
            assert!(handled.latest.len() + handled.before.len() <= 2 * REMEMBERED);
        }
        assert!(!handled.contains(&key(0)));
    }

    #[test]
    fn updates_differ_by_uuid_and_owner() {
        let ids = ["", "a", "b", "ab"];
        let uuids: [&[u8]; 6] = [&[], &[1], &[1; 15], &[1; 16], &[2; 16], &[1; 17]];
        let keys = ids.iter().flat_map(|id| uuids.iter().map(|uuid| Key::new(id, uuid)));
        assert_eq!(keys.collect::<Keys>().len(), ids.len() * uuids.len());
    }
}
