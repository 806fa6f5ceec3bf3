//! One life of the scheduler's process, from its start to its end or crash.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::task::AtomicWaker;
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::{AgentId, FrameworkInfo, Request};
use mesos_sdk::scheduler::Reconciliation;
use mesos_sdk::{ClientOptions, Connector, Error, Master, SchedulerDriver, SchedulerHandle};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::detector::Detector;
use crate::freezer::{Freezable, Freezer};
use crate::instance::Framework;
use crate::launch::ROLE;
use crate::network::{Client, Network};
use crate::observer::CallMode;
use crate::store::Store;
use crate::world::World;

/// How a life ended.
#[derive(Debug)]
pub(crate) enum End {
    Returned(Result<(), Error>),
    Crashed,
}

/// A running scheduler, as the rest of the simulation sees it.
pub(crate) struct Process {
    pub(crate) life: u32,
    pub(crate) handle: SchedulerHandle,
    pub(crate) crash: Arc<PlannedCrash>,
    pub(crate) freezer: Arc<Freezer>,
}

/// Creates a new life; the future is its process.
pub(crate) fn begin(
    world: &Arc<World>,
    life: u32,
    cluster: (Arc<dyn Connector>, mesos_sdk::Address),
) -> (Process, impl Future<Output = End> + Send + 'static) {
    let driver = driver(world, life, cluster);
    let handle = driver.handle();
    let crash = Arc::new(PlannedCrash::default());
    let tasks = Arc::new(Mutex::new(JoinSet::new()));
    let freezer = Arc::<Freezer>::default();
    let framework = Framework {
        world: Arc::clone(world),
        life,
        not_reported: BTreeSet::new(),
        tasks: Arc::clone(&tasks),
        freezer: Arc::clone(&freezer),
    };
    framework.spawn(make_calls(Arc::clone(world), life, handle.clone()));
    let running = async move {
        let mut framework = framework;
        driver.run(&mut framework).await
    };
    let process = Process { life, handle, crash: Arc::clone(&crash), freezer: Arc::clone(&freezer) };
    let world = Arc::clone(world);
    let run = async move {
        let running = Freezable::new(running, freezer);
        let until_crash = UntilCrash { running: Box::pin(running), crash, world: Arc::clone(&world), life };
        let end = until_crash.await;
        let Some(result) = end else {
            drop(tasks);
            return End::Crashed;
        };
        // Results that arrive with the end have arrived by now.
        sleep(Duration::from_millis(1)).await;
        world.with(|world| {
            if let Some(what) = world.unfinished_call(life, false).filter(|_| !world.life(life).panicked) {
                world.violation(format!("after the end: {what}"));
            }
        });
        tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
        End::Returned(result)
    };
    (process, run)
}

fn driver(
    world: &Arc<World>,
    life: u32,
    (inner, peer): (Arc<dyn Connector>, mesos_sdk::Address),
) -> SchedulerDriver {
    let plan = world.with(|world| {
        world.note(format_args!("S{life} starts"));
        world.plan.clone()
    });
    let detector = Detector { world: Arc::clone(world), life };
    let network =
        Network { world: Arc::clone(world), client: Client::Scheduler(life), inner, peer: Some(peer) };
    let often =
        Reconciliation::new().interval(Duration::from_secs(120)).longest_wait(Duration::from_secs(30));
    let driver = SchedulerDriver::new(Master::with_detector("simulated", detector), info(&plan))
        .client_options(ClientOptions::new().connector(network))
        .store(Store { world: Arc::clone(world), life })
        .max_queued_events(plan.event_limit)
        .reconciliation(often);
    if plan.chosen_id { driver.client_generated_id() } else { driver }
}

fn info(plan: &crate::plan::Plan) -> FrameworkInfo {
    let capability = |kind: capability::Type| Capability { r#type: Some(kind.into()) };
    let reserves = [capability::Type::MultiRole, capability::Type::ReservationRefinement].map(capability);
    let capabilities = plan.partition_aware.then(|| capability(capability::Type::PartitionAware)).into_iter();
    let has_operations = plan.operations > 0;
    FrameworkInfo {
        user: "simulation".to_owned(),
        name: "simulation".to_owned(),
        failover_timeout: Some(plan.failover_timeout),
        checkpoint: Some(plan.checkpoint),
        capabilities: capabilities.chain(reserves.into_iter().filter(|_| has_operations)).collect(),
        // A framework without MULTI_ROLE and this role has the role *, for which nothing can be
        // reserved.
        roles: has_operations.then(|| ROLE.to_owned()).into_iter().collect(),
        ..FrameworkInfo::default()
    }
}

/// Makes calls outside of the handlers, each with a unique number.
async fn make_calls(world: Arc<World>, life: u32, driver: SchedulerHandle) {
    loop {
        let (pause, way) = world.with(|world| {
            let pause = Duration::from_secs(if world.calm { 60 } else { 20 });
            (world.rng.time(pause), world.rng.below(4))
        });
        sleep(pause).await;
        world.with(|world| world.audit(life));
        let made = if way == 0 { CallMode::Detached } else { CallMode::Awaited };
        let number = world.with(|world| world.begins_call(life, made));
        let request = Request { agent_id: Some(AgentId::from(number.to_string())), resources: Vec::new() };
        let patient = driver.when_subscribed(Duration::from_secs(30));
        let caller = if way == 1 { &patient } else { &driver };
        let sending = caller.request([request]);
        match made {
            CallMode::Detached => sending.detach(),
            CallMode::Awaited => {
                let result = sending.await;
                world.with(|world| {
                    let outcome = result.as_ref().map_err(Error::kind);
                    world.note(format_args!("S{life} call {number}: {outcome:?}"));
                    world.call_result(life, number, &result);
                });
            }
        }
    }
}

/// When a process crashes.
#[derive(Debug, Default)]
pub(crate) struct PlannedCrash {
    /// The number of polls left, if a crash is scheduled.
    left: Mutex<Option<u32>>,
    waker: AtomicWaker,
}

impl PlannedCrash {
    /// Makes the process crash after this many more polls.
    pub(crate) fn schedule(&self, polls: u32) {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(polls);
        self.waker.wake();
    }

    /// Makes the process crash now if a crash is scheduled.
    pub(crate) fn hasten(&self) {
        let ordered = self.left.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if ordered {
            self.schedule(0);
        }
    }

    fn is_due(&self) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = *left == Some(0);
        *left = left.map(|left| left.saturating_sub(1));
        is_due
    }
}

/// Runs a future until it ends or the process crashes, which happens at a poll: at any point where
/// it awaits something.
struct UntilCrash<F> {
    running: Pin<Box<F>>,
    crash: Arc<PlannedCrash>,
    world: Arc<World>,
    life: u32,
}

impl<F: Future<Output = Result<(), Error>>> Future for UntilCrash<F> {
    /// `None` if it crashed.
    type Output = Option<Result<(), Error>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.crash.waker.register(context.waker());
        if self.crash.is_due() {
            self.world.with(|world| world.life(self.life).leaving = true);
            return Poll::Ready(None);
        }
        self.running.as_mut().poll(context).map(Some)
    }
}
