//! A core from the records of its store.

use std::collections::BTreeMap;

use mesos_placement::{Placer, Settings};

use super::asking::Asking;
use super::commands::left;
use super::records::{self, BatchRecord, below, read};
use super::run::{Estranged, Phase, Slot, Wait};
use super::timer_queue::{Timer, Timers};
use super::timers::FORGET_AFTER;
use super::turn::Now;
use super::{BatchState, Core, REPLACE_AFTER};
use crate::error::{Error, ErrorKind};
use crate::store::{Records, StoreError, StoreErrorKind};

/// How many tasks get a place in one turn.
const MAX_INTENTS: usize = 1000;
/// The role of resources that are not reserved.
const UNRESERVED: &str = "*";

impl Core {
    /// Takes up what the store contains. `life` are letters that no other opening has used.
    pub(crate) fn open(records: &Records, life: String, now: Now) -> Result<Self, Error> {
        records::check_format(records)?;
        let mut core = Self::empty(life)?;
        for name in below(records, "batch/") {
            core.open_batch(records, name, now)?;
        }
        for task in below(records, "estranged/") {
            let key = records::estranged(task);
            let Some(estranged) = read::<Estranged>(records, &key)? else { continue };
            let forget = left(now, estranged.since.saturating_add(FORGET_AFTER), FORGET_AFTER);
            core.set_timer(now, forget, Timer::Forget(task.to_owned()));
            core.estranged.insert(task.to_owned(), estranged);
        }
        Ok(core)
    }

    /// Sets the role of the framework.
    pub(crate) fn role(mut self, role: &str) -> Self {
        if role != UNRESERVED {
            self.roles.insert(0, role.to_owned());
        }
        self
    }

    fn empty(life: String) -> Result<Self, Error> {
        let mut settings = Settings::default();
        settings.max_placements = Some(MAX_INTENTS);
        let invalid =
            |error: mesos_placement::PlacementError| Error::new(ErrorKind::Invalid, error.to_string());
        Ok(Self {
            life,
            ids: 0,
            batches: BTreeMap::new(),
            runs: BTreeMap::new(),
            estranged: BTreeMap::new(),
            placer: Placer::new(settings).map_err(invalid)?,
            roles: vec![UNRESERVED.to_owned()],
            hosts: BTreeMap::new(),
            timers: Timers::default(),
            kills: BTreeMap::new(),
            is_subscribed: false,
            asking: Asking::default(),
            is_postponed: false,
            is_unordered: false,
        })
    }

    fn open_batch(&mut self, records: &Records, name: &str, now: Now) -> Result<(), Error> {
        let key = records::batch(name);
        let record: BatchRecord = read(records, &key)?.ok_or_else(|| missing(&key))?;
        let tasks = (0..record.tasks).map(|index| {
            let key = records::task(name, index);
            read(records, &key)?.ok_or_else(|| missing(&key))
        });
        let mut batch = BatchState::new(record, tasks.collect::<Result<_, StoreError>>()?);
        for index in 0..batch.slots.len() {
            if let Some(slot) = read(records, &records::slot(name, index))? {
                batch.slots[index] = slot;
            }
            if let Some(end) = read(records, &records::end(name, index))? {
                batch.slots[index].wait = Wait::Done;
                batch.add_end(index, end);
            }
            self.open_slot(name, &mut batch, index, now);
        }
        self.batches.insert(name.to_owned(), batch);
        Ok(())
    }

    fn open_slot(&mut self, name: &str, batch: &mut BatchState, index: usize, now: Now) {
        let longest = batch.record.terms.retry.backoff.longest();
        let Slot { run, not_before, wait, .. } = &mut batch.slots[index];
        if let Some(run) = run {
            *wait = Wait::Done;
            batch.progress.running += 1;
            self.runs.insert(run.task_id.clone(), (name.to_owned(), index));
            if batch.record.is_stopping {
                self.kill(now, &run.task_id);
            }
            if let Phase::Unreachable(since) = run.phase {
                let left = left(now, since.saturating_add(REPLACE_AFTER), REPLACE_AFTER);
                self.set_timer(now, left, Timer::Replace(run.task_id.clone()));
            }
        } else if let Some(until) = not_before {
            let left = left(now, *until, longest);
            self.set_timer(now, left, Timer::Retry(name.to_owned(), index));
        }
    }
}

fn missing(key: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Corrupt,
        format!("the record {key} is missing: restore the store from a backup"),
    )
}
