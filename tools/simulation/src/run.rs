//! One run: faults, then calm, then the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use mesos_local::Cluster;
use mesos_sdk::{Address, Connector, Error, ErrorKind};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::executor::executors;
use crate::life::{self, End, Process};
use crate::plan::{Ending, Plan};
use crate::rng::Rng;
use crate::world::World;

/// Where the wall clock of every cluster begins: the time since 1970.
const EPOCH: Duration = Duration::from_secs(1_700_000_000);

/// Agents are slow in one of this many runs.
const SLOW_AGENTS: u64 = 8;
/// The scheduler's process is frozen for a while in one of this many runs.
const FROZEN: u64 = 8;

/// The result of a run.
#[derive(Debug)]
pub struct Report {
    /// The seed that the run follows from.
    pub seed: u64,
    /// The hash of the history.
    pub hash: u64,
    /// The history, if it was requested.
    pub history: Vec<String>,
    /// The violated invariants.
    pub broken: Vec<String>,
    /// The virtual time that the run took.
    pub lasted: Duration,
}

/// Does the run that follows from `seed`.
///
/// # Panics
///
/// If the system cannot create a runtime, or the cluster does not start.
#[must_use]
#[allow(clippy::expect_used, reason = "a run needs both")]
pub fn run(seed: u64, keep_history: bool) -> Report {
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("cannot create a runtime");
    runtime.block_on(async move {
        let mut rng = Rng::new(seed);
        let mut plan = Plan::new(&mut rng);
        plan.slow_agents = seed.is_multiple_of(SLOW_AGENTS);
        if seed % FROZEN == FROZEN - 1 {
            plan.freeze(&mut Rng::new(!seed));
        }
        let ids = rng.seed();
        let world = Arc::new(World::new(plan.clone(), rng.fork(), keep_history));
        let builder = Cluster::builder().agents(plan.agents).resources("cpus:2;mem:512;disk:64").seed(ids);
        let builder = builder.in_memory(EPOCH).in_process_executors(executors(&world));
        let cluster = builder.start().await.expect("the cluster does not start");
        let mut run = Run::new(Arc::clone(&world), cluster, plan, rng);
        run.simulate().await;
        run.lives.abort_all();
        world.with(|world| Report {
            seed,
            hash: world.history.hash(),
            history: world.history.take(),
            broken: std::mem::take(&mut world.broken),
            lasted: world.now(),
        })
    })
}

/// The cluster, and the lives of the scheduler.
pub(crate) struct Run {
    pub(crate) world: Arc<World>,
    pub(crate) cluster: Cluster,
    pub(crate) plan: Plan,
    pub(crate) rng: Rng,
    lives: JoinSet<End>,
    pub(crate) processes: BTreeMap<u32, Process>,
    tasks: BTreeMap<Id, u32>,
    started: u32,
    pub(crate) killed: BTreeSet<usize>,
    pub(crate) frozen: BTreeSet<usize>,
    /// When the next life starts, if none is alive.
    restart: Option<Instant>,
    /// Whether the scheduler has been ended for good.
    pub(crate) ending: bool,
}

impl Run {
    fn new(world: Arc<World>, cluster: Cluster, plan: Plan, rng: Rng) -> Self {
        Self {
            world,
            cluster,
            plan,
            rng,
            lives: JoinSet::new(),
            processes: BTreeMap::new(),
            tasks: BTreeMap::new(),
            started: 0,
            killed: BTreeSet::new(),
            frozen: BTreeSet::new(),
            restart: None,
            ending: false,
        }
    }

    async fn simulate(&mut self) {
        let start = Instant::now();
        self.begin_life();
        for (at, fault) in std::mem::take(&mut self.plan.faults) {
            self.until(start + at).await;
            if self.is_gone() {
                return;
            }
            self.inject(fault).await;
        }
        self.until(start + self.plan.trouble).await;
        if self.is_gone() {
            return;
        }
        if self.plan.ending == Ending::StopInTrouble {
            return self.stop().await;
        }
        self.end_faults().await;
        self.await_convergence().await;
        if self.is_gone() {
            return;
        }
        match self.plan.ending {
            _ if self.world.with(|world| !world.broken.is_empty()) => {}
            Ending::Leave => self.leave().await,
            Ending::Stop | Ending::StopInTrouble => self.stop().await,
        }
    }

    /// Returns whether the framework was removed, after which there is nothing more to check.
    pub(crate) fn is_gone(&mut self) -> bool {
        self.ending |= self.world.with(|world| world.gone);
        self.ending
    }

    /// Starts a scheduler.
    pub(crate) fn begin_life(&mut self) {
        self.started += 1;
        let address = self.cluster.address();
        let master = Address::new(address.ip().to_string(), address.port());
        let connector: Arc<dyn Connector> = self.cluster.connector();
        let (process, run) = life::begin(&self.world, self.started, (connector, master));
        let task = self.lives.spawn(run).id();
        self.tasks.insert(task, self.started);
        self.processes.insert(self.started, process);
        self.restart = None;
    }

    /// Advances to this time, restarting schedulers that end in the meantime.
    pub(crate) async fn until(&mut self, then: Instant) {
        loop {
            let goes_on = !self.is_gone();
            let restart = self.restart.filter(|restart| *restart < then && goes_on);
            tokio::select! {
                biased;
                Some(ended) = self.lives.join_next_with_id() => self.ended(ended),
                () = sleep_until(restart.unwrap_or(then)) => match restart {
                    Some(_) => self.begin_life(),
                    None => return,
                },
            }
        }
    }

    fn ended(&mut self, ended: Result<(Id, End), JoinError>) {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some(life) = self.tasks.remove(&id) else { return };
        self.processes.remove(&life);
        let calm = self.world.with(|world| {
            match ended {
                Ok((_, End::Crashed)) => world.note(format_args!("S{life} crashes")),
                Ok((_, End::Returned(result))) => world.returned(life, result),
                Err(error) => world.driver_died(life, error.is_panic()),
            }
            let known = world.life(life);
            known.over = true;
            known.subscription = None;
            world.calm
        });
        if self.processes.is_empty() {
            let longest = Duration::from_secs(if calm { 1 } else { 10 });
            self.restart = Some(Instant::now() + Duration::from_millis(1) + self.rng.time(longest));
        }
    }

    /// Returns the newest scheduler that is alive.
    pub(crate) fn newest(&self) -> Option<&Process> {
        self.processes.values().next_back()
    }
}

impl crate::world::Inner {
    /// Checks the result with which a driver returned.
    fn returned(&mut self, life: u32, result: Result<(), Error>) {
        self.note(format_args!("S{life} returns {:?}", result.as_ref().map_err(Error::kind)));
        let store_fails = self.plan.store_fails > 0;
        let known = self.life(life);
        let expected = match &result {
            Ok(()) => known.leaving,
            Err(error) => match error.kind() {
                ErrorKind::FailedOver => known.failed_over,
                ErrorKind::FrameworkRemoved => known.removed,
                ErrorKind::Store => store_fails,
                ErrorKind::Rejected | ErrorKind::Forbidden | ErrorKind::Unauthorized => known.refused,
                ErrorKind::Timeout => known.leaving,
                _ => false,
            },
        };
        known.ended_well = result.is_ok();
        let (panicked, framework) = (known.panicked, known.framework.clone());
        if let (ErrorKind::FrameworkRemoved, true) =
            (result.as_ref().map_or_else(Error::kind, |()| ErrorKind::Stopped), expected)
        {
            self.gone = true;
            let stored = self.stored_id.id.as_ref().map(|id| id.value.clone());
            // The instance that tears the framework down clears the store for all of them.
            let wanted = self.lives.values().any(|life| life.torn_down && life.framework == framework);
            if framework.is_some() && stored.is_none() && !wanted {
                self.violation(format!("S{life} was removed, and {framework:?} is no longer stored"));
            }
        }
        if panicked {
            self.violation(format!("S{life} continues after a handler panicked"));
        } else if !expected {
            let result = result.map_err(|error| format!("{error:#}"));
            self.violation(format!("S{life} ends without having been stopped: {result:?}"));
        }
    }

    /// Records that a driver's task ended without returning.
    fn driver_died(&mut self, life: u32, panicked: bool) {
        self.note(format_args!("S{life} is gone"));
        if !panicked || !self.life(life).panicked {
            self.violation(format!("the driver of S{life} panics"));
        }
    }
}
