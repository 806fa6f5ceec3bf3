//! Scales services, and restarts their instances.

use std::cmp::Reverse;
use std::time::Duration;

use super::records;
use super::run::{Phase, Run, Slot, Wait};
use super::timer_queue::Timer;
use super::turn::{Draft, Effect, Now, Token};
use super::version::Version;
use super::{Core, WorkloadState};
use crate::error::{Error, ErrorKind};

impl Core {
    /// Scales a service, and replies.
    pub(super) fn scale(&mut self, now: Now, name: &str, desired: usize, token: Token, draft: &mut Draft) {
        let result = self.resize(now, name, desired, draft);
        draft.after_write.push(Effect::Reply(token, result));
    }

    pub(super) fn service(&mut self, name: &str) -> Result<&mut WorkloadState, Error> {
        let service = self.workloads.get_mut(name).filter(|workload| workload.record.policy.is_service());
        service.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("service {name:?} does not exist: submit it first"))
        })
    }

    /// Scales a service to the desired number of instances.
    pub(super) fn resize(
        &mut self,
        now: Now,
        name: &str,
        desired: usize,
        draft: &mut Draft,
    ) -> Result<(), Error> {
        let service = self.service(name)?;
        let current = service.wanted();
        let surplus = service.least_needed(current.saturating_sub(desired));
        self.check_total(desired.saturating_sub(current))?;
        for index in surplus {
            self.retire(now, name, index, draft);
        }
        self.grow(name, desired.saturating_sub(current), draft);
        Ok(())
    }

    /// Removes an instance that is surplus: it is killed, and not started again.
    pub(super) fn retire(&mut self, now: Now, name: &str, index: usize, draft: &mut Draft) {
        let Some(slot) = self.slot(name, index) else { return };
        slot.is_retired = true;
        if let Some(run) = slot.run.as_mut() {
            run.is_to_end = true;
        }
        draft.slots.insert((name.to_owned(), index));
        self.release(now, name, index, draft);
    }

    /// Adds instances, retired ones first, of the version that all had last: a rollout changes them
    /// in their turn. A run that is being killed is not spared: the instance starts again once it
    /// has ended.
    fn grow(&mut self, name: &str, more: usize, draft: &mut Draft) {
        let Some(service) = self.workloads.get_mut(name).filter(|_| more > 0) else { return };
        let retired = (0..service.slots.len()).filter(|index| service.slots[*index].is_retired).take(more);
        let retired: Vec<_> = retired.collect();
        let new = service.slots.len()..service.slots.len() + more - retired.len();
        let version = service.record.rollout.stable;
        service.slots.resize_with(new.end, || Slot { version, ..Slot::default() });
        for index in retired {
            let slot = &mut service.slots[index];
            (slot.is_retired, slot.is_surge, slot.version) = (false, false, version);
            draft.slots.insert((name.to_owned(), index));
            service.wake(index);
        }
        draft.slots.extend(
            new.clone().filter(|_| version != Version::default()).map(|index| (name.to_owned(), index)),
        );
        draft.shown.extend(new.clone().map(|index| (name.to_owned(), index)));
        service.cursor = service.cursor.min(new.start);
        if !new.is_empty() {
            service.record.slots = new.end;
            draft.put(records::workload(name), records::text(&service.record));
        }
    }

    /// Resumes a stopped service. Runs that are being killed are not spared: their instances start
    /// again once they have ended.
    pub(super) fn resume(&mut self, name: &str, draft: &mut Draft) {
        let Some(service) = self.workloads.get_mut(name).filter(|service| service.record.is_stopping) else {
            return;
        };
        service.record.is_stopping = false;
        draft.put(records::workload(name), records::text(&service.record));
        for index in 0..service.slots.len() {
            if let Some(run) = service.slots[index].run.as_mut() {
                run.is_to_end = true;
                draft.slots.insert((name.to_owned(), index));
            }
            service.wake(index);
            draft.shown.insert((name.to_owned(), index));
        }
    }

    /// Kills an instance, and starts it again.
    pub(super) fn restart(&mut self, now: Now, name: &str, index: usize, token: Token, draft: &mut Draft) {
        let result = self.service(name).and_then(|service| {
            let is_wanted = index < service.slots.len() && service.wants(index);
            let text = || format!("service {name:?} has no instance {index}, or it is being stopped");
            if is_wanted { Ok(()) } else { Err(Error::new(ErrorKind::NotFound, text())) }
        });
        if result.is_ok() {
            self.start_again(now, name, index, draft);
        }
        draft.after_write.push(Effect::Reply(token, result));
    }

    pub(super) fn start_again(&mut self, now: Now, name: &str, index: usize, draft: &mut Draft) {
        let Some(slot) = self.slot(name, index) else { return };
        let before = slot.clone();
        (slot.program_failures, slot.platform_failures) = (0, 0);
        if let Some(run) = slot.run.as_mut() {
            run.is_to_end = true;
        }
        let waits = slot.run.is_none() && slot.not_before.is_some();
        if *slot == before && !waits {
            return;
        }
        let run = slot.run.as_ref().map(|run| run.task_id.clone());
        draft.slots.insert((name.to_owned(), index));
        match run {
            Some(task) => self.kill(now, &task),
            None => self.set_timer(now, Duration::ZERO, Timer::Retry(name.to_owned(), index)),
        }
    }

    /// Marks a slot of a service as idle: it has no run and needs none.
    pub(super) fn rest(&mut self, name: &str, index: usize, draft: &mut Draft) {
        self.timers.cancel(Timer::Retry(name.to_owned(), index));
        let Some(service) = self.workloads.get_mut(name) else { return };
        let Slot { is_retired, is_surge, version, .. } = service.slots[index];
        let idle = Slot { is_retired, is_surge, version, wait: Wait::Done, ..Slot::default() };
        let wait = std::mem::replace(&mut service.slots[index].wait, Wait::Done);
        // It waited for nothing if it had a run, which is recorded.
        if wait == Wait::Done || service.slots[index] != idle {
            draft.slots.insert((name.to_owned(), index));
        }
        service.slots[index] = idle;
        service.idle.insert(index);
    }

    /// Removes the last slots of a service if they are retired and idle.
    pub(super) fn trim(&mut self, name: &str, draft: &mut Draft) {
        let Some(service) = self.workloads.get_mut(name) else { return };
        let is_over = |service: &WorkloadState| {
            let last = service.slots.len().checked_sub(1)?;
            (service.slots[last].is_retired && service.idle.contains(&last)).then_some(last)
        };
        while let Some(last) = is_over(service) {
            service.slots.pop();
            service.idle.remove(&last);
            draft.delete(records::slot(name, last));
        }
        service.cursor = service.cursor.min(service.slots.len());
        if service.record.slots != service.slots.len() {
            service.record.slots = service.slots.len();
            draft.put(records::workload(name), records::text(&service.record));
        }
    }
}

impl WorkloadState {
    /// Makes an idle slot wait for a run, if it needs one.
    fn wake(&mut self, index: usize) {
        if self.wants(index) && self.idle.remove(&index) {
            self.slots[index].wait = Wait::Held;
            self.cursor = self.cursor.min(index);
        }
    }

    /// Returns the instances that are needed least: first those that do not run, last those that
    /// run well, and of those the ones with the version that all are to have, and the oldest.
    fn least_needed(&self, count: usize) -> Vec<usize> {
        let target = self.record.rollout.target();
        let rank = |index: &usize| {
            let run = self.slots[*index].run.as_ref();
            let kind = match run.map(|run| run.phase) {
                None => 0,
                Some(_) if run.is_some_and(Run::is_ending) => 0,
                Some(Phase::Unreachable(_)) => 1,
                Some(Phase::Intended | Phase::Starting) => 2,
                Some(Phase::Running) if run.is_some_and(|run| run.well.is_none()) => 3,
                Some(Phase::Running) => 4,
            };
            let is_new = self.slots[*index].version == target;
            (kind, is_new, Reverse(run.and_then(|run| run.well.or(run.started))), Reverse(*index))
        };
        let mut candidates: Vec<_> =
            (0..self.slots.len()).filter(|index| self.slots[*index].is_wanted()).collect();
        candidates.sort_by_cached_key(rank);
        candidates.truncate(count);
        candidates
    }
}
