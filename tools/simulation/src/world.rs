//! What everybody in a run shares: chance, history, the state of the cluster, and what observers know.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mesos_sdk::Address;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::books::Books;
use crate::dice::Dice;
use crate::history::History;
use crate::kept::Kept;
use crate::network::Lines;
use crate::observer::{ExecutorWatch, Life, Update};
use crate::plan::{Manners, Plan, Weather};

/// The ports of masters are this one and those that follow.
const FIRST_PORT: u16 = 5100;

/// One run's world.
#[derive(Debug)]
pub(crate) struct World {
    inner: Mutex<Inner>,
    /// The master that detectors take for the leader.
    pub(crate) named: watch::Sender<Option<usize>>,
    /// Ends the executor that is told to die next.
    pub(crate) executor_dies: Notify,
}

/// What the lock protects.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and they come in all combinations"
)]
pub(crate) struct Inner {
    start: Instant,
    pub(crate) history: History,
    pub(crate) dice: Dice,
    pub(crate) plan: Plan,
    /// The faults are over.
    pub(crate) calm: bool,
    /// Which master leads, if one does.
    pub(crate) leader: Option<usize>,
    pub(crate) recovering: bool,
    /// When the master that leads began with what agents and schedulers tell it.
    pub(crate) elected: Option<Duration>,
    pub(crate) lines: Lines,
    pub(crate) lives: BTreeMap<u32, Life>,
    pub(crate) executors: BTreeMap<String, ExecutorWatch>,
    pub(crate) books: Books,
    pub(crate) kept: Kept,
    /// The store has given what it held before, so that there may be another framework.
    pub(crate) stale: bool,
    pub(crate) numbered: u64,
    /// What any life has acknowledged.
    pub(crate) acknowledged: BTreeSet<Update>,
    /// When a scheduler was told of an update for the first time.
    pub(crate) arrived: BTreeMap<Update, Duration>,
    /// How many events are still to come of a flood.
    pub(crate) flood: u32,
    /// The framework was removed, because nobody was subscribed for too long.
    pub(crate) gone: bool,
    /// The next handler takes its time.
    pub(crate) dawdles: bool,
    /// What should never happen, and has.
    pub(crate) broken: Vec<String>,
    calm_weather: Weather,
    calm_manners: Manners,
}

impl World {
    pub(crate) fn new(plan: Plan, mut dice: Dice, keep_history: bool) -> Self {
        let books = Books::new(&plan, &mut dice);
        let inner = Inner {
            start: Instant::now(),
            history: History::new(keep_history),
            dice,
            plan,
            calm: false,
            leader: Some(0),
            recovering: false,
            elected: None,
            lines: Lines::default(),
            lives: BTreeMap::new(),
            executors: BTreeMap::new(),
            books,
            kept: Kept::default(),
            stale: false,
            numbered: 0,
            acknowledged: BTreeSet::new(),
            arrived: BTreeMap::new(),
            flood: 0,
            gone: false,
            dawdles: false,
            broken: Vec::new(),
            calm_weather: Weather::default(),
            calm_manners: Manners::default(),
        };
        Self { inner: Mutex::new(inner), named: watch::Sender::new(Some(0)), executor_dies: Notify::new() }
    }

    /// Looks at, or changes, the world. Nothing may wait in it.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    /// The time since the beginning of the run.
    pub(crate) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    pub(crate) fn note(&mut self, what: fmt::Arguments<'_>) {
        let now = self.now();
        self.history.note(now, what);
    }

    /// Something that should never happen has happened.
    pub(crate) fn violated(&mut self, what: String) {
        self.note(format_args!("!!! {what}"));
        self.broken.push(what);
    }

    pub(crate) fn weather(&self) -> &Weather {
        if self.calm { &self.calm_weather } else { &self.plan.weather }
    }

    pub(crate) fn manners(&self) -> &Manners {
        if self.calm { &self.calm_manners } else { &self.plan.manners }
    }

    /// How long bytes are under way.
    pub(crate) fn delay(&self, dice: &mut Dice) -> Duration {
        let (delayed, longest) = (self.weather().delayed, self.weather().longest_delay);
        if dice.chance(delayed) { dice.time(longest) } else { Duration::ZERO }
    }

    /// The next number of whatever is numbered.
    pub(crate) fn number(&mut self) -> u64 {
        self.numbered += 1;
        self.numbered
    }

    /// What is known of one life of the scheduler.
    pub(crate) fn life(&mut self, life: u32) -> &mut Life {
        self.lives.entry(life).or_default()
    }
}

/// Where a master listens.
pub(crate) fn address(master: usize) -> Address {
    let port = FIRST_PORT + u16::try_from(master).unwrap_or(0);
    Address::new(format!("10.0.0.{}", master + 1), port)
}
