//! Starts the scheduler, kills, and looks at what is left.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum as _;
use judges::{Judge, Kind, Request};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::check::Table;
use crate::journal::{self, Entry};
use crate::scheduler::{Crash, Orders};
use crate::work::Attempt;

/// How long the journal may stay as it is before the run counts as stuck.
const STUCK: Duration = Duration::from_secs(150);
/// How long what is to end may take when all tasks have ended.
const CLEANUP: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(200);

/// What happens. Before it the scheduler crashes twice, at the two worst moments.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many tasks are launched …
    pub tasks: usize,
    /// … evenly over this time.
    pub time: Duration,
    /// From one kill of the leader to the next; `None`: it is left alone.
    pub leader_every: Option<Duration>,
    /// The same for the first agent.
    pub agent_every: Option<Duration>,
    /// How often the scheduler is killed and started again.
    pub restarts: usize,
}

#[derive(Clone, Copy, Debug)]
enum Victim {
    Leader,
    Agent,
    Scheduler,
}

impl Plan {
    /// Who is killed when; in order.
    fn kills(&self) -> Vec<(Duration, Victim)> {
        let again = |every: Option<Duration>, victim| {
            let every = every.filter(|every| !every.is_zero());
            let times = every.map(|every| (1..).map(move |time| every * time)).into_iter().flatten();
            times.take_while(|time| *time <= self.time).map(move |time| (time, victim))
        };
        // In between the others.
        let parts = u32::try_from(2 * self.restarts).unwrap_or(u32::MAX);
        let restarts =
            (0..parts / 2).map(|restart| (self.time * (2 * restart + 1) / parts, Victim::Scheduler));
        let mut kills: Vec<_> = again(self.leader_every, Victim::Leader)
            .chain(again(self.agent_every, Victim::Agent))
            .chain(restarts)
            .collect();
        kills.sort_by_key(|(time, _)| *time);
        kills
    }
}

/// The program that scheduler and executor are in.
#[derive(Clone, Debug)]
pub struct Program(PathBuf);

impl Program {
    /// The one that runs.
    pub fn this() -> Result<Self> {
        Ok(Self(std::env::current_exe()?))
    }

    /// The one at this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
}

/// Runs the plan on a cluster. An error says that the run is not worth a table.
pub async fn run(judge: &Judge, plan: &Plan, program: &Program) -> Result<Table> {
    let folder = tempfile::Builder::new().prefix("acceptance-").tempdir()?;
    let began = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let orders = Orders {
        master: judge.zookeeper().unwrap_or(judge.address()).to_owned(),
        folder: folder.path().to_owned(),
        tasks: plan.tasks,
        began: u64::try_from(began)?,
        time: u64::try_from(plan.time.as_millis())?,
        crash: None,
    };
    std::fs::create_dir(orders.evidence())?;
    let mut run = Run { judge, program, orders, scheduler: None, counts: Counts::default() };
    let done = async {
        run.carry_out(plan).await?;
        run.table(plan.tasks).await
    };
    let done = done.await;
    if done.as_ref().map_or(true, |table| table.verdict().is_err()) {
        eprintln!("journal and log are kept in {}", folder.keep().display());
    }
    done
}

#[derive(Default)]
struct Counts {
    leaders: usize,
    agents: usize,
    schedulers: usize,
}

struct Run<'a> {
    judge: &'a Judge,
    program: &'a Program,
    orders: Orders,
    scheduler: Option<Child>,
    counts: Counts,
}

impl Run<'_> {
    async fn carry_out(&mut self, plan: &Plan) -> Result<()> {
        let began = Instant::now();
        self.crash_at(Crash::Intent).await?;
        self.crash_at(Crash::End).await?;
        self.start_scheduler(None)?;
        for (time, victim) in plan.kills() {
            sleep_until(began + time).await;
            if self.has_ended()? {
                break;
            }
            match victim {
                Victim::Leader => self.kill_leader().await?,
                Victim::Agent => self.kill_agent().await?,
                Victim::Scheduler => self.kill_scheduler().await?,
            }
        }
        self.wait_for_the_end().await
    }

    /// One life of the scheduler, which it ends itself at a moment that a kill would hardly ever hit.
    async fn crash_at(&mut self, moment: Crash) -> Result<()> {
        self.start_scheduler(Some(moment))?;
        let scheduler = self.scheduler.as_mut().context("no scheduler")?;
        let status = timeout(STUCK, scheduler.wait()).await.context("the scheduler does not crash")??;
        ensure!(!status.success(), "the scheduler should have crashed");
        self.counts.schedulers += 1;
        Ok(())
    }

    fn start_scheduler(&mut self, crash: Option<Crash>) -> Result<()> {
        let log = std::fs::File::options().append(true).create(true).open(self.orders.folder.join("log"))?;
        let Orders { master, folder, tasks, began, time, .. } = &self.orders;
        let mut command = Command::new(&self.program.0);
        command.arg("scheduler").args(["--master", master]).arg("--folder").arg(folder);
        command.args(["--tasks", &tasks.to_string(), "--began", &began.to_string()]);
        command.args(["--time", &time.to_string()]);
        let crash = crash.and_then(|crash| crash.to_possible_value());
        command.args(crash.iter().flat_map(|crash| ["--crash", crash.get_name()]));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        self.scheduler = Some(command.spawn().context("the scheduler does not start")?);
        Ok(())
    }

    /// Whether the scheduler has ended as it should; an error if it has ended otherwise.
    fn has_ended(&mut self) -> Result<bool> {
        let scheduler = self.scheduler.as_mut().context("no scheduler")?;
        let ended: Option<ExitStatus> = scheduler.try_wait()?;
        ensure!(ended.is_none_or(|status| status.success()), "the scheduler has ended: {}", self.log());
        Ok(ended.is_some())
    }

    fn log(&self) -> String {
        let log = std::fs::read_to_string(self.orders.folder.join("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    async fn kill_scheduler(&mut self) -> Result<()> {
        let mut scheduler = self.scheduler.take().context("no scheduler")?;
        scheduler.kill().await?;
        self.counts.schedulers += 1;
        self.start_scheduler(None)
    }

    async fn kill_leader(&mut self) -> Result<()> {
        self.counts.leaders += 1;
        if self.judge.kind() != Kind::RealHa {
            return self.judge.restart_master().await;
        }
        let leader = self.leader().await?;
        let which = self.judge.masters().iter().position(|master| *master == leader);
        let which = which.with_context(|| format!("{leader} leads and is none of the masters"))?;
        self.judge.kill_master(which).await?;
        // The next one is killed only when there are three again: two of them have to be there.
        sleep(Duration::from_secs(2)).await;
        self.judge.start_master(which).await
    }

    async fn kill_agent(&mut self) -> Result<()> {
        self.counts.agents += 1;
        self.judge.kill_agent(0).await?;
        sleep(Duration::from_secs(1)).await;
        self.judge.start_agent(0).await
    }

    /// The leader, as soon as there is one.
    async fn leader(&self) -> Result<String> {
        let give_up = Instant::now() + STUCK;
        loop {
            if let Some(leader) = self.judge.leader().await? {
                return Ok(leader);
            }
            ensure!(Instant::now() < give_up, "no master leads for {STUCK:?}");
            sleep(POLL).await;
        }
    }

    /// As long as there is any progress.
    async fn wait_for_the_end(&mut self) -> Result<()> {
        let (mut length, mut since) = (0, Instant::now());
        while !self.has_ended()? {
            sleep(POLL).await;
            let now = std::fs::metadata(self.orders.journal())?.len();
            if now != length {
                (length, since) = (now, Instant::now());
            }
            ensure!(since.elapsed() < STUCK, "nothing has happened for {STUCK:?}: {}", self.log());
        }
        Ok(())
    }

    async fn table(&self, tasks: usize) -> Result<Table> {
        let journal = journal::read(&self.orders.journal())?;
        let (evidence, executors) = evidence(&self.orders.evidence())?;
        let mut table = Table::of(tasks, &journal, &evidence);
        // The two crashes see to it that both happen at least once.
        ensure!(journal.iter().any(|entry| matches!(entry, Entry::Lost { .. })), "no launch was lost");
        ensure!(journal.iter().any(|entry| matches!(entry, Entry::Again { .. })), "no end came again");
        let Counts { leaders, agents, schedulers } = self.counts;
        table.add("leaders killed", leaders, true);
        table.add("agents killed", agents, true);
        table.add("schedulers killed or crashed", schedulers, true);
        let ids: std::collections::BTreeSet<_> = journal.iter().filter_map(framework).collect();
        table.add("framework ids", ids.len(), ids.len() == 1);
        let left = self.frameworks_left().await?;
        table.add("frameworks left at the master", left, left == 0);
        let left = processes_left(&executors).await;
        table.add("executors left", left, left == 0);
        let kept = self.orders.framework_id().exists();
        table.add("id left in the store", if kept { "yes" } else { "no" }, !kept);
        Ok(table)
    }

    /// How many frameworks the leader still has when it has had time to remove them.
    async fn frameworks_left(&self) -> Result<usize> {
        let give_up = Instant::now() + CLEANUP;
        loop {
            let leader = self.leader().await?;
            let state = Request::get("/master/state").send(&leader).await?.json().await?;
            let left = state["frameworks"].as_array().context("no frameworks in the state")?.len();
            if left == 0 || Instant::now() >= give_up {
                return Ok(left);
            }
            sleep(POLL).await;
        }
    }
}

fn framework(entry: &Entry) -> Option<&str> {
    match entry {
        Entry::Subscribed { framework, .. } => Some(framework),
        _ => None,
    }
}

/// What executors have run, and their process ids.
fn evidence(folder: &Path) -> Result<(Vec<Attempt>, Vec<String>)> {
    let (mut attempts, mut executors) = (Vec::new(), Vec::new());
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        let text = std::fs::read_to_string(&path)?;
        for line in text.lines() {
            attempts.push(line.parse()?);
        }
        match path.file_name().and_then(|name| name.to_str()) {
            Some(pid) => executors.push(pid.to_owned()),
            None => bail!("{} is no evidence", path.display()),
        }
    }
    Ok((attempts, executors))
}

/// How many of them have not ended when they have had time to.
async fn processes_left(pids: &[String]) -> usize {
    let give_up = Instant::now() + CLEANUP;
    loop {
        // A process that has ended and that nobody has waited for has no command line.
        let command = |pid: &String| std::fs::read(Path::new("/proc").join(pid).join("cmdline"));
        let left = pids.iter().filter(|pid| command(pid).is_ok_and(|command| !command.is_empty())).count();
        if left == 0 || Instant::now() >= give_up {
            return left;
        }
        sleep(POLL).await;
    }
}
