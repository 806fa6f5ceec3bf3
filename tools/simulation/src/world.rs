//! The state that everything in a run shares: randomness, history, the cluster's state, and what
//! the observers know.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mesos_sdk::Address;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::history::History;
use crate::journal::Journal;
use crate::network::Connections;
use crate::observer::{ExecutorWatch, Life, Update};
use crate::plan::{HandlerFaults, NetworkFaults, Plan};
use crate::rng::Rng;
use crate::stored_id::StoredId;

/// The port of the first master. The others use the ports after it.
const FIRST_PORT: u16 = 5100;

/// The world of one run.
#[derive(Debug)]
pub(crate) struct World {
    inner: Mutex<Inner>,
    /// The master that detectors report as the leader.
    pub(crate) announced_leader: watch::Sender<Option<usize>>,
    /// Ends an executor.
    pub(crate) kill_executor: Notify,
}

/// The state that the lock protects.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "the flags are independent of each other")]
pub(crate) struct Inner {
    start: Instant,
    pub(crate) history: History,
    pub(crate) rng: Rng,
    pub(crate) plan: Plan,
    /// Whether the faults are over.
    pub(crate) calm: bool,
    /// The master that leads, if any.
    pub(crate) leader: Option<usize>,
    pub(crate) recovering: bool,
    /// When the current leader was elected. It knows only what agents and schedulers have reported
    /// since.
    pub(crate) elected: Option<Duration>,
    pub(crate) connections: Connections,
    pub(crate) lives: BTreeMap<u32, Life>,
    pub(crate) executors: BTreeMap<String, ExecutorWatch>,
    pub(crate) journal: Journal,
    pub(crate) stored_id: StoredId,
    /// Whether the store has returned an old id, so that there may be another framework.
    pub(crate) stale: bool,
    pub(crate) numbered: u64,
    /// The updates that any life has acknowledged.
    pub(crate) acknowledged: BTreeSet<Update>,
    /// When an update first reached a scheduler.
    pub(crate) arrived: BTreeMap<Update, Duration>,
    /// The number of events in the flood that the next event starts, or 0.
    pub(crate) flood: u32,
    /// Whether the framework was removed because no scheduler was subscribed for too long.
    pub(crate) gone: bool,
    /// Whether the next handler is slow.
    pub(crate) delays_next_handler: bool,
    /// The violated invariants.
    pub(crate) broken: Vec<String>,
    calm_network: NetworkFaults,
    calm_handlers: HandlerFaults,
}

impl World {
    pub(crate) fn new(plan: Plan, mut rng: Rng, keep_history: bool) -> Self {
        let journal = Journal::new(&plan, &mut rng);
        let inner = Inner {
            start: Instant::now(),
            history: History::new(keep_history),
            rng,
            plan,
            calm: false,
            leader: Some(0),
            recovering: false,
            elected: None,
            connections: Connections::default(),
            lives: BTreeMap::new(),
            executors: BTreeMap::new(),
            journal,
            stored_id: StoredId::default(),
            stale: false,
            numbered: 0,
            acknowledged: BTreeSet::new(),
            arrived: BTreeMap::new(),
            flood: 0,
            gone: false,
            delays_next_handler: false,
            broken: Vec::new(),
            calm_network: NetworkFaults::default(),
            calm_handlers: HandlerFaults::default(),
        };
        Self {
            inner: Mutex::new(inner),
            announced_leader: watch::Sender::new(Some(0)),
            kill_executor: Notify::new(),
        }
    }

    /// Calls a function with the locked state, which must not await anything.
    pub(crate) fn with<T>(&self, use_it: impl FnOnce(&mut Inner) -> T) -> T {
        use_it(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    /// Returns the time since the beginning of the run.
    pub(crate) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    pub(crate) fn note(&mut self, what: fmt::Arguments<'_>) {
        let now = self.now();
        self.history.note(now, what);
    }

    /// Records a violated invariant.
    pub(crate) fn violation(&mut self, what: String) {
        self.note(format_args!("!!! {what}"));
        self.broken.push(what);
    }

    pub(crate) fn network_faults(&self) -> &NetworkFaults {
        if self.calm { &self.calm_network } else { &self.plan.network_faults }
    }

    pub(crate) fn handler_faults(&self) -> &HandlerFaults {
        if self.calm { &self.calm_handlers } else { &self.plan.handler_faults }
    }

    /// Returns how long the next bytes are delayed.
    pub(crate) fn delay(&self, rng: &mut Rng) -> Duration {
        let (delayed, longest) = (self.network_faults().delayed, self.network_faults().longest_delay);
        if rng.chance(delayed) { rng.time(longest) } else { Duration::ZERO }
    }

    /// Returns a number that was not used before.
    pub(crate) fn number(&mut self) -> u64 {
        self.numbered += 1;
        self.numbered
    }

    /// Returns what is known of one life of the scheduler.
    pub(crate) fn life(&mut self, life: u32) -> &mut Life {
        self.lives.entry(life).or_default()
    }
}

/// Returns the address of a master.
pub(crate) fn address(master: usize) -> Address {
    let port = FIRST_PORT + u16::try_from(master).unwrap_or(0);
    Address::new(format!("10.0.0.{}", master + 1), port)
}
