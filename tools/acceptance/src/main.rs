//! `cargo xtask acceptance` and `cargo xtask chaos`: torments what can be tormented, and prints
//! what came of it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acceptance::{FENCED, Framework, Orders, Plan, Program, Table, World, executor, job, run, scheduler};
use anyhow::{Context, Result};
use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand};
use testkit::{Backend, TestCluster};

/// Returns what one minute of chaos has to do by default. Each job of a launcher is a process, with
/// an executor.
fn tasks_a_minute(framework: Framework) -> u64 {
    match framework {
        Framework::Driver => 1000,
        Framework::Launcher => 200,
    }
}

#[derive(Parser)]
#[command(
    name = "cargo xtask acceptance",
    about = "Kills masters, agents and a scheduler while its tasks run"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Three real masters with ZooKeeper: the leader is killed again and again, and so is the
    /// scheduler
    Ha(Amount),
    /// A real agent is killed and started again, again and again; its executors live on
    Agent(Amount),
    /// A launcher is killed again and again while its jobs and its service run
    Launcher(Launcher),
    /// Everything at once, from a seed: `cargo xtask chaos`
    Chaos(Chaos),
    /// The scheduler that the others start
    #[command(hide = true)]
    Scheduler(Orders),
}

#[derive(Args)]
struct Amount {
    /// How many tasks run
    #[arg(long, default_value_t = 2000)]
    tasks: usize,
    /// Over how many seconds they are launched, and things are killed
    #[arg(long, default_value_t = 300)]
    seconds: u64,
    /// Seconds from one kill of the leader, or of the agent, to the next
    #[arg(long, default_value_t = 20)]
    every: u64,
    /// How often the scheduler is killed
    #[arg(long, default_value_t = 5)]
    restarts: u32,
}

#[derive(Args)]
struct Launcher {
    #[command(flatten)]
    amount: Amount,
    /// With 2, they share records in ZooKeeper, on a cluster of three masters: one leads, and is
    /// killed
    #[arg(long, default_value_t = 1, value_parser = RangedU64ValueParser::<usize>::new().range(1..=2))]
    schedulers: usize,
    /// Where the history is written
    #[arg(long, default_value = "target/launcher.history")]
    history: PathBuf,
}

#[derive(Args)]
struct Chaos {
    /// For how long tasks are launched and everything is tormented
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// How many tasks run; 1000 a minute if it is not given, 200 of a launcher
    #[arg(long)]
    tasks: Option<usize>,
    /// Torment a launcher, with jobs and a service, instead of a framework on the driver
    #[arg(long)]
    launcher: bool,
    /// What everything follows from; printed, and any if it is not given
    #[arg(long)]
    seed: Option<u64>,
    /// Where the history is written
    #[arg(long, default_value = "target/chaos.history")]
    history: PathBuf,
    /// Run nothing: check the history that is there
    #[arg(long)]
    check: bool,
    /// On the embedded cluster, which has one master and no ZooKeeper
    #[arg(long)]
    embedded: bool,
}

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("acceptance: {error:#}");
            let launcher = error.downcast_ref::<mesos_launcher::Error>();
            match launcher.map(mesos_launcher::Error::kind) {
                Some(mesos_launcher::ErrorKind::Fenced) => ExitCode::from(FENCED),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn start() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    // Tasks have the variables of their executor.
    if job::is_wanted() {
        return job::run();
    }
    let done = runtime.block_on(command());
    // A scheduler that ends by itself does not wait for the end of its standard input.
    runtime.shutdown_background();
    done
}

async fn command() -> Result<()> {
    if executor::is_wanted() {
        return executor::run().await;
    }
    match Arguments::parse().command {
        Command::Scheduler(orders) => scheduler::run(orders).await,
        Command::Chaos(chaos) => chaos.run().await,
        Command::Ha(amount) => {
            let plan = amount.plan().killing_the_leader(Duration::from_secs(amount.every));
            accept(TestCluster::start(Backend::RealHa, 2).await?, &plan).await
        }
        Command::Launcher(launcher) => launcher.run().await,
        Command::Agent(amount) => {
            let plan = amount.plan().killing_the_agent(Duration::from_secs(amount.every));
            accept(TestCluster::start(Backend::Real, 1).await?, &plan).await
        }
    }
}

impl Amount {
    fn plan(&self) -> Plan {
        self.killing(1)
    }

    fn killing(&self, schedulers: usize) -> Plan {
        let plan = Plan::peaceful(self.tasks, Duration::from_secs(self.seconds));
        plan.schedulers(schedulers).killing_the_scheduler(self.restarts)
    }
}

impl Launcher {
    async fn run(&self) -> Result<()> {
        let backend = if self.schedulers > 1 { Backend::RealHa } else { Backend::Real };
        let plan = self.amount.killing(self.schedulers).of(Framework::Launcher);
        let mut world = World::from(TestCluster::start(backend, 3).await?);
        print(&run(&mut world, &plan, &Program::this()?, Some(&self.history)).await?)
    }
}

async fn accept(cluster: TestCluster, plan: &Plan) -> Result<()> {
    print(&run(&mut World::from(cluster), plan, &Program::this()?, None).await?)
}

fn print(table: &Table) -> Result<()> {
    println!("{table}");
    table.verdict()
}

impl Chaos {
    async fn run(&self) -> Result<()> {
        if self.check {
            return print(&Table::of_file(&self.history)?);
        }
        let any = SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos();
        let seed = self.seed.unwrap_or(any.into());
        println!("seed {seed}; the history will be in {}", self.history.display());
        let framework = if self.launcher { Framework::Launcher } else { Framework::Driver };
        let tasks = self.tasks.map_or_else(|| (tasks_a_minute(framework) * self.minutes).try_into(), Ok);
        let tasks = tasks.context("too many tasks")?;
        let backend = if self.embedded { Backend::Embedded } else { Backend::RealHa };
        let mut world = World::behind_proxies(backend, 3).await?;
        let plan = Plan::chaos(seed, tasks, Duration::from_secs(60 * self.minutes), world.shape(framework));
        let plan = plan.of(framework);
        print(&run(&mut world, &plan, &Program::this()?, Some(&self.history)).await?)
    }
}
