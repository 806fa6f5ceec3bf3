//! The acceptance run in short, on every judge.

use std::process::ExitCode;
use std::time::Duration;

use acceptance::{Plan, Program, run};
use anyhow::Result;
use judges::Judge;

judges::cases![
    intent_leaders_and_schedulers_are_killed_and_nothing_is_lost_or_done_twice,
    eunack_agents_and_schedulers_are_killed_and_nothing_is_lost_or_done_twice;
    several masters:
    zk1_intent_leaders_and_schedulers_are_killed_and_nothing_is_lost_or_done_twice,
];

fn main() -> ExitCode {
    judges::run(cases())
}

async fn accept(judge: &Judge, plan: Plan) -> Result<()> {
    let table = run(judge, &plan, &Program::at(env!("CARGO_BIN_EXE_acceptance"))).await?;
    println!("{table}");
    table.verdict()
}

fn plan(tasks: usize, seconds: u64) -> Plan {
    let time = Duration::from_secs(seconds);
    Plan { tasks, time, leader_every: None, agent_every: None, restarts: 2 }
}

/// Agents of the first judge would not look for the new master in time.
async fn intent_leaders_and_schedulers_are_killed_and_nothing_is_lost_or_done_twice(
    judge: Judge,
) -> Result<()> {
    let judge = Judge::impatient(judge.kind()).await?;
    accept(&judge, Plan { leader_every: Some(Duration::from_secs(9)), ..plan(120, 16) }).await
}

async fn eunack_agents_and_schedulers_are_killed_and_nothing_is_lost_or_done_twice(
    judge: Judge,
) -> Result<()> {
    accept(&judge, Plan { agent_every: Some(Duration::from_secs(5)), ..plan(120, 16) }).await
}

async fn zk1_intent_leaders_and_schedulers_are_killed_and_nothing_is_lost_or_done_twice(
    judge: Judge,
) -> Result<()> {
    accept(&judge, Plan { leader_every: Some(Duration::from_secs(18)), ..plan(150, 40) }).await
}
