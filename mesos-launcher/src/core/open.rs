//! A core from the records of its store.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mesos_placement::{Placer, Settings, Shares, Strategy};
use mesos_sdk::proto::v1::FrameworkId;

use super::commands::left;
use super::demand::Demand;
use super::records::{self, WorkloadRecord, below, read};
use super::run::{Abandoned, Phase, Slot, Wait};
use super::safety_stop::SafetyStop;
use super::timer_queue::{Timer, Timers};
use super::timers::FORGET_AFTER;
use super::turn::Now;
use super::volumes::{VolumeRecord, Volumes};
use super::{Core, WorkloadState};
use crate::error::{Error, ErrorKind};
use crate::spec::UNRESERVED;
use crate::store::{Records, StoreError, StoreErrorKind};
use crate::unit::Unit;

/// How many runs begin in one turn at most.
const MAX_INTENTS: usize = 1000;

impl Core {
    /// Restores the state that the store contains. No other opening has the name `incarnation`.
    pub(crate) fn open(records: &Records, incarnation: String, now: Now) -> Result<Self, Error> {
        let format = records::format(records)?;
        let mut core = Self { format, ..Self::empty(incarnation)? };
        core.safety_stop = SafetyStop::open(read(records, records::REPLACE)?);
        for name in below(records, "workload/") {
            core.open_batch(records, name, now)?;
        }
        for task in below(records, "abandoned/") {
            let key = records::abandoned(task);
            let Some(abandoned) = read::<Abandoned>(records, &key)? else { continue };
            let forget = left(now, abandoned.since.saturating_add(FORGET_AFTER), FORGET_AFTER);
            core.set_timer(now, forget, Timer::Forget(task.to_owned()));
            core.insert_abandoned(task, abandoned);
        }
        for id in below(records, "volume/") {
            if let Some(record) = read::<VolumeRecord>(records, &records::volume(id))? {
                core.volumes.insert(id, record);
            }
        }
        core.count_runs();
        Ok(core)
    }

    /// Sets the role of the framework.
    pub(crate) fn role(mut self, role: &str) -> Self {
        if role != UNRESERVED {
            self.roles.insert(0, role.to_owned());
        }
        self
    }

    /// Notes that the store outlives the process, so that volumes may.
    pub(crate) fn kept(mut self, is_kept: bool) -> Self {
        self.volumes.is_kept = is_kept;
        self
    }

    fn empty(incarnation: String) -> Result<Self, Error> {
        let mut settings = Settings::default();
        settings.max_placements = Some(MAX_INTENTS);
        settings.strategy = Strategy::Pack(Shares::default());
        let invalid =
            |error: mesos_placement::PlacementError| Error::new(ErrorKind::Invalid, error.to_string());
        Ok(Self {
            incarnation,
            ids: 0,
            workloads: BTreeMap::new(),
            runs: BTreeMap::new(),
            abandoned: BTreeMap::new(),
            abandoned_at: BTreeMap::new(),
            volumes: Volumes::default(),
            format: 0,
            safety_stop: SafetyStop::default(),
            placer: Placer::new(settings).map_err(invalid)?,
            framework: FrameworkId::default(),
            roles: vec![UNRESERVED.to_owned()],
            agents: BTreeMap::new(),
            look_at_agents: Duration::ZERO,
            timers: Timers::default(),
            kills: BTreeMap::new(),
            is_subscribed: false,
            demand: Demand::default(),
            is_postponed: false,
            is_unordered: false,
        })
    }

    fn open_batch(&mut self, records: &Records, name: &str, now: Now) -> Result<(), Error> {
        let key = records::workload(name);
        let record: WorkloadRecord = read(records, &key)?.ok_or_else(|| missing(&key))?;
        let tasks = tasks(records, name, &record)?;
        let mut workload = WorkloadState::new(record, tasks);
        for index in 0..workload.slots.len() {
            if let Some(slot) = read(records, &records::slot(name, index))? {
                workload.slots[index] = slot;
            }
            if let Some(end) = read(records, &records::end(name, index))? {
                workload.slots[index].wait = Wait::Done;
                workload.add_end(index, end);
            }
            if let Some(run) = &workload.slots[index].run {
                self.open_agent(run, read(records, &records::agent(&run.agent))?);
                self.add_run_at(&run.agent);
            }
            self.open_slot(name, &mut workload, index, now);
        }
        self.workloads.insert(name.to_owned(), workload);
        Ok(())
    }

    fn open_slot(&mut self, name: &str, workload: &mut WorkloadState, index: usize, now: Now) {
        let (longest, replace_after) =
            (workload.record.policy.longest_wait(), workload.record.policy.replace_after);
        let is_wanted = workload.wants(index);
        let update = workload.update();
        let is_active = workload.is_rolling();
        let Slot { run, not_before, wait, .. } = &mut workload.slots[index];
        if let Some(run) = run {
            *wait = Wait::Done;
            workload.progress.running += 1;
            self.runs.insert(run.task_id.clone(), (name.to_owned(), index));
            if workload.record.is_stopping || run.is_ending() {
                self.kill(now, &run.task_id);
            }
            if let Some(well) = run.well {
                let left = left(now, well.saturating_add(update.healthy_for), update.healthy_for);
                self.set_timer(now, left, Timer::Proven(run.task_id.clone()));
            }
            if let Some(started) = run.started.filter(|_| is_active) {
                let left = left(now, started.saturating_add(update.healthy_within), update.healthy_within);
                self.set_timer(now, left, Timer::Late(run.task_id.clone()));
            }
            if let Phase::Unreachable(since) = run.phase {
                self.safety_stop.insert(since, &run.task_id);
                let left = left(now, since.saturating_add(replace_after), replace_after);
                self.set_timer(now, left, Timer::Replace(run.task_id.clone()));
            }
        } else if workload.record.policy.is_service() && !is_wanted {
            *wait = Wait::Done;
            workload.idle.insert(index);
        } else if let Some(until) = not_before {
            let left = left(now, *until, longest);
            self.set_timer(now, left, Timer::Retry(name.to_owned(), index));
        }
    }
}

/// Returns the tasks of a batch, or the versions of the task of a service that are needed.
fn tasks(
    records: &Records,
    name: &str,
    record: &WorkloadRecord,
) -> Result<BTreeMap<usize, Unit>, StoreError> {
    let known = records::task_numbers(records, name);
    let (stable, submitted) = (record.rollout.stable.record(), record.rollout.submitted.record());
    let needed = match record.policy.is_service() {
        true => known.chain([stable, submitted]).collect::<BTreeSet<_>>(),
        false => (0..record.tasks).collect(),
    };
    let task = |index| {
        let key = records::task(name, index);
        Ok((index, read(records, &key)?.ok_or_else(|| missing(&key))?))
    };
    needed.into_iter().map(task).collect()
}

fn missing(key: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Corrupt,
        format!("the record {key} is missing: restore the store from a backup"),
    )
}
