//! `cargo xtask acceptance`: kills what can be killed, and prints what came of it.

use std::process::ExitCode;
use std::time::Duration;

use acceptance::scheduler::Orders;
use acceptance::{Plan, Program, executor, run, scheduler};
use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use judges::{Judge, Kind};

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
    /// Three real masters with ZooKeeper: the leader is killed again and again, and so is the scheduler
    Ha(Amount),
    /// A real agent is killed and started again, again and again; its executors live on
    Agent(Amount),
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
    restarts: usize,
}

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("acceptance: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        if executor::is_wanted() {
            return executor::run().await;
        }
        match Arguments::parse().command {
            Command::Scheduler(orders) => scheduler::run(orders).await,
            Command::Ha(amount) => {
                accept(Judge::start(Kind::RealHa, 2).await?, &amount, Victim::Leader).await
            }
            Command::Agent(amount) => {
                accept(Judge::start(Kind::Real, 1).await?, &amount, Victim::Agent).await
            }
        }
    })
}

enum Victim {
    Leader,
    Agent,
}

async fn accept(judge: Judge, amount: &Amount, victim: Victim) -> Result<()> {
    let every = Some(Duration::from_secs(amount.every));
    let plan = Plan {
        tasks: amount.tasks,
        time: Duration::from_secs(amount.seconds),
        leader_every: every.filter(|_| matches!(victim, Victim::Leader)),
        agent_every: every.filter(|_| matches!(victim, Victim::Agent)),
        restarts: amount.restarts,
    };
    let table = run(&judge, &plan, &Program::this()?).await?;
    println!("{table}");
    table.verdict()
}
