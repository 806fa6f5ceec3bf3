//! The tasks and updates that are not acknowledged, which every SUBSCRIBE contains.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;

use crate::proto::v1::executor::call::Update;
use crate::proto::v1::{TaskId, TaskInfo, TaskStatus};
use crate::{Error, ErrorKind};

/// The number of updates that may be unacknowledged.
pub(crate) const MAX_UNACKNOWLEDGED: usize = 100_000;

/// Tasks without an acknowledged update, by id, and unacknowledged updates, by uuid.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    tasks: Ordered<String, TaskInfo>,
    updates: Ordered<Bytes, TaskStatus>,
}

impl Ledger {
    pub(crate) fn launched(&mut self, task: TaskInfo) {
        self.tasks.push(task.task_id.value.clone(), task);
    }

    /// Keeps `status`, which has a uuid.
    pub(crate) fn record(&mut self, status: &TaskStatus) -> Result<(), Error> {
        if self.updates.entries.len() >= MAX_UNACKNOWLEDGED {
            let text = format!(
                "task {}: {MAX_UNACKNOWLEDGED} updates are not acknowledged yet: send this one later",
                status.task_id.value
            );
            return Err(Error::new(ErrorKind::Overloaded, text));
        }
        self.updates.push(status.uuid.clone().unwrap_or_default(), status.clone());
        Ok(())
    }

    /// Removes an acknowledged update and its task.
    pub(crate) fn acknowledged(&mut self, task: &TaskId, uuid: &Bytes) {
        self.tasks.remove(&task.value);
        self.forget(uuid);
    }

    /// Removes an update that the agent will never accept.
    pub(crate) fn forget(&mut self, uuid: &Bytes) {
        self.updates.remove(uuid);
    }

    pub(crate) fn tasks(&self) -> Vec<TaskInfo> {
        self.tasks.entries.values().cloned().collect()
    }

    pub(crate) fn updates(&self) -> Vec<Update> {
        self.updates.entries.values().map(|status| Update { status: status.clone() }).collect()
    }

    pub(crate) fn has_updates(&self) -> bool {
        !self.updates.entries.is_empty()
    }
}

/// Values in the order in which they were added, with their keys. Thousands may be added, and each
/// is removed separately.
#[derive(Debug)]
struct Ordered<K, V> {
    entries: BTreeMap<u64, V>,
    places: HashMap<K, u64>,
    next: u64,
}

impl<K, V> Default for Ordered<K, V> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), places: HashMap::new(), next: 0 }
    }
}

impl<K: Eq + std::hash::Hash, V> Ordered<K, V> {
    /// Adds `value` at the end, and removes the one with the same key.
    fn push(&mut self, key: K, value: V) {
        self.remove(&key);
        self.places.insert(key, self.next);
        self.entries.insert(self.next, value);
        self.next += 1;
    }

    fn remove<Q>(&mut self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + std::hash::Hash + ?Sized,
    {
        if let Some(place) = self.places.remove(key) {
            self.entries.remove(&place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(task: &str) -> TaskId {
        TaskId::from(task)
    }

    fn status(task: &str, uuid: u8) -> TaskStatus {
        TaskStatus { task_id: id(task), uuid: Some(Bytes::from(vec![uuid; 16])), ..TaskStatus::default() }
    }

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        for task in ["a", "b"] {
            ledger.launched(TaskInfo { task_id: id(task), ..TaskInfo::default() });
        }
        for update in [status("a", 1), status("b", 2), status("a", 3)] {
            ledger.record(&update).unwrap();
        }
        ledger
    }

    #[statement::proves(v0exec)]
    #[test]
    fn acknowledgement_erases_update_and_task() {
        let mut ledger = ledger();
        ledger.acknowledged(&id("a"), &Bytes::from(vec![1; 16]));
        let kept: Vec<_> = ledger.updates().into_iter().map(|update| update.status).collect();
        assert_eq!(kept, [status("b", 2), status("a", 3)]);
        assert_eq!(ledger.tasks().len(), 1);
    }

    #[statement::proves(eunack)]
    #[test]
    fn updates_keep_their_order() {
        let kept: Vec<_> = ledger().updates().into_iter().map(|update| update.status).collect();
        assert_eq!(kept, [status("a", 1), status("b", 2), status("a", 3)]);
    }

    #[test]
    fn a_full_ledger_refuses_and_names_the_task() {
        let mut ledger = Ledger::default();
        for number in 0..MAX_UNACKNOWLEDGED {
            let uuid = Some(Bytes::from(number.to_be_bytes().to_vec()));
            ledger.record(&TaskStatus { uuid, ..status("x", 1) }).unwrap();
        }
        let error = ledger.record(&status("t", 2)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overloaded);
        assert!(error.to_string().starts_with("task t:"));
    }
}
