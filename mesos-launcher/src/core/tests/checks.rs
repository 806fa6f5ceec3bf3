//! What must hold at each moment of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mesos_sdk::proto::v1::{TaskInfo, TaskState};

use super::super::records::{WorkloadRecord, abandoned, below, read, slot};
use super::super::run::{Abandoned, Phase, Run, Slot};
use super::super::{Core, Input, Now, Turn};
use super::agent::{is_over, run_id};
use super::changes::{HOLD, is_storm};
use super::results::Results;
use super::rolling::{self, RolloutTurn};
use crate::end::{End, Outcome};
use crate::store::{Change, Records};

/// How many slots a workload of the tests has at most.
const MAX_SLOTS: usize = 12;
/// How long a replacement may be late.
const LATE: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, Default)]
pub(super) struct Checks {
    /// All task ids of ACCEPTs, over all lives.
    used: BTreeSet<String>,
    /// The ends that this incarnation has handed out.
    handed_out: BTreeSet<usize>,
    /// When a slot's program failed last, how often it has, by what was acknowledged.
    failures: BTreeMap<usize, (Duration, u32)>,
    /// Since when each run could have been replaced.
    replaceable: BTreeMap<String, Duration>,
    now: Duration,
    /// The tasks that the current master has confirmed.
    confirmed: BTreeSet<String>,
    pub(super) results: Results,
    /// A line for each thing that was done.
    pub(super) trace: Option<Vec<String>>,
}

/// Returns the number of the slot in a task id.
pub(super) fn index(task: &str) -> usize {
    task.split('.').nth(1).unwrap().parse().unwrap()
}

pub(super) fn slot_of(number: usize, store: &Records) -> Option<Slot> {
    read(store, &slot("b", number)).unwrap()
}

fn workload_of(store: &Records) -> Option<WorkloadRecord> {
    read(store, "workload/b").unwrap()
}

fn run_of(task: &str, store: &Records) -> Option<Slot> {
    let found = slot_of(index(task), store)?;
    found.run.as_ref().is_some_and(|run| run.task_id == run_id(task)).then_some(found)
}

/// Returns whether a task of a run may live, as it is recorded.
fn lives(task: &str, run: &Run) -> bool {
    run.tasks().iter().any(|id| id == task)
}

/// Returns whether a task may live, and is one of a run that was abandoned.
fn is_abandoned(task: &str, store: &Records) -> bool {
    let run = run_id(task);
    let found = read::<Abandoned>(store, &abandoned(run)).unwrap();
    found.is_some_and(|abandoned| abandoned.tasks(run).iter().any(|id| id == task))
}

/// Returns the runs that the current master has confirmed to be unreachable, since when they are,
/// and after which time they are replaced.
fn unreachable(core: &Core) -> impl Iterator<Item = (String, Duration, Duration)> {
    core.runs.iter().filter_map(|(task, (name, index))| {
        let workload = &core.workloads[name];
        let run = workload.slots[*index].run.as_ref()?;
        let Phase::Unreachable(since) = run.phase else { return None };
        let is_known = run.is_confirmed && core.is_subscribed && run.volume.is_none();
        is_known.then(|| (task.clone(), since, workload.record.policy.replace_after))
    })
}

impl Checks {
    pub(super) fn starts(&mut self, core: &Core) {
        self.handed_out = core.ends().map(|end| end.index).collect();
        self.replaceable.clear();
        self.confirmed.clear();
    }

    /// Notes what the scheduler gets.
    pub(super) fn gets(&mut self, input: &Input) {
        match input {
            Input::Subscribed => self.confirmed.clear(),
            Input::Update(status, _) => drop(self.confirmed.insert(status.task_id.value.clone())),
            _ => {}
        }
    }

    /// Checks what a turn with at most one input changes of a rollout.
    pub(super) fn rollout(&self, turn: &Turn, input: Option<&Input>, store: &Records, now: Now) {
        let mut changed = store.clone();
        Change::apply_all(turn.changes.clone(), &mut changed);
        if let Some(turn) = RolloutTurn::new(store, &changed, now, &self.confirmed) {
            turn.check(input);
        }
    }

    /// No record is written again as it is. Two inputs of one turn may cancel each other out.
    pub(super) fn turn(&mut self, turn: &Turn, is_single: bool, store: &Records) {
        for change in &turn.changes {
            if let Change::Put(key, text) = change
                && is_single
            {
                assert_ne!(store.get(key), Some(text), "{key} is written again");
            }
        }
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{turn:?}"));
        }
    }

    /// A task is recorded with its agent before its ACCEPT, and its id is new.
    pub(super) fn accepted(&mut self, tasks: &[TaskInfo], store: &Records, now: Now) {
        self.now = now.wall;
        for task in tasks {
            let id = &task.task_id.value;
            let slot = run_of(id, store).unwrap_or_else(|| panic!("{id} is not recorded"));
            let run = slot.run.unwrap();
            assert_eq!(run.agent, task.agent_id.value);
            rolling::check_version(task, &run, store);
            assert!(self.used.insert(id.clone()), "{id} is used again");
            if let Some((failed, times)) = self.failures.get(&index(id)) {
                let is_service = workload_of(store).unwrap().policy.is_service();
                let second = if is_service { 800 } else { 1000 };
                let wait = Duration::from_millis(second << (times - 1)).min(Duration::from_secs(240));
                assert!(now.wall >= *failed + wait, "{id} is launched too soon after failure {times}");
            }
        }
    }

    /// No other task that may live is on the agent of a new one.
    pub(super) fn unique(tasks: &[TaskInfo], store: &Records) {
        let runs = (0..MAX_SLOTS).filter_map(|number| slot_of(number, store)?.run);
        let runs = runs.map(|run| (run.agent, run.task_id)).collect::<Vec<_>>();
        let abandoned = below(store, "abandoned/").filter_map(|task| {
            let run = read::<Abandoned>(store, &abandoned(task)).unwrap()?;
            Some((run.agent, task.to_owned()))
        });
        let all: Vec<_> = runs.into_iter().chain(abandoned).collect();
        for task in tasks {
            let at = all.iter().filter(|(agent, _)| *agent == task.agent_id.value).collect::<Vec<_>>();
            assert!(at.len() < 2, "two run on an agent: {at:?}");
        }
    }

    /// What an acknowledged update states is in the store.
    pub(super) fn acknowledged(task: &str, state: TaskState, store: &Records) {
        let current = run_of(task, store);
        if is_over(state) {
            let lives = current.and_then(|slot| slot.run).is_some_and(|run| lives(task, &run));
            assert!(!lives, "the end of {task} is acknowledged, and not stored");
            assert!(!is_abandoned(task, store), "{task} has ended, and is still abandoned");
        } else if let Some(run) = current.and_then(|slot| slot.run) {
            assert_ne!(run.phase, Phase::Intended, "{task} is {state:?}, and this is not stored");
        }
    }

    /// Only tasks that are to end are killed.
    pub(super) fn killed(task: &str, store: &Records) {
        assert!(Self::is_to_be_killed(task, store), "{task} is killed");
    }

    pub(super) fn is_to_be_killed(task: &str, store: &Records) -> bool {
        let is_to_end = run_of(task, store).and_then(|slot| slot.run).is_some_and(|run| run.is_ending());
        let is_stopping = workload_of(store).is_some_and(|workload| workload.is_stopping);
        is_to_end || is_stopping || is_abandoned(task, store)
    }

    /// Returns whether a service has what is wanted of it, and nothing else.
    pub(super) fn has_what_is_wanted(live: &[&String], store: &Records) -> bool {
        let workload = workload_of(store).unwrap();
        let slots: Vec<_> =
            (0..workload.slots).map(|number| slot_of(number, store).unwrap_or_default()).collect();
        let wanted = slots.iter().filter(|slot| !slot.is_retired && !workload.is_stopping).count();
        let live_runs: BTreeSet<_> = live.iter().map(|task| run_id(task)).collect();
        let runs =
            slots.iter().filter_map(|slot| slot.run.as_ref()).filter(|run| run.phase == Phase::Running);
        let is_fine =
            live.iter().all(|task| run_of(task, store).is_some() && !Self::is_to_be_killed(task, store));
        let is_forgotten = !store.keys().any(|key| key.starts_with("abandoned/"));
        is_fine
            && is_forgotten
            && rolling::has_settled(store)
            && live_runs.len() == wanted
            && runs.count() == wanted
    }

    /// What is unreachable is replaced in time.
    pub(super) fn replacements(&mut self, core: &Core, now: Now) {
        let unreachable: Vec<_> = unreachable(core).collect();
        self.replaceable.retain(|task, _| unreachable.iter().any(|(id, ..)| id == task));
        for (task, since, after) in &unreachable {
            let times = unreachable.iter().map(|(_, since, _)| *since);
            let after = if is_storm(*since, times, core.runs.len()) { HOLD.max(*after) } else { *after };
            if now.wall < *since + after {
                self.replaceable.remove(task);
                continue;
            }
            let first = *self.replaceable.entry(task.clone()).or_insert(now.wall);
            assert!(now.wall <= first + LATE, "{task} is not replaced");
        }
    }

    /// Each end is handed out once in each incarnation, when it is stored.
    pub(super) fn ended(&mut self, end: &End, store: &Records) {
        assert!(store.contains_key(&format!("end/b/{}", end.index)), "{end} is not stored");
        assert!(self.handed_out.insert(end.index), "{end} is handed out again");
    }

    /// Of two live tasks of a slot, all but one are abandoned, and none is without a record.
    pub(super) fn live<'t>(tasks: impl Iterator<Item = &'t String>, store: &Records) {
        let mut alive = BTreeMap::<usize, BTreeSet<&str>>::new();
        for task in tasks.filter(|task| !is_abandoned(task, store)) {
            let run = run_of(task, store).and_then(|slot| slot.run);
            assert!(run.is_some_and(|run| lives(task, &run)), "{task} lives without a record");
            alive.entry(index(task)).or_default().insert(run_id(task));
        }
        for (slot, tasks) in &alive {
            assert!(tasks.len() < 2, "slot {slot} runs twice: {tasks:?}");
        }
        let Some(workload) = workload_of(store).filter(|workload| workload.policy.is_service()) else {
            return;
        };
        let is_wanted = |number: &usize| !slot_of(*number, store).unwrap_or_default().is_retired;
        let wanted = (0..workload.slots).filter(is_wanted).count();
        let kept = alive.into_values().flatten().filter(|task| !Self::is_to_be_killed(task, store)).count();
        assert!(kept <= wanted, "{kept} instances run, and {wanted} are wanted");
        rolling::check_surge(store);
    }

    /// A run does not run before all its tasks do.
    pub(super) fn starting(task: &str, store: &Records) {
        let run = run_of(task, store).and_then(|slot| slot.run);
        assert!(run.is_none_or(|run| run.phase != Phase::Running), "{task} is recorded as running");
    }

    /// Notes failures of programs, as they are stored.
    pub(super) fn note_failures(&mut self, store: &Records, now: Now) {
        for number in 0..MAX_SLOTS {
            let failures = slot_of(number, store).unwrap_or_default().program_failures;
            let known = self.failures.get(&number).map_or(0, |(_, times)| *times);
            if failures == 0 {
                self.failures.remove(&number);
            } else if failures != known {
                self.failures.insert(number, (now.wall, failures));
            }
        }
    }

    /// Every task has the end that it should have.
    pub(super) fn at_the_end(store: &Records) {
        let batch = workload_of(store).unwrap();
        for number in 0..batch.tasks {
            let end: End = read(store, &format!("end/b/{number}")).unwrap().unwrap();
            assert!(end.outcome != Outcome::Stopped || batch.is_stopping, "{end}");
        }
    }
}
