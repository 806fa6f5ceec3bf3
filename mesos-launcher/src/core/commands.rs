//! What users ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::records::{self, WorkloadRecord};
use super::rollout::Rollout;
use super::run::{Slot, Wait};
use super::timer_queue::Timer;
use super::turn::{Draft, Effect, Now, Token};
use super::waiting::placer_id;
use super::{Core, WorkloadState};
use crate::end::{End, Outcome};
use crate::error::{Error, ErrorKind};
use crate::progress::Progress;
use crate::spec::Spec;
use crate::unit::Unit;

impl Core {
    /// Stores a workload, unless it is stored already.
    pub(super) fn submit(&mut self, now: Now, spec: Spec, token: Token, draft: &mut Draft) {
        let result = crate::check::spec(&spec)
            .and_then(|texts| self.check_volume(&spec).map(|()| texts))
            .and_then(|texts| self.want(now, spec, texts, draft));
        draft.after_write.push(Effect::Reply(token, result));
    }

    fn want(&mut self, now: Now, spec: Spec, texts: Vec<String>, draft: &mut Draft) -> Result<(), Error> {
        let Some(known) = self.workloads.get(&spec.name) else {
            self.check_total(spec.slots.max(1))?;
            self.write_format(&spec, draft);
            self.add(spec, texts, draft);
            return Ok(());
        };
        known.check_same(&spec)?;
        self.write_format(&spec, draft);
        match spec.policy.is_service() {
            true => self.resubmit(now, spec, texts, draft),
            false => Ok(()),
        }
    }

    /// Checks that the launcher may have `more` slots.
    pub(super) fn check_total(&self, more: usize) -> Result<(), Error> {
        // A workload without slots counts like one with a single slot: it has a record.
        let known: usize = self.workloads.values().map(|workload| workload.slots.len().max(1)).sum();
        if more == 0 { Ok(()) } else { crate::check::total(known.saturating_add(more)) }
    }

    fn add(&mut self, spec: Spec, texts: Vec<String>, draft: &mut Draft) {
        let Spec { name, tasks, slots, policy } = spec;
        for (index, text) in texts.into_iter().enumerate() {
            draft.put(records::task(&name, index), text);
        }
        let (is_stopping, rollout) = (false, Rollout::default());
        let record = WorkloadRecord { tasks: tasks.len(), slots, policy, is_stopping, rollout };
        draft.put(records::workload(&name), records::text(&record));
        draft.shown.extend((0..slots).map(|index| (name.clone(), index)));
        self.show_volumes(&name, draft);
        self.workloads.insert(name, WorkloadState::new(record, tasks.into_iter().enumerate().collect()));
    }

    /// Stops a workload: its tasks are killed until each has ended.
    pub(super) fn stop(&mut self, now: Now, name: &str, token: Token, draft: &mut Draft) {
        let result =
            self.workloads.get(name).map(|workload| workload.record.is_stopping).ok_or_else(|| unknown(name));
        if let Ok(false) = result {
            self.stop_workload(now, name, draft);
        }
        draft.after_write.push(Effect::Reply(token, result.map(drop)));
    }

    pub(super) fn stop_workload(&mut self, now: Now, name: &str, draft: &mut Draft) {
        let Some(workload) = self.workloads.get_mut(name) else { return };
        workload.record.is_stopping = true;
        draft.put(records::workload(name), records::text(&workload.record));
        for index in 0..workload.slots.len() {
            self.release(now, name, index, draft);
        }
    }

    /// Kills the run of a slot that is no longer needed, or ends the slot if it has none.
    pub(super) fn release(&mut self, now: Now, name: &str, index: usize, draft: &mut Draft) {
        let Some(slot) = self.slot(name, index) else { return };
        draft.shown.insert((name.to_owned(), index));
        match slot.run.clone() {
            Some(run) if run.phase.is_in_sight() => self.kill(now, &run.task_id),
            Some(_) => {
                let outcome = (Outcome::Stopped, true);
                self.end_run(now, (name, index), outcome, "its agent is unreachable", draft);
            }
            None if slot.wait != Wait::Done => self.end_waiting(now, name, index, draft),
            None => {}
        }
    }

    /// Ends a slot that has no run.
    fn end_waiting(&mut self, now: Now, name: &str, index: usize, draft: &mut Draft) {
        if let Some(workload) = self.workloads.get_mut(name)
            && workload.slots[index].wait == Wait::Placed
        {
            workload.placed -= 1;
            self.placer.withdraw(&placer_id(name, index));
        }
        let end = End {
            workload: name.to_owned(),
            index,
            task_id: String::new(),
            host: String::new(),
            outcome: Outcome::Stopped,
            message: String::new(),
            attempts: 0,
            ran_for: None,
            result: None,
        };
        self.end_slot(now, end, draft);
    }

    /// Forgets a workload that has ended.
    pub(super) fn forget(&mut self, name: &str, token: Token, draft: &mut Draft) {
        let result = match self.workloads.get(name) {
            None => Err(unknown(name)),
            Some(workload) if !workload.has_ended() => {
                let kind = workload.record.policy.kind_name();
                let text = format!("{kind} {name:?} has not ended: stop it first, or wait for its end");
                Err(Error::new(ErrorKind::Conflict, text))
            }
            Some(_) => Ok(self.workloads.remove(name)),
        };
        if let Ok(Some(workload)) = &result {
            draft.delete(records::workload(name));
            for record in workload.tasks.keys() {
                draft.delete(records::task(name, *record));
            }
            for index in 0..workload.slots.len() {
                self.timers.cancel(Timer::Retry(name.to_owned(), index));
                for key in [records::slot, records::end] {
                    draft.delete(key(name, index));
                }
                draft.slots.remove(&(name.to_owned(), index));
            }
        }
        draft.after_write.push(Effect::Reply(token, result.map(drop)));
    }
}

impl WorkloadState {
    pub(super) fn new(record: WorkloadRecord, tasks: BTreeMap<usize, Unit>) -> Self {
        let slots = vec![Slot::default(); record.slots];
        let tasks = tasks.into_iter().map(|(index, task)| (index, Arc::new(task))).collect();
        let progress = Progress { tasks: slots.len(), ..Progress::default() };
        let (ends, idle) = (BTreeMap::new(), BTreeSet::new());
        Self { record, tasks, slots, ends, idle, progress, placed: 0, cursor: 0, fitted: 0, refusals: None }
    }

    /// Refuses what can't take its place. A service may differ, and a batch may not.
    fn check_same(&self, spec: &Spec) -> Result<(), Error> {
        let (policy, kind) = (&self.record.policy, self.record.policy.kind_name());
        let differs = match () {
            () if policy.is_service() != spec.policy.is_service() => "",
            () if policy.is_service() => return Ok(()),
            () if *policy != spec.policy => " with other settings",
            () if !self.tasks.values().map(|task| &**task).eq(&spec.tasks) => " with other tasks",
            () => return Ok(()),
        };
        let first = if policy.is_service() { "stop and forget" } else { "forget" };
        let text =
            format!("there is a {kind} {:?}{differs}: {first} it first, or use another name", spec.name);
        Err(Error::new(ErrorKind::Conflict, text))
    }
}

fn unknown(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("batch or service {name:?} does not exist: submit it first"))
}

/// Returns how long a stored time is away. A clock that has jumped makes no wait longer than it
/// was.
pub(super) fn left(now: Now, until: Duration, most: Duration) -> Duration {
    until.saturating_sub(now.wall).min(most)
}
