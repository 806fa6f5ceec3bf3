//! What users ask for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::records::{self, BatchRecord};
use super::run::{Slot, Wait};
use super::timer_queue::Timer;
use super::turn::{Draft, Effect, Now, Token};
use super::waiting::placer_id;
use super::{BatchState, Core};
use crate::end::{End, Outcome};
use crate::error::{Error, ErrorKind};
use crate::progress::Progress;
use crate::spec::{Batch, Task};

impl Core {
    /// Stores a batch, unless it is stored already.
    pub(super) fn submit(&mut self, batch: Batch, token: Token, draft: &mut Draft) {
        let result = crate::check::batch(&batch).and_then(|texts| {
            if self.is_new(&batch)? {
                self.add(batch, texts, draft);
            }
            Ok(())
        });
        draft.then.push(Effect::Reply(token, result));
    }

    /// Returns whether a batch is new, or the same as one that is stored.
    fn is_new(&self, batch: &Batch) -> Result<bool, Error> {
        let Some(known) = self.batches.get(&batch.name) else {
            return self.check_total(batch).map(|()| true);
        };
        let differs = match () {
            () if known.record.terms != batch.terms => "other terms",
            () if !known.tasks.iter().map(|task| &**task).eq(&batch.tasks) => "other tasks",
            () => return Ok(false),
        };
        let text = format!(
            "there is a batch {:?} with {differs}: forget that one first, or use another name",
            batch.name
        );
        Err(Error::new(ErrorKind::Conflict, text))
    }

    fn check_total(&self, batch: &Batch) -> Result<(), Error> {
        // A batch without tasks counts like one with a single task: it has a record.
        let known: usize = self.batches.values().map(|batch| batch.slots.len().max(1)).sum();
        crate::check::total(known + batch.tasks.len().max(1))
    }

    fn add(&mut self, batch: Batch, texts: Vec<String>, draft: &mut Draft) {
        let Batch { name, tasks, terms } = batch;
        for (index, text) in texts.into_iter().enumerate() {
            draft.put(records::task(&name, index), text);
        }
        let record = BatchRecord { tasks: tasks.len(), terms, is_stopping: false };
        draft.put(records::batch(&name), records::text(&record));
        draft.put(records::META.to_owned(), records::text(&records::Meta { format: records::FORMAT }));
        self.batches.insert(name, BatchState::new(record, tasks));
    }

    /// Stops a batch: its tasks are killed until each has ended.
    pub(super) fn stop(&mut self, now: Now, name: &str, token: Token, draft: &mut Draft) {
        let result =
            self.batches.get(name).map(|batch| batch.record.is_stopping).ok_or_else(|| unknown(name));
        if let Ok(false) = result {
            self.stop_batch(now, name, draft);
        }
        draft.then.push(Effect::Reply(token, result.map(drop)));
    }

    pub(super) fn stop_batch(&mut self, now: Now, name: &str, draft: &mut Draft) {
        let Some(batch) = self.batches.get_mut(name) else { return };
        batch.record.is_stopping = true;
        draft.put(records::batch(name), records::text(&batch.record));
        let slots =
            batch.slots.iter().enumerate().filter(|(_, slot)| slot.wait != Wait::Done || slot.run.is_some());
        let slots: Vec<_> = slots.map(|(index, slot)| (index, slot.run.clone())).collect();
        for (index, run) in slots {
            match run {
                Some(run) if run.phase.is_in_sight() => self.kill(now, &run.task_id),
                Some(_) => {
                    let outcome = (Outcome::Stopped, true);
                    self.end_run(now, (name, index), outcome, "its agent is unreachable", draft);
                }
                None => self.end_waiting(now, name, index, draft),
            }
        }
    }

    /// Ends a task that has no run.
    fn end_waiting(&mut self, now: Now, name: &str, index: usize, draft: &mut Draft) {
        if let Some(batch) = self.batches.get_mut(name)
            && batch.slots[index].wait == Wait::Placed
        {
            batch.placed -= 1;
            self.placer.withdraw(&placer_id(name, index));
        }
        let end = End {
            batch: name.to_owned(),
            index,
            task_id: String::new(),
            host: String::new(),
            outcome: Outcome::Stopped,
            message: String::new(),
            attempts: 0,
            ran_for: None,
        };
        self.end_task(now, end, draft);
    }

    /// Forgets a batch that has ended.
    pub(super) fn forget(&mut self, name: &str, token: Token, draft: &mut Draft) {
        let result = match self.batches.get(name) {
            None => Err(unknown(name)),
            Some(batch) if !batch.has_ended() => {
                let text = format!("the batch {name:?} has not ended: stop it first, or wait for its end");
                Err(Error::new(ErrorKind::Conflict, text))
            }
            Some(_) => Ok(self.batches.remove(name)),
        };
        if let Ok(Some(batch)) = &result {
            draft.delete(records::batch(name));
            for index in 0..batch.slots.len() {
                self.timers.cancel(Timer::Retry(name.to_owned(), index));
                for key in [records::task, records::slot, records::end] {
                    draft.delete(key(name, index));
                }
                draft.slots.remove(&(name.to_owned(), index));
            }
        }
        draft.then.push(Effect::Reply(token, result.map(drop)));
    }
}

impl BatchState {
    pub(super) fn new(record: BatchRecord, tasks: Vec<Task>) -> Self {
        let slots: Vec<_> = tasks.iter().map(|_| Slot::default()).collect();
        let tasks = tasks.into_iter().map(Arc::new).collect();
        let progress = Progress { tasks: slots.len(), ..Progress::default() };
        Self { record, tasks, slots, ends: BTreeMap::new(), progress, placed: 0, cursor: 0, why: None }
    }
}

fn unknown(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no batch {name:?}: submit it first"))
}

/// Returns how long a stored time is away. A clock that has jumped makes no wait longer than it
/// was.
pub(super) fn left(now: Now, until: Duration, most: Duration) -> Duration {
    until.saturating_sub(now.wall).min(most)
}
