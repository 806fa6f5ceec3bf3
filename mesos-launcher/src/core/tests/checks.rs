//! What must hold at each moment of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mesos_sdk::proto::v1::{TaskInfo, TaskState};

use super::super::records::{BatchRecord, estranged, read, slot};
use super::super::run::Slot;
use super::super::{Core, Now, Turn};
use super::agent::is_over;
use crate::end::{End, Outcome};
use crate::store::{Change, Records};

/// How many tasks a batch of the tests has at most.
const MAX_TASKS: usize = 3;

#[derive(Clone, Debug, Default)]
pub(super) struct Checks {
    /// All task ids of ACCEPTs, over all lives.
    used: BTreeSet<String>,
    /// The ends that this life has handed out.
    handed_out: BTreeSet<usize>,
    /// When a slot's program failed last, how often it has, by what was acknowledged.
    failures: BTreeMap<usize, (Duration, u32)>,
    now: Duration,
    /// A line for each thing that was done.
    pub(super) trace: Option<Vec<String>>,
}

/// Returns the number of the slot in a task id.
fn index(task: &str) -> usize {
    task.split('.').nth(1).unwrap().parse().unwrap()
}

fn run_of(task: &str, store: &Records) -> Option<Slot> {
    let found: Slot = read(store, &slot("b", index(task))).unwrap()?;
    found.run.as_ref().is_some_and(|run| run.task_id == task).then_some(found)
}

impl Checks {
    pub(super) fn starts(&mut self, core: &Core) {
        self.handed_out = core.ends().map(|end| end.index).collect();
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
            assert_eq!(slot.run.unwrap().agent, task.agent_id.value);
            assert!(self.used.insert(id.clone()), "{id} is used again");
            if let Some((failed, times)) = self.failures.get(&index(id)) {
                let wait = Duration::from_secs(1 << (times - 1));
                assert!(now.wall >= *failed + wait, "{id} is launched too soon after failure {times}");
            }
        }
    }

    /// What an acknowledged update states is in the store.
    pub(super) fn acknowledged(task: &str, state: TaskState, store: &Records) {
        let current = run_of(task, store);
        if is_over(state) {
            assert!(current.is_none(), "the end of {task} is acknowledged, and not stored");
            assert!(!store.contains_key(&estranged(task)), "{task} has ended, and is still estranged");
        } else if let Some(run) = current.and_then(|slot| slot.run) {
            assert_ne!(
                run.phase,
                super::super::Phase::Intended,
                "{task} is {state:?}, and this is not stored"
            );
        }
    }

    /// Only tasks that are to end are killed.
    pub(super) fn killed(task: &str, store: &Records) {
        assert!(Self::is_to_be_killed(task, store), "{task} is killed");
    }

    pub(super) fn is_to_be_killed(task: &str, store: &Records) -> bool {
        let batch: Option<BatchRecord> = read(store, "batch/b").unwrap();
        store.contains_key(&estranged(task)) || batch.is_some_and(|batch| batch.is_stopping)
    }

    /// Each end is handed out once in each life, when it is stored.
    pub(super) fn ended(&mut self, end: &End, store: &Records) {
        assert!(store.contains_key(&format!("end/b/{}", end.index)), "{end} is not stored");
        assert!(self.handed_out.insert(end.index), "{end} is handed out again");
    }

    /// Of two live tasks of a slot, all but one are estranged, and none is without a record.
    pub(super) fn live<'t>(tasks: impl Iterator<Item = &'t String>, store: &Records) {
        let mut alive = BTreeMap::<usize, Vec<&str>>::new();
        for task in tasks.filter(|task| !store.contains_key(&estranged(task))) {
            assert!(run_of(task, store).is_some(), "{task} lives without a record");
            alive.entry(index(task)).or_default().push(task);
        }
        for (slot, tasks) in alive {
            assert!(tasks.len() < 2, "slot {slot} runs twice: {tasks:?}");
        }
    }

    /// Notes failures of programs, as they are stored.
    pub(super) fn note_failures(&mut self, store: &Records, now: Now) {
        for number in 0..MAX_TASKS {
            let Some(slot) = read::<Slot>(store, &slot("b", number)).unwrap() else { continue };
            let known = self.failures.get(&number).map_or(0, |(_, times)| *times);
            if slot.program_failures > known {
                self.failures.insert(number, (now.wall, slot.program_failures));
            }
        }
    }

    /// Every task has the end that it should have.
    pub(super) fn at_the_end(store: &Records) {
        let batch: BatchRecord = read(store, "batch/b").unwrap().unwrap();
        for number in 0..batch.tasks {
            let end: End = read(store, &format!("end/b/{number}")).unwrap().unwrap();
            assert!(end.outcome != Outcome::Stopped || batch.is_stopping, "{end}");
        }
    }
}
