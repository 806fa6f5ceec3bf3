//! Which agents a strategy scores highest, computed slowly.

use mesos_placement::{Shares, Strategy, Task};

use crate::reference::World;

/// How much a strategy likes that a task runs on an agent.
fn liking(world: &World, strategy: &Strategy, task: &Task, agent: usize) -> f64 {
    match strategy {
        Strategy::Pack(Shares(shares)) => used(world, shares, task, agent),
        Strategy::Spread(Shares(shares)) => -used(world, shares, task, agent),
        Strategy::Align(Shares(shares)) => aligned(world, shares, task, agent),
        _ => 0.0,
    }
}

/// The share of what is there that is used with the task.
fn used(world: &World, shares: &[(String, f64)], task: &Task, agent: usize) -> f64 {
    let here = &world.agents[agent];
    let (mut sum, mut weights) = (0.0, 0.0);
    for (name, weight) in shares {
        let (asked, total) = (asked(task, name), number(here.total[name]));
        if total > 0.0 && (asked > 0.0 || name == "cpus" || name == "mem") {
            sum += weight * (total - number(here.free[name]) + asked) / total;
            weights += weight;
        }
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

/// The sum of what is asked for times what is free, in parts of what an agent has on average.
fn aligned(world: &World, shares: &[(String, f64)], task: &Task, agent: usize) -> f64 {
    let parts = shares.iter().map(|(name, weight)| {
        let all: f64 = world.agents.iter().map(|agent| number(agent.total[name])).sum();
        let average = all / number(i64::try_from(world.agents.len()).unwrap());
        let product = asked(task, name) * number(world.agents[agent].free[name]);
        if average > 0.0 { weight * product / average / average } else { 0.0 }
    });
    parts.sum()
}

fn asked(task: &Task, name: &str) -> f64 {
    task.needs.scalars.get(name).map_or(0.0, |amount| number(amount.thousandths()))
}

#[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
fn number(amount: i64) -> f64 {
    amount as f64
}

/// Returns the agents that the strategy scores highest, in order.
pub(crate) fn best(world: &World, strategy: &Strategy, task: &Task, agents: &[usize]) -> Vec<usize> {
    let liking = |agent: &usize| liking(world, strategy, task, *agent);
    let most = agents.iter().map(liking).fold(f64::MIN, f64::max);
    agents.iter().copied().filter(|agent| liking(agent) > most - 1e-7).collect()
}
