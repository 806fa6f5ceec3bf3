//! The scheduler: launches its share of the tasks as time goes by, and forgets nothing when it is
//! killed.
//!
//! Its intent to launch is on the disk before ACCEPT is sent, and a task's end before its update is
//! acknowledged. What was intended and never arrived, the driver's reconciliation shows. When all
//! is done it writes a file, and ends when its standard input does.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use mesos_sdk::proto::v1::environment::{Variable, variable};
use mesos_sdk::proto::v1::executor_info::Type;
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::{
    AgentId, CommandInfo, Environment, ExecutorId, ExecutorInfo, FrameworkInfo, Offer, TaskId, TaskInfo,
    TaskState, TaskStatus,
};
use mesos_sdk::scheduler::{KnownTask, Reconciliation, Subscription};
use mesos_sdk::store::FileStore;
use mesos_sdk::{
    HandlerResult, Master, ResourceSpec, Scheduler, SchedulerDriver, SchedulerHandle, async_trait,
};
use tokio::io::AsyncReadExt as _;
use tokio::sync::oneshot;

use crate::evidence::EVIDENCE;
use crate::framework::Framework;
use crate::history::Event;
use crate::journal::Journal;
use crate::launcher;
use crate::orders::{Crash, Orders};
use crate::work::{self, Attempt};

/// From one reconciliation to the next, and at most to the next question of one.
const DOUBT: Duration = Duration::from_secs(20);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Declined offers are made again after this.
const LATER: Duration = Duration::from_secs(1);

/// What the executor takes, too.
#[derive(ResourceSpec)]
struct PerTask {
    cpus: f64,
    mem: u64,
}

const PER_TASK: PerTask = PerTask { cpus: 0.1, mem: 32 };

/// Runs until its standard input ends.
pub async fn run(orders: Orders) -> Result<()> {
    let log = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG);
    log.with_ansi(false).with_writer(std::io::stderr).init();
    let (input, end) = oneshot::channel();
    tokio::spawn(async move {
        // Nothing is ever sent: how it ends is as good as the end.
        let _ = tokio::io::stdin().read(&mut [0]).await;
        drop(input);
    });
    match orders.framework {
        Framework::Driver => drive(orders, end).await,
        Framework::Launcher => launcher::run(orders, end).await,
    }
}

async fn drive(orders: Orders, end: oneshot::Receiver<()>) -> Result<()> {
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
    let often = Reconciliation::new().interval(DOUBT).longest_wait(LONGEST_WAIT);
    let driver = SchedulerDriver::new(master, framework).store(store).client_generated_id();
    let handle = driver.handle();
    tokio::spawn(async move {
        drop(end.await);
        handle.stop();
    });
    Ok(driver.reconciliation(often).run(&mut Foreman::new(orders)?).await?)
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
    /// Whether an end was delivered again: that of the life which crashed before it was
    /// acknowledged.
    again: bool,
}

impl Foreman {
    fn new(orders: Orders) -> Result<Self> {
        let (journal, before) = Journal::open(&orders.journal())?;
        let todo = (0..orders.tasks).map(|job| Attempt { job, number: 1 }).collect();
        let (open, ends) = (HashMap::new(), HashSet::new());
        let mut foreman = Self { orders, journal, todo, open, ends, ended: 0, again: false };
        for line in before {
            foreman.note(line.event);
        }
        Ok(foreman)
    }

    /// Writes events to the disk, before anything follows from them.
    fn record(&mut self, events: Vec<Event>) -> Result<()> {
        self.journal.keep(&events)?;
        for event in events {
            self.note(event);
        }
        Ok(())
    }

    fn crash_at(&self, moment: Crash) {
        if self.orders.crash == Some(moment) {
            std::process::abort();
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Intent { attempt, agent } => {
                self.todo.remove(&attempt);
                self.open.insert(attempt, AgentId::from(agent));
            }
            Event::Lost { attempt, .. } => self.try_again(attempt),
            Event::End { attempt, state, uuid, .. } => {
                self.ends.insert((attempt, uuid));
                match state.as_str() {
                    "TASK_FINISHED" => self.ended += usize::from(self.open.remove(&attempt).is_some()),
                    // It never reached its executor, or died with it.
                    _ => self.try_again(attempt),
                }
            }
            Event::Again { .. } => self.again = true,
            _ => {}
        }
    }

    fn try_again(&mut self, attempt: Attempt) {
        if self.open.remove(&attempt).is_some() {
            self.todo.insert(Attempt { number: attempt.number + 1, ..attempt });
        }
    }

    /// Returns the attempts to launch on this offer.
    fn next_for(&self, offer: &Offer) -> Vec<Attempt> {
        let under_way = self.open.len() + self.ended;
        let due = self.orders.due().saturating_sub(under_way);
        // One less than fits: the executor needs its share.
        let room = PER_TASK.count_in(&offer.resources).saturating_sub(1);
        self.todo.iter().take(due.min(usize::try_from(room).unwrap_or(0))).copied().collect()
    }

    fn task(&self, attempt: Attempt, offer: &Offer) -> Result<TaskInfo> {
        Ok(TaskInfo {
            name: format!("job {}", attempt.job),
            task_id: task_id(attempt),
            agent_id: offer.agent_id.clone(),
            resources: PER_TASK.to_resources(),
            executor: Some(Box::new(executor(&self.orders)?)),
            data: Some(Bytes::from(work::to_text(work::time(attempt)))),
            ..TaskInfo::default()
        })
    }

    fn use_offer(&mut self, handle: &SchedulerHandle, offer: &Offer) -> Result<()> {
        let attempts = self.next_for(offer);
        if attempts.is_empty() {
            handle.decline_for([offer.id.clone()], LATER).detach();
            return Ok(());
        }
        let agent = &offer.agent_id.value;
        let intents = attempts.iter().map(|&attempt| Event::Intent { attempt, agent: agent.clone() });
        self.record(intents.collect())?;
        self.crash_at(Crash::Intent);
        let tasks = attempts.iter().map(|&attempt| self.task(attempt, offer)).collect::<Result<Vec<_>>>()?;
        // Reconciliation shows what became of a launch that failed.
        handle.launch_with_filters([offer.id.clone()], tasks, LATER).detach();
        Ok(())
    }

    fn on_update(&mut self, status: &TaskStatus) -> Result<()> {
        let (attempt, state): (Attempt, _) = (status.task_id.value.parse()?, status.state());
        let name = state.as_str_name().to_owned();
        match hex(status.uuid()) {
            uuid if uuid.is_empty() => self.on_word_of_the_master(attempt, state),
            uuid if is_end(state) => {
                let reason = status.reason().map_or("-", |reason| reason.as_str_name()).to_owned();
                let event = match self.ends.contains(&(attempt, uuid.clone())) {
                    true => Event::Again { attempt, uuid },
                    false => Event::End { attempt, state: name, reason, uuid },
                };
                self.record(vec![event])?;
                self.crash_at(Crash::End);
                Ok(())
            }
            // Nothing follows from it.
            uuid => self.journal.write(&[Event::Seen { attempt, state: name, uuid }]),
        }
    }

    /// An end that an agent has seen comes by itself.
    fn on_word_of_the_master(&mut self, attempt: Attempt, state: TaskState) -> Result<()> {
        if is_nowhere(state) && self.open.contains_key(&attempt) {
            self.record(vec![Event::Lost { attempt, state: state.as_str_name().to_owned() }])?;
        }
        Ok(())
    }

    fn report_if_complete(&self) -> Result<()> {
        if self.ended == self.orders.tasks && self.again {
            std::fs::write(self.orders.complete(), "")?;
        }
        Ok(())
    }
}

#[async_trait]
impl Scheduler for Foreman {
    async fn subscribed(&mut self, _: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        let framework = subscription.framework_id.value;
        self.record(vec![Event::Subscribed { framework }])?;
        // A process that was killed after the last end has not written it.
        Ok(self.report_if_complete()?)
    }

    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for offer in offers {
            self.use_offer(handle, &offer)?;
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

    async fn update(&mut self, _: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        self.on_update(&status)?;
        Ok(self.report_if_complete()?)
    }
}

fn task_id(attempt: Attempt) -> TaskId {
    TaskId::from(attempt.to_string())
}

/// Returns whether an update with a uuid in this state is a task's last.
fn is_end(state: TaskState) -> bool {
    use TaskState::{Dropped, Error, Failed, Finished, Gone, Killed, Lost};
    matches!(state, Dropped | Error | Failed | Finished | Gone | Killed | Lost)
}

/// Returns whether a master that reports this knows that nobody runs the task or ever will.
fn is_nowhere(state: TaskState) -> bool {
    use TaskState::{Dropped, Gone, GoneByOperator, Lost, Unknown};
    matches!(state, Dropped | Gone | GoneByOperator | Lost | Unknown)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Returns this program, started by an agent.
fn executor(orders: &Orders) -> Result<ExecutorInfo> {
    let program = Orders::program()?;
    let evidence = Variable {
        name: EVIDENCE.to_owned(),
        value: Some(orders.evidence_text()?),
        r#type: Some(variable::Type::Value.into()),
        ..Variable::default()
    };
    let command = CommandInfo {
        shell: Some(false),
        arguments: vec![program.clone()],
        value: Some(program),
        environment: Some(Environment { variables: vec![evidence] }),
        ..CommandInfo::default()
    };
    Ok(ExecutorInfo {
        r#type: Some(Type::Custom.into()),
        executor_id: ExecutorId::from("worker"),
        command: Some(Box::new(command)),
        resources: PER_TASK.to_resources(),
        ..ExecutorInfo::default()
    })
}
