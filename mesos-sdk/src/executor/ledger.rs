//! What an executor has said and the scheduler has not acknowledged: said again with every SUBSCRIBE.

use bytes::Bytes;

use crate::proto::v1::executor::call::Update;
use crate::proto::v1::{TaskId, TaskInfo, TaskStatus};
use crate::{Error, ErrorKind};

/// How many updates may be without an acknowledgement.
pub(crate) const MAX_UNACKNOWLEDGED: usize = 100_000;

/// Tasks and updates in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Tasks of which no update has been acknowledged yet.
    tasks: Vec<TaskInfo>,
    updates: Vec<TaskStatus>,
}

impl Ledger {
    pub(crate) fn launched(&mut self, task: TaskInfo) {
        self.tasks.push(task);
    }

    /// Keeps `status`, which has a uuid.
    pub(crate) fn record(&mut self, status: &TaskStatus) -> Result<(), Error> {
        if self.updates.len() >= MAX_UNACKNOWLEDGED {
            let text = format!(
                "task {}: {MAX_UNACKNOWLEDGED} updates are not acknowledged yet: send this one later",
                status.task_id.value
            );
            return Err(Error::new(ErrorKind::Overloaded, text));
        }
        self.updates.push(status.clone());
        Ok(())
    }

    /// The scheduler has this update: it knows of the task by now.
    pub(crate) fn acknowledged(&mut self, task: &TaskId, uuid: &Bytes) {
        self.tasks.retain(|known| known.task_id != *task);
        self.forget(uuid);
    }

    /// The agent will never take this update.
    pub(crate) fn forget(&mut self, uuid: &Bytes) {
        self.updates.retain(|status| status.uuid.as_ref() != Some(uuid));
    }

    pub(crate) fn tasks(&self) -> Vec<TaskInfo> {
        self.tasks.clone()
    }

    pub(crate) fn updates(&self) -> Vec<Update> {
        self.updates.iter().map(|status| Update { status: status.clone() }).collect()
    }

    pub(crate) fn has_updates(&self) -> bool {
        !self.updates.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(task: &str) -> TaskId {
        TaskId { value: task.to_owned() }
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

    #[test]
    fn v0exec_an_acknowledgement_erases_the_update_and_the_task() {
        let mut ledger = ledger();
        ledger.acknowledged(&id("a"), &Bytes::from(vec![1; 16]));
        let kept: Vec<_> = ledger.updates().into_iter().map(|update| update.status).collect();
        assert_eq!(kept, [status("b", 2), status("a", 3)]);
        assert_eq!(ledger.tasks().len(), 1);
    }

    #[test]
    fn eunack_updates_keep_their_order() {
        let kept: Vec<_> = ledger().updates().into_iter().map(|update| update.status).collect();
        assert_eq!(kept, [status("a", 1), status("b", 2), status("a", 3)]);
    }

    #[test]
    fn a_full_ledger_refuses_and_names_the_task() {
        let mut ledger = Ledger { updates: vec![status("x", 1); MAX_UNACKNOWLEDGED], ..Ledger::default() };
        let error = ledger.record(&status("t", 2)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overloaded);
        assert!(error.to_string().starts_with("task t:"));
    }
}
