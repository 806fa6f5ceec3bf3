//! A framework on a real master: it fills each offer with tasks until all have been launched, and
//! ends when all have. The executor reports each task as finished at once.

use std::env::var;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mesos_sdk::proto::v1::{KillPolicy, Offer, TaskId, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::resources::Resources;
use mesos_sdk::scheduler::FailedCall;
use mesos_sdk::{
    Executor, ExecutorDriver, ExecutorHandle, HandlerResult, Master, Scheduler, SchedulerDriver,
    SchedulerHandle, async_trait, build,
};

/// What a task needs.
pub(crate) const CPUS: f64 = 0.1;
pub(crate) const MEM: f64 = 32.0;
/// What it leaves of an offer is offered again at once.
const AGAIN: Duration = Duration::ZERO;

/// The instructions for a client, in environment variables.
#[derive(Clone, Debug)]
pub struct Orders {
    /// The master's `host:port`.
    pub master: String,
    /// How many tasks to launch.
    pub tasks: usize,
    /// The executor's command.
    pub executor: String,
}

impl Orders {
    /// Returns the orders of this process.
    ///
    /// # Errors
    ///
    /// A variable is missing or makes no sense.
    pub fn from_environment() -> Result<Self> {
        let text = |name: &str| var(name).with_context(|| format!("{name} is not set"));
        let tasks = text("REAL_TASKS")?.parse().context("REAL_TASKS")?;
        Ok(Self { master: text("REAL_MASTER")?, tasks, executor: text("REAL_EXECUTOR")? })
    }

    /// Returns the same for another process.
    pub fn variables(&self) -> [(&'static str, String); 3] {
        [
            ("REAL_MASTER", self.master.clone()),
            ("REAL_TASKS", self.tasks.to_string()),
            ("REAL_EXECUTOR", self.executor.clone()),
        ]
    }
}

struct Launcher {
    orders: Orders,
    task: build::Task,
    launched: usize,
    ended: usize,
}

impl Launcher {
    /// Returns as many tasks as the offer has room for, and are left.
    fn tasks(&mut self, offer: &Offer) -> Result<Vec<TaskInfo>> {
        let count = room(offer).min(self.orders.tasks - self.launched);
        let infos = (0..count).map(|_| {
            self.launched += 1;
            let id = TaskId::from(self.launched.to_string());
            Ok(TaskInfo { task_id: id, ..self.task.build(&offer.agent_id)? })
        });
        infos.collect()
    }
}

/// Returns how many tasks the offer has room for.
pub(crate) fn room(offer: &Offer) -> usize {
    let resources = Resources::from(&offer.resources[..]);
    let room = (resources.cpus().as_f64() / CPUS).min(resources.mem().as_f64() / MEM);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number of tasks")]
    let count = room.floor() as usize;
    count
}

#[async_trait]
impl Scheduler for Launcher {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for offer in offers {
            let tasks = self.tasks(&offer)?;
            match tasks.is_empty() {
                true => handle.decline([offer.id]).detach(),
                false => handle.launch_with_filters([offer.id], tasks, AGAIN).detach(),
            }
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        if status.state() != TaskState::Finished {
            handle.abort();
            return Err(format!("{}: {:?}", status.state().as_str_name(), status.message).into());
        }
        self.ended += 1;
        if self.ended == self.orders.tasks {
            handle.stop_with_failover();
        }
        Ok(())
    }

    async fn call_failed(&mut self, _: &SchedulerHandle, failed: FailedCall) -> HandlerResult {
        Err(failed.error.into())
    }
}

/// Does what the orders say.
///
/// # Errors
///
/// A task did not finish, or what ends the driver.
pub fn run(orders: Orders) -> Result<()> {
    let executor = build::Executor::custom("finisher", orders.executor.as_str());
    let task = build::Task::new("task").cpus(CPUS).mem(MEM).executor(executor);
    let master: Master = orders.master.parse()?;
    let wanted = orders.tasks;
    let mut launcher = Launcher { orders, task, launched: 0, ended: 0 };
    let info = build::Framework::new("benchmark", "root").build()?;
    let driver = SchedulerDriver::new(master, info);
    runtime()?.block_on(driver.run(&mut launcher))?;
    ensure!(launcher.ended == wanted, "{} tasks have ended", launcher.ended);
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

struct Finisher;

#[async_trait]
impl Executor for Finisher {
    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        let state = TaskState::Finished.into();
        handle.update(TaskStatus { task_id: task.task_id, state, ..TaskStatus::default() }).detach();
        Ok(())
    }

    /// By then it has finished.
    async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        Ok(())
    }
}

/// Returns the executor, which an agent starts.
///
/// # Errors
///
/// What ends the driver.
pub fn finish() -> Result<()> {
    Ok(runtime()?.block_on(ExecutorDriver::from_env()?.run(&mut Finisher))?)
}
