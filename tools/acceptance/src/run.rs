//! Starts the scheduler, torments everything, and looks at what is left.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::time::{Instant, sleep};

use crate::check::Table;
use crate::executors::Executors;
use crate::fault::{Fault, Victim};
use crate::framework::Framework;
use crate::history::{Event, Line};
use crate::journal::{self, Journal};
use crate::launcher;
use crate::orders::{Crash, Orders};
use crate::plan::{Plan, Step};
use crate::remains;
use crate::schedulers::Schedulers;
use crate::world::World;

/// How long the journal may stay as it is before the run counts as stuck.
const STUCK: Duration = Duration::from_secs(150);
/// From one look at everything to the next.
const POLL: Duration = Duration::from_millis(100);
/// From one measurement to the next.
const MEASURE: Duration = Duration::from_secs(1);
/// What the driver logs of an update that its handler has seen.
const REPEATED: &str = "an update came again";

/// The program that scheduler and executor are in.
#[derive(Clone, Debug)]
pub struct Program(PathBuf);

impl Program {
    /// Returns the one that runs.
    pub fn this() -> Result<Self> {
        Ok(Self(std::env::current_exe()?))
    }

    /// Returns the one at this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
}

/// Runs the plan on a cluster, writes its history to `keep` if that is given, and checks it. An
/// error means that the run is not worth a table.
pub async fn run(world: &mut World, plan: &Plan, program: &Program, keep: Option<&Path>) -> Result<Table> {
    let folder = tempfile::Builder::new().prefix("acceptance-").tempdir()?;
    let orders = Orders {
        framework: plan.framework,
        master: world.master(),
        folder: folder.path().to_owned(),
        tasks: plan.tasks,
        began: journal::now()?,
        time: u64::try_from(plan.time.as_millis())?,
        number: 0,
        store: None,
        intrudes: false,
        crash: None,
    };
    std::fs::create_dir(orders.evidence())?;
    let executors = Executors::new(orders.evidence(), &program.0);
    let (notes, _) = Journal::open(&folder.path().join("notes"))?;
    let stores: Option<Vec<_>> = match plan.schedulers {
        1 => Some(Vec::new()),
        several => (0..=several).map(|scheduler| world.store(scheduler)).collect(),
    };
    let stores = stores.context("several schedulers need a ZooKeeper")?;
    let schedulers = Schedulers::new(&program.0, &orders, &stores);
    let mut run = Run { world, schedulers, orders, executors, notes };
    let done = run.whole(plan).await;
    let path = keep.map_or_else(|| folder.path().join("history"), Path::to_owned);
    let done = run.write_history(&path).and(done).and_then(|()| Table::of_file(&path));
    if done.as_ref().map_or(true, |table| table.verdict().is_err()) {
        eprintln!("journals, log and history are kept in {}", folder.keep().display());
    }
    done
}

struct Run<'a> {
    world: &'a mut World,
    schedulers: Schedulers,
    orders: Orders,
    executors: Executors,
    /// What this process has to say.
    notes: Journal,
}

impl Run<'_> {
    async fn whole(&mut self, plan: &Plan) -> Result<()> {
        let (tasks, executors_die, text) = (plan.tasks, plan.may_fail(), plan.to_string());
        let framework = plan.framework;
        self.notes.write(&[Event::Plan { framework, tasks, executors_die, text }])?;
        if framework == Framework::Driver {
            self.crash_at(Crash::Intent).await?;
            self.crash_at(Crash::End).await?;
        }
        self.schedulers.start_all()?;
        self.torment(plan).await?;
        self.wait_for_the_end().await?;
        self.look_at_the_tasks().await?;
        self.schedulers.stop().await.with_context(|| log_end(&self.orders.log()))?;
        self.look_at_the_rest().await
    }

    async fn crash_at(&mut self, moment: Crash) -> Result<()> {
        self.schedulers.crash_at(moment).await?;
        self.note(format!("crash scheduler: {moment:?}"))
    }

    fn note(&mut self, text: String) -> Result<()> {
        self.notes.write(&[Event::Fault { text }])
    }

    async fn torment(&mut self, plan: &Plan) -> Result<()> {
        let (began, mut measured) = (Instant::now(), Instant::now());
        for step in &plan.steps {
            while began.elapsed() < step.at {
                self.look_after(&mut measured).await?;
            }
            self.carry_out(step).await?;
        }
        Ok(())
    }

    /// Returns what is done all the time.
    async fn look_after(&mut self, measured: &mut Instant) -> Result<()> {
        sleep(POLL).await;
        if measured.elapsed() < MEASURE {
            return Ok(());
        }
        *measured = Instant::now();
        for name in self.world.cluster().revive().await? {
            self.note(format!("revived {name}"))?;
        }
        for number in self.schedulers.revive().with_context(|| log_end(&self.orders.log()))? {
            self.note(format!("fenced scheduler {number}"))?;
        }
        let measured = self.schedulers.measure();
        self.notes.write(measured.as_slice())
    }

    async fn carry_out(&mut self, step: &Step) -> Result<()> {
        let done = match (step.fault, step.is_end) {
            (Fault::Kill(Victim::Scheduler(which)), false) => self.schedulers.kill(which).await,
            (Fault::Kill(Victim::Scheduler(which)), true) => self.schedulers.start(which),
            (Fault::Freeze(Victim::Scheduler(which)), false) => self.schedulers.freeze(which),
            (Fault::Freeze(Victim::Scheduler(which)), true) => self.schedulers.thaw(which),
            (Fault::Intrude, false) => self.schedulers.begin_intrusion(),
            (Fault::Intrude, true) => self.schedulers.end_intrusion().await,
            (fault, false) => self.world.begin(fault, &self.executors).await,
            (fault, true) => self.world.end(fault).await,
        };
        let (fault, end) = (step.fault, if step.is_end { "end " } else { "" });
        match done {
            Ok(()) => self.note(format!("{end}{fault}")),
            // What is to be frozen may have ended by itself, and the like.
            Err(error) => self.note(format!("refused {end}{fault}: {error:#}")),
        }
    }

    /// Waits for as long as there is any progress.
    async fn wait_for_the_end(&mut self) -> Result<()> {
        let (mut length, mut since, mut measured) = (0, Instant::now(), Instant::now());
        while !self.orders.complete().exists() {
            self.look_after(&mut measured).await?;
            let now = self.schedulers.written();
            if now != length {
                (length, since) = (now, Instant::now());
            }
            let is_stuck = since.elapsed() >= STUCK;
            ensure!(!is_stuck, "nothing has happened for {STUCK:?}: {}", log_end(&self.orders.log()));
        }
        Ok(())
    }

    /// Checks that the framework is there, and its executors: a task that nobody knows of would
    /// still run.
    async fn look_at_the_tasks(&mut self) -> Result<()> {
        let world = &*self.world;
        let (instances, volumes) = match self.orders.framework {
            Framework::Driver => (0, 0),
            Framework::Launcher => (launcher::INSTANCES + launcher::STATEFUL, launcher::STATEFUL),
        };
        let left = remains::left(async || {
            let mut left = remains::tasks(world.cluster(), instances).await?;
            left.push(remains::volumes(world.cluster(), volumes).await?);
            Ok(left)
        });
        let left = left.await?;
        self.notes.write(&left)
    }

    async fn look_at_the_rest(&mut self) -> Result<()> {
        let world = &*self.world;
        let left = remains::left(async || {
            let mut left = remains::frameworks(world.cluster()).await?;
            left.push(remains::volumes(world.cluster(), 0).await?);
            left.push((self.executors.running()?.len(), "executors".to_owned()));
            left.push((usize::from(self.orders.framework_id().exists()), "ids in the store".to_owned()));
            Ok(left)
        });
        let left = left.await?;
        self.notes.write(&left)
    }

    /// Puts together what everybody has written down.
    fn write_history(&mut self, path: &Path) -> Result<()> {
        let log = std::fs::read_to_string(self.orders.log())?;
        let repeated = log.matches(REPEATED).count();
        self.notes.write(&[Event::Counted { cut: self.world.connections_lost(), repeated }])?;
        let mut lines = journal::read(&self.orders.folder.join("notes"))?;
        lines.extend(self.schedulers.journals()?);
        lines.extend(self.executors.evidence()?);
        lines.sort_by_key(|line| line.at);
        let began = lines.first().map_or(0, |line| line.at);
        let text = |line: Line| format!("{}\n", Line { at: line.at - began, ..line });
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(std::fs::write(path, lines.into_iter().map(text).collect::<String>())?)
    }
}

/// Returns the last lines of a log that are worth reading.
fn log_end(path: &Path) -> String {
    let log = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<_> = log.lines().rev().filter(|line| !line.contains("DEBUG")).take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
