//! A core whose changes are written at once.

use std::time::Duration;

use mesos_sdk::proto::v1::offer::operation::LaunchGroup;
use mesos_sdk::proto::v1::{Offer, OfferId, TaskInfo, TaskState};
use mesos_sdk::resources::Resources;

use super::super::{Core, Effect, Input, Now, Turn};
use super::agent::status;
use crate::batch::Batch;
use crate::end::End;
use crate::error::ErrorKind;
use crate::spec::Spec;
use crate::store::{Change, Records};
use crate::task::Task;

pub(super) const SECOND: Duration = Duration::from_secs(1);

/// A core, its store and the time.
pub(super) struct Bench {
    pub(super) core: Core,
    pub(super) store: Records,
    pub(super) now: Now,
    pub(super) offers: usize,
    pub(super) lives: usize,
}

impl Bench {
    pub(super) fn new() -> Self {
        let (store, wall) = (Records::new(), Duration::from_secs(1_000_000));
        let now = Now { monotonic: Duration::ZERO, wall };
        let core = Core::open(&store, "one".to_owned(), now).unwrap().role("db").kept(true);
        let mut bench = Self { core, store, now, offers: 0, lives: 1 };
        bench.step(vec![Input::Subscribed]);
        bench
    }

    pub(super) fn with(spec: impl Into<Spec>) -> Self {
        let mut bench = Self::new();
        bench.submit(spec).unwrap();
        bench
    }

    pub(super) fn step(&mut self, inputs: Vec<Input>) -> Turn {
        let mut turn = self.core.step(self.now, inputs);
        Change::apply_all(turn.changes.clone(), &mut self.store);
        turn.immediate.append(&mut turn.after_write);
        turn
    }

    pub(super) fn command(&mut self, input: Input) -> Result<(), ErrorKind> {
        let done = self.step(vec![input]).immediate.into_iter();
        let mut replies = done.filter_map(|effect| match effect {
            Effect::Reply(1, result) => Some(result.map_err(|error| error.kind())),
            _ => None,
        });
        replies.next().unwrap()
    }

    pub(super) fn submit(&mut self, spec: impl Into<Spec>) -> Result<(), ErrorKind> {
        self.command(Input::Submit(Box::new(spec.into()), 1))
    }

    /// Makes an offer of so many cores, and returns the tasks that are launched.
    pub(super) fn offer(&mut self, cores: usize) -> Vec<String> {
        launched(&self.offer_of("a", &format!("cpus:{cores};mem:10000")))
    }

    /// Makes an offer of an agent.
    pub(super) fn offer_of(&mut self, agent: &str, resources: &str) -> Turn {
        self.offers += 1;
        let offer = Offer {
            id: OfferId::from(format!("o{}", self.offers)),
            agent_id: agent.to_owned().into(),
            hostname: "host".to_owned(),
            resources: resources.parse::<Resources>().unwrap().into_iter().collect(),
            ..Offer::default()
        };
        self.step(vec![Input::Offers(vec![offer])])
    }

    pub(super) fn update(&mut self, task: &str, state: TaskState) -> Turn {
        self.step(vec![Input::Update(Box::new(status(task, "a", state)), Some(9))])
    }

    /// Fails a task, and returns its end if there is one.
    pub(super) fn end(&mut self, task: &str, state: TaskState) -> Option<End> {
        ends(&self.update(task, state)).pop()
    }

    pub(super) fn pass(&mut self, time: Duration) -> Turn {
        self.now.monotonic += time;
        self.now.wall += time;
        self.step(Vec::new())
    }

    pub(super) fn restart(&mut self) -> Turn {
        self.lives += 1;
        self.now.monotonic = Duration::ZERO;
        let core = Core::open(&self.store, format!("life{}", self.lives), self.now).unwrap();
        self.core = core.role("db").kept(true);
        self.step(vec![Input::Subscribed])
    }
}

/// Returns the tasks of all ACCEPTs of a turn.
pub(super) fn tasks(turn: &Turn) -> Vec<&TaskInfo> {
    let accepts = turn.immediate.iter().filter_map(|effect| match effect {
        Effect::Accept { tasks, .. } => Some(tasks),
        _ => None,
    });
    accepts.flatten().collect()
}

/// Returns the groups of all ACCEPTs of a turn.
pub(super) fn groups(turn: &Turn) -> Vec<&LaunchGroup> {
    let accepts = turn.immediate.iter().filter_map(|effect| match effect {
        Effect::Accept { groups, .. } => Some(groups),
        _ => None,
    });
    accepts.flatten().collect()
}

pub(super) fn launched(turn: &Turn) -> Vec<String> {
    tasks(turn).into_iter().map(|task| task.task_id.value.clone()).collect()
}

pub(super) fn ends(turn: &Turn) -> Vec<End> {
    let ends = turn.immediate.iter().filter_map(|effect| match effect {
        Effect::Ended(end) => Some(end.clone()),
        _ => None,
    });
    ends.collect()
}

pub(super) fn kills(turn: &Turn) -> usize {
    turn.immediate.iter().filter(|effect| matches!(effect, Effect::Kill { .. })).count()
}

pub(super) fn batch(tasks: usize) -> Batch {
    Batch::new("b", (0..tasks).map(|_| Task::shell("work").cpus(1.0).mem(1.0)))
}
