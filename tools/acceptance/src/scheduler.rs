//! The scheduler: launches its share of the tasks as time goes by, and forgets nothing when it is killed.
//!
//! Its intent to launch is on the disk before ACCEPT is sent, and a task's end before its update is acknowledged. What
//! was intended and never arrived, the driver's reconciliation tells.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use mesos_sdk::proto::v1::executor_info::Type;
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::{
    AgentId, CommandInfo, ExecutorId, ExecutorInfo, Filters, FrameworkInfo, Offer, TaskId, TaskInfo,
    TaskState, TaskStatus,
};
use mesos_sdk::scheduler::{KnownTask, Reconciliation, Subscription};
use mesos_sdk::store::FileStore;
use mesos_sdk::{
    HandlerResult, Master, ResourceSpec, Scheduler, SchedulerDriver, SchedulerHandle, async_trait,
};

use crate::journal::{Entry, Journal};
use crate::work::{Attempt, Work};

/// How long a task works.
const WORK: Duration = Duration::from_millis(200);
/// From one reconciliation to the next, and at most to the next question of one.
const DOUBT: Duration = Duration::from_secs(20);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Declined offers come again after this.
const LATER: Filters = Filters { refuse_seconds: Some(1.0) };

/// What the executor takes, too.
#[derive(ResourceSpec)]
struct PerTask {
    cpus: f64,
    mem: u64,
}

const PER_TASK: PerTask = PerTask { cpus: 0.1, mem: 32 };

/// The scheduler's command line.
#[derive(Args, Clone, Debug)]
pub struct Orders {
    /// The masters
    #[arg(long)]
    pub master: String,
    /// Where the journal, the framework's id and the executors' evidence are
    #[arg(long)]
    pub folder: PathBuf,
    /// How many tasks there are
    #[arg(long)]
    pub tasks: usize,
    /// When the first scheduler was started, in milliseconds since 1970
    #[arg(long)]
    pub began: u64,
    /// How many milliseconds after that all tasks are to be launched
    #[arg(long)]
    pub time: u64,
    /// Where this life ends at once, as if by SIGKILL
    #[arg(long)]
    pub crash: Option<Crash>,
}

/// The worst moments to be killed at: something is written down, and what follows from it is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Crash {
    /// Before the first ACCEPT.
    Intent,
    /// Before the first end of a task is acknowledged.
    End,
}

impl Orders {
    /// Where the journal is.
    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// Where executors write down what they run: a file for each process, of its name.
    pub(crate) fn evidence(&self) -> PathBuf {
        self.folder.join("evidence")
    }

    /// Where the framework's id is kept.
    pub(crate) fn framework_id(&self) -> PathBuf {
        self.folder.join("framework-id")
    }

    /// How many tasks are to be launched by now.
    fn due(&self) -> usize {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let elapsed = u64::try_from(now).unwrap_or(u64::MAX).saturating_sub(self.began);
        let share = self.tasks as u128 * u128::from(elapsed) / u128::from(self.time.max(1));
        usize::try_from(share).unwrap_or(self.tasks).min(self.tasks)
    }
}

/// Runs until all tasks have ended.
pub async fn run(orders: Orders) -> Result<()> {
    tracing_subscriber::fmt().with_ansi(false).with_writer(std::io::stderr).init();
    let framework = FrameworkInfo {
        user: "tester".to_owned(),
        name: "acceptance".to_owned(),
        failover_timeout: Some(3600.0),
        checkpoint: Some(true),
        capabilities: vec![Capability { r#type: Some(capability::Type::PartitionAware.into()) }],
        ..FrameworkInfo::default()
    };
    let master: Master = orders.master.parse()?;
    let store = FileStore::new(orders.framework_id());
    let often = Reconciliation { interval: DOUBT, longest_wait: LONGEST_WAIT, ..Reconciliation::default() };
    let driver = SchedulerDriver::new(master, framework).with_store(store).with_chosen_id();
    Ok(driver.with_reconciliation(often).run(&mut Foreman::new(orders)?).await?)
}

/// What is done, and what is left to do.
struct Foreman {
    orders: Orders,
    journal: Journal,
    todo: BTreeSet<Attempt>,
    /// What was launched, or was to be, and on which agent.
    open: HashMap<Attempt, AgentId>,
    /// Updates that have ended something, by their task and uuid.
    ends: HashSet<(Attempt, String)>,
    ended: usize,
    /// Whether an end has come again: that of the life which crashed before it was acknowledged.
    again: bool,
}

impl Foreman {
    fn new(orders: Orders) -> Result<Self> {
        let (journal, before) = Journal::open(&orders.journal())?;
        let todo = (0..orders.tasks).map(|job| Attempt { job, number: 1 }).collect();
        let (open, ends) = (HashMap::new(), HashSet::new());
        let mut foreman = Self { orders, journal, todo, open, ends, ended: 0, again: false };
        for entry in before {
            foreman.note(entry);
        }
        Ok(foreman)
    }

    /// On the disk first.
    fn record(&mut self, entries: Vec<Entry>) -> Result<()> {
        self.journal.write(&entries)?;
        for entry in entries {
            self.note(entry);
        }
        Ok(())
    }

    fn crash_at(&self, moment: Crash) {
        if self.orders.crash == Some(moment) {
            std::process::abort();
        }
    }

    fn note(&mut self, entry: Entry) {
        match entry {
            Entry::Intent { attempt, agent } => {
                self.todo.remove(&attempt);
                self.open.insert(attempt, AgentId { value: agent });
            }
            Entry::Lost { attempt, .. } => self.try_again(attempt),
            Entry::End { attempt, state, uuid, .. } => {
                self.ends.insert((attempt, uuid));
                match state.as_str() {
                    // It never reached its executor.
                    "TASK_DROPPED" | "TASK_LOST" => self.try_again(attempt),
                    _ => self.ended += usize::from(self.open.remove(&attempt).is_some()),
                }
            }
            Entry::Again { .. } => self.again = true,
            Entry::Subscribed { .. } => {}
        }
    }

    fn try_again(&mut self, attempt: Attempt) {
        if self.open.remove(&attempt).is_some() {
            self.todo.insert(Attempt { number: attempt.number + 1, ..attempt });
        }
    }

    /// The attempts to launch on this offer.
    fn next_for(&self, offer: &Offer) -> Vec<Attempt> {
        let under_way = self.open.len() + self.ended;
        let due = self.orders.due().saturating_sub(under_way);
        // One less than fits: the executor needs its share.
        let room = PER_TASK.how_often(&offer.resources).saturating_sub(1);
        self.todo.iter().take(due.min(usize::try_from(room).unwrap_or(0))).copied().collect()
    }

    fn task(&self, attempt: Attempt, offer: &Offer) -> Result<TaskInfo> {
        let work = Work { time: WORK, evidence: self.orders.evidence() };
        Ok(TaskInfo {
            name: format!("job {}", attempt.job),
            task_id: task_id(attempt),
            agent_id: offer.agent_id.clone(),
            resources: PER_TASK.to_resources(),
            executor: Some(Box::new(executor()?)),
            data: Some(Bytes::from(work.to_text())),
            ..TaskInfo::default()
        })
    }

    fn use_offer(&mut self, driver: &SchedulerHandle, offer: &Offer) -> Result<()> {
        let attempts = self.next_for(offer);
        if attempts.is_empty() {
            driver.decline(vec![offer.id.clone()], Some(LATER)).detach();
            return Ok(());
        }
        let agent = &offer.agent_id.value;
        let intents = attempts.iter().map(|&attempt| Entry::Intent { attempt, agent: agent.clone() });
        self.record(intents.collect())?;
        self.crash_at(Crash::Intent);
        let tasks = attempts.iter().map(|&attempt| self.task(attempt, offer)).collect::<Result<_>>()?;
        // What came of a launch that failed, reconciliation tells.
        driver.launch(vec![offer.id.clone()], tasks, Some(LATER)).detach();
        Ok(())
    }

    fn on_update(&mut self, status: &TaskStatus) -> Result<()> {
        let (attempt, state): (Attempt, _) = (status.task_id.value.parse()?, status.state());
        let (name, pid) = (state.as_str_name().to_owned(), std::process::id());
        let is_open = self.open.contains_key(&attempt);
        match hex(status.uuid()) {
            uuid if is_end(state) && !uuid.is_empty() => {
                let entry = match self.ends.contains(&(attempt, uuid.clone())) {
                    true => Entry::Again { attempt, uuid, pid },
                    false => Entry::End { attempt, state: name, uuid, pid },
                };
                self.record(vec![entry])?;
                self.crash_at(Crash::End);
                Ok(())
            }
            // The master itself says so; an end that an agent has seen comes by itself.
            _ if is_open && is_nowhere(state) => self.record(vec![Entry::Lost { attempt, state: name }]),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Scheduler for Foreman {
    async fn subscribed(&mut self, _: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        let framework = subscription.framework_id.value;
        self.record(vec![Entry::Subscribed { framework, pid: std::process::id() }])?;
        Ok(())
    }

    async fn offers(&mut self, driver: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for offer in offers {
            self.use_offer(driver, &offer)?;
        }
        Ok(())
    }

    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        let known = |(attempt, agent): (&Attempt, &AgentId)| KnownTask {
            task_id: task_id(*attempt),
            agent_id: Some(agent.clone()),
        };
        Some(self.open.iter().map(known).collect())
    }

    async fn update(&mut self, driver: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        self.on_update(&status)?;
        if self.ended == self.orders.tasks && self.again {
            driver.stop();
        }
        Ok(())
    }
}

fn task_id(attempt: Attempt) -> TaskId {
    TaskId { value: attempt.to_string() }
}

/// Whether an update with a uuid in this state is a task's last.
fn is_end(state: TaskState) -> bool {
    use TaskState::{TaskDropped, TaskError, TaskFailed, TaskFinished, TaskGone, TaskKilled, TaskLost};
    matches!(state, TaskDropped | TaskError | TaskFailed | TaskFinished | TaskGone | TaskKilled | TaskLost)
}

/// Whether a master that says so knows that nobody runs the task or ever will.
fn is_nowhere(state: TaskState) -> bool {
    use TaskState::{TaskDropped, TaskGone, TaskGoneByOperator, TaskLost, TaskUnknown};
    matches!(state, TaskDropped | TaskGone | TaskGoneByOperator | TaskLost | TaskUnknown)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// This program, started by an agent.
fn executor() -> Result<ExecutorInfo> {
    let program = std::env::current_exe()?.into_os_string().into_string().ok().context("an odd path")?;
    let command = CommandInfo {
        shell: Some(false),
        arguments: vec![program.clone()],
        value: Some(program),
        ..CommandInfo::default()
    };
    Ok(ExecutorInfo {
        r#type: Some(Type::Custom.into()),
        executor_id: ExecutorId { value: "worker".to_owned() },
        command: Some(command),
        resources: PER_TASK.to_resources(),
        ..ExecutorInfo::default()
    })
}
