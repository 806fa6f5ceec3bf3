//! The executor of every task: runs it for its time, reports its states, and ends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use mesos_local::{InProcessEnvironment, InProcessExecutors};
use mesos_sdk::executor::ExecutorEnvironment;
use mesos_sdk::proto::v1::{KillPolicy, TaskId, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::{ClientOptions, Executor, ExecutorDriver, ExecutorHandle, HandlerResult};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::network::{Client, Network, SLOW_AGENT};
use crate::world::World;

/// The name of all executors of the simulation.
pub(crate) const NAME: &str = "worker";

/// Returns the executors that the cluster runs instead of processes.
pub(crate) fn executors(world: &Arc<World>) -> InProcessExecutors {
    let mut executors = InProcessExecutors::default();
    // A strong reference would be a cycle: the world's run contains the cluster.
    let world = Arc::downgrade(world);
    executors.add(NAME, move |environment| {
        let world = world.upgrade();
        async move {
            match world {
                Some(world) => run(world, environment).await,
                None => 1,
            }
        }
    });
    executors
}

async fn run(world: Arc<World>, environment: InProcessEnvironment) -> i32 {
    let variables = environment.variables();
    let Ok(known) = ExecutorEnvironment::from_variables(|name| variables.get(name).cloned()) else {
        return 1;
    };
    let name = known.executor_id.value.clone();
    let network = Network {
        world: Arc::clone(&world),
        client: Client::Executor(name.clone()),
        inner: environment.connector(),
        peer: None,
    };
    let driver = ExecutorDriver::new(known).client_options(ClientOptions::new().connector(network));
    let mut worker = Worker {
        world: Arc::clone(&world),
        name: name.clone(),
        working: BTreeMap::new(),
        work: JoinSet::new(),
        lost: Arc::default(),
    };
    let ended = tokio::select! {
        biased;
        () = world.kill_executor.notified() => None,
        ended = driver.run(&mut worker) => Some(ended.is_ok()),
    };
    match ended {
        Some(well) => world.with(|world| world.executor_ended(&name, well)),
        None => world.with(|world| world.note(format_args!("E{name} is killed"))),
    }
    i32::from(ended != Some(true))
}

struct Worker {
    world: Arc<World>,
    name: String,
    working: BTreeMap<String, AbortHandle>,
    work: JoinSet<()>,
    /// Notified when the subscription is lost.
    lost: Arc<Notify>,
}

/// With slow agents, waits until soon after the subscription is lost, when the next SUBSCRIBE may
/// be in flight.
async fn until_subscription_lost(world: &World, lost: &Notify) {
    if world.with(|world| world.plan.slow_agents) {
        // The subscription may stand.
        drop(timeout(Duration::from_secs(10), lost.notified()).await);
        let then = world.with(|world| world.rng.time(2 * SLOW_AGENT));
        sleep(then).await;
    }
}

impl Worker {
    async fn slow(&self) {
        let delay = self.world.with(|world| {
            let slow = world.handler_faults().slow;
            if world.rng.chance(slow) { world.rng.time(Duration::from_secs(3)) } else { Duration::ZERO }
        });
        if !delay.is_zero() {
            sleep(delay).await;
        }
    }
}

/// Reports a state, which the driver keeps from then on.
async fn report(world: &World, handle: &ExecutorHandle, name: &str, task: &TaskId, state: TaskState) {
    let status = TaskStatus {
        task_id: task.clone(),
        state: state.into(),
        timestamp: Some(0.0),
        ..TaskStatus::default()
    };
    if handle.update(status).await.is_ok() {
        world.with(|world| world.promised(name, &task.value, state.into()));
    }
}

#[async_trait]
impl Executor for Worker {
    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        self.world.with(|world| world.launched(&self.name, &task.task_id.value));
        self.slow().await;
        let work =
            task.data.as_ref().and_then(|data| std::str::from_utf8(data).ok()?.parse().ok()).unwrap_or(0);
        let (world, handle, name, id) =
            (Arc::clone(&self.world), handle.clone(), self.name.clone(), task.task_id.clone());
        let lost = Arc::clone(&self.lost);
        let working = self.work.spawn(async move {
            until_subscription_lost(&world, &lost).await;
            report(&world, &handle, &name, &id, TaskState::Running).await;
            if work == 0 {
                std::future::pending::<()>().await;
            }
            sleep(Duration::from_millis(work)).await;
            report(&world, &handle, &name, &id, TaskState::Finished).await;
            world.with(|world| world.stops(&name));
            handle.stop();
        });
        self.working.insert(task.task_id.value, working);
        Ok(())
    }

    async fn kill(&mut self, handle: &ExecutorHandle, task: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        self.slow().await;
        let Some(working) = self.working.remove(&task.value) else { return Ok(()) };
        if !working.is_finished() {
            working.abort();
            report(&self.world, handle, &self.name, &task, TaskState::Killed).await;
            self.world.with(|world| world.stops(&self.name));
            handle.stop();
        }
        Ok(())
    }

    async fn disconnected(&mut self, _: &ExecutorHandle) -> HandlerResult {
        self.lost.notify_waiters();
        Ok(())
    }

    async fn message(&mut self, handle: &ExecutorHandle, data: Bytes) -> HandlerResult {
        handle.message(data).detach();
        Ok(())
    }

    async fn shutdown(&mut self, handle: &ExecutorHandle) -> HandlerResult {
        self.world.with(|world| world.stops(&self.name));
        for (task, working) in std::mem::take(&mut self.working) {
            if !working.is_finished() {
                working.abort();
                report(&self.world, handle, &self.name, &TaskId::from(task), TaskState::Killed).await;
            }
        }
        Ok(())
    }
}
