//! What the placer needs of memory for an agent and for a task.

use anyhow::{Context, Result};

use crate::standard;

const AGENTS: usize = 50_000;
const TASKS: usize = 100_000;

/// Prints the bytes for each of many agents and tasks. Memory that was used before counts for
/// nothing: so it comes first.
pub(crate) fn run() -> Result<()> {
    let start = resident()?;
    let mut placer = standard::placer(standard::agents(AGENTS))?;
    let with_agents = resident()?;
    for task in standard::tasks(TASKS, |_, task| task) {
        placer.submit(task)?;
    }
    let with_tasks = resident()?;
    let round = placer.place();
    let in_the_end = resident()?;
    println!(
        "memory: {AGENTS} agents, {TASKS} tasks: {} bytes an agent, {} a task that waits; when placed, {} with its assignment",
        (with_agents - start) / AGENTS,
        with_tasks.saturating_sub(with_agents) / TASKS,
        in_the_end.saturating_sub(with_agents) / round.assigned.len().max(1),
    );
    Ok(())
}

/// Returns the bytes that the process has in memory, as Linux reports it.
fn resident() -> Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status").context("this needs Linux")?;
    let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = value.and_then(|value| value.trim().strip_suffix(" kB"));
    Ok(kibibytes.context("no VmRSS")?.parse::<usize>()? << 10)
}
