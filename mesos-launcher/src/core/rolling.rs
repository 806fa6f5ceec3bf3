//! Rollouts: how the instances of a service get another version.

use super::moves::Moves;
use super::rollout::{Rollout, Stage};
use super::run::{Slot, Wait};
use super::timer_queue::Timer;
use super::turn::{Draft, Now};
use super::version::Version;
use super::waiting::placer_id;
use super::{Core, WorkloadState, records};
use crate::rollout::{self, RolloutState};
use crate::update::{OnFailure, Update};

impl Core {
    /// Goes on with the rollouts of all services.
    pub(super) fn roll_out(&mut self, now: Now, draft: &mut Draft) {
        if !self.is_subscribed {
            return;
        }
        let active = self.workloads.iter().filter(|(_, service)| service.is_rolling());
        let active: Vec<_> = active.map(|(name, _)| name.clone()).collect();
        for name in active {
            self.end_if_failed(now, &name, draft);
            self.roll_on(now, &name, draft);
        }
    }

    fn roll_on(&mut self, now: Now, name: &str, draft: &mut Draft) {
        let Some(service) = self.workloads.get(name).filter(|service| service.is_rolling()) else { return };
        if service.is_rolled_out() {
            return self.complete(now, name, draft);
        }
        let Moves { surge, slots, retired } = service.next_moves();
        let target = service.record.rollout.target();
        for index in retired {
            self.retire(now, name, index, draft);
        }
        for _ in 0..surge {
            self.add_surge(name, target, draft);
        }
        for index in slots {
            self.change_version(now, (name, index), target, draft);
        }
    }

    /// Begins a rollout, or a stage of it.
    pub(super) fn begin_rollout(&mut self, now: Now, name: &str, rollout: Rollout, draft: &mut Draft) {
        let target = rollout.target();
        let Some(service) = self.workloads.get_mut(name) else { return };
        let all = 0..service.slots.len();
        let has_none = all.clone().all(|index| !service.has_run_that_stays(index));
        // If nothing runs, there is nothing to keep, and nothing to try first.
        let is_promoted = rollout.is_promoted || has_none;
        service.record.rollout = Rollout { is_promoted, ..rollout };
        draft.put(records::workload(name), records::text(&service.record));
        if has_none {
            all.for_each(|index| self.change_version(now, (name, index), target, draft));
        } else {
            self.await_health(now, name);
        }
        self.forget_versions(name, draft);
    }

    /// Gives an instance another version: its run is killed, and the next one has that version.
    fn change_version(
        &mut self,
        now: Now,
        (name, index): (&str, usize),
        version: Version,
        draft: &mut Draft,
    ) {
        let Some(service) = self.workloads.get_mut(name) else { return };
        if service.slots[index].version == version {
            return;
        }
        if service.slots[index].wait == Wait::Placed {
            // The placer has the needs of the other version.
            service.placed -= 1;
            service.slots[index].wait = Wait::Held;
            service.cursor = service.cursor.min(index);
            self.placer.withdraw(&placer_id(name, index));
        }
        service.slots[index].version = version;
        draft.slots.insert((name.to_owned(), index));
        self.start_again(now, name, index, draft);
    }

    /// Adds an instance for as long as the rollout lasts.
    fn add_surge(&mut self, name: &str, version: Version, draft: &mut Draft) {
        if self.check_total(1).is_err() {
            return;
        }
        let Some(service) = self.workloads.get_mut(name) else { return };
        let index = service.idle.iter().find(|index| service.slots[**index].is_retired).copied();
        let index = index.unwrap_or(service.slots.len());
        if index == service.slots.len() {
            service.slots.push(Slot::default());
            service.record.slots = service.slots.len();
            draft.put(records::workload(name), records::text(&service.record));
        }
        service.slots[index] = Slot { version, is_surge: true, ..Slot::default() };
        service.idle.remove(&index);
        service.cursor = service.cursor.min(index);
        draft.slots.insert((name.to_owned(), index));
    }

    /// Ends a rollout whose instances all run well.
    fn complete(&mut self, now: Now, name: &str, draft: &mut Draft) {
        let Some(service) = self.workloads.get_mut(name) else { return };
        let rollout = &mut service.record.rollout;
        rollout.stage = match rollout.stage {
            Stage::RollingBack => Stage::RolledBack,
            _ => Stage::Done,
        };
        if rollout.stage == Stage::Done {
            (rollout.stable, rollout.reason) = (rollout.submitted, None);
        }
        let surge = (0..service.slots.len()).filter(|index| service.slots[*index].is_surge);
        let surge: Vec<_> = surge.filter(|index| !service.slots[*index].is_retired).collect();
        draft.put(records::workload(name), records::text(&service.record));
        for index in surge {
            self.retire(now, name, index, draft);
        }
        self.forget_versions(name, draft);
    }

    /// Rolls a rollout back if it has failed, once, or pauses it.
    fn end_if_failed(&mut self, now: Now, name: &str, draft: &mut Draft) {
        let Some(service) = self.workloads.get_mut(name) else { return };
        let (update, rollout) = (service.update(), &mut service.record.rollout);
        if rollout.failures <= update.max_failures {
            return;
        }
        if rollout.stage == Stage::Rolling && update.on_failure == OnFailure::RollBack {
            let back = Rollout { reason: rollout.reason.take(), ..rollout.at(Stage::RollingBack) };
            return self.begin_rollout(now, name, back, draft);
        }
        rollout.is_paused = true;
        draft.put(records::workload(name), records::text(&service.record));
    }

    /// Forgets the versions that no instance has, and to which nothing leads.
    fn forget_versions(&mut self, name: &str, draft: &mut Draft) {
        let Some(service) = self.workloads.get_mut(name) else { return };
        let (rollout, slots) = (&service.record.rollout, &service.slots);
        let is_used = |version: Version| {
            [rollout.stable, rollout.submitted].contains(&version)
                || slots.iter().any(|slot| !slot.is_retired && slot.version == version)
        };
        let mut tasks = std::mem::take(&mut service.tasks);
        tasks.retain(|record, _| {
            let is_used = is_used(Version::of_record(*record));
            if !is_used {
                draft.delete(records::task(name, *record));
            }
            is_used
        });
        service.tasks = tasks;
    }

    /// Has a turn check whether the instances become healthy in time.
    pub(super) fn await_health(&mut self, now: Now, name: &str) {
        let Some(service) = self.workloads.get(name) else { return };
        let within = service.update().healthy_within;
        let runs: Vec<_> = service.slots.iter().filter_map(|slot| slot.run.as_ref()).collect();
        let tasks: Vec<_> = runs.into_iter().map(|run| run.task_id.clone()).collect();
        for task in tasks {
            self.set_timer(now, within, Timer::Late(task));
        }
    }
}

impl WorkloadState {
    /// Returns how versions are updated.
    pub(super) fn update(&self) -> Update {
        self.record.policy.service().map(|policy| policy.update.clone()).unwrap_or_default()
    }

    /// Returns whether instances are given another version.
    pub(super) fn is_rolling(&self) -> bool {
        self.record.rollout.is_active() && !self.record.is_stopping
    }

    fn has_run_that_stays(&self, index: usize) -> bool {
        self.slots[index].run.as_ref().is_some_and(|run| !self.is_to_end(run))
    }

    /// Returns the rollout as handles show it.
    pub(super) fn rollout(&self) -> rollout::Rollout {
        let rollout = &self.record.rollout;
        let state = match rollout.stage {
            Stage::Done => RolloutState::Done,
            Stage::RolledBack => RolloutState::RolledBack,
            _ if rollout.is_paused => RolloutState::Paused,
            Stage::RollingBack => RolloutState::RollingBack,
            Stage::Rolling if self.awaits_promotion() => RolloutState::AwaitingPromotion,
            Stage::Rolling => RolloutState::Rolling,
        };
        rollout::Rollout {
            state,
            version: rollout.submitted.0,
            previous: rollout.stable.0,
            failures: rollout.failures,
            reason: rollout.reason.clone(),
        }
    }
}
