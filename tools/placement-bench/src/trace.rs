//! A trace of a GPU cluster: all tasks at once, in the order of the file.

use std::path::Path;

use anyhow::{Context, Result};
use mesos_placement::{Agent, Constraint, Gpus, Needs, Placer, Settings, Shares, Strategy, Task};

use crate::agents::agent;
use crate::floor::{Floor, PlainAgent, PlainTask};
use crate::table::Table;

pub(crate) fn run(table: &Table, folder: &Path) -> Result<()> {
    let agents = read(&folder.join("alibaba-gpu-2023-agents.csv"))?;
    for name in ["default", "gpuspec33"] {
        let rows = read(&folder.join(format!("alibaba-gpu-2023-tasks-{name}.csv")))?;
        let tasks: Vec<_> = rows.iter().map(|row| task(row)).collect::<Result<_>>()?;
        let floor = floor(&agents, &tasks)?;
        let (two, gpus) = (Shares::over(["cpus", "mem"]), Shares::over(["gpus"]));
        let three = Shares::over(["cpus", "mem", "gpus"]);
        for (title, strategy, gpus) in [
            ("packed", Strategy::Pack(two.clone()), Gpus::Share),
            ("packed, GPU agents kept", Strategy::Pack(two), Gpus::Keep),
            ("packed by gpus, GPU agents kept", Strategy::Pack(gpus), Gpus::Keep),
            ("aligned", Strategy::Align(three.clone()), Gpus::Share),
            ("aligned, GPU agents kept", Strategy::Align(three), Gpus::Keep),
        ] {
            let placer = || placer(&agents, strategy.clone(), gpus);
            let outcome = table.compare(&format!("gpu trace {name}: {title}"), &tasks, placer, &floor)?;
            println!("    tasks with GPUs placed: {}", outcome.with_gpus);
        }
    }
    Ok(())
}

/// Returns the fields of each line but the first.
fn read(file: &Path) -> Result<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect())
}

fn number(row: &[String], column: usize) -> Result<f64> {
    let field = row.get(column).with_context(|| format!("no column {column} in {row:?}"))?;
    if field.is_empty() { Ok(0.0) } else { field.parse().with_context(|| format!("no number: {field:?}")) }
}

/// Columns: `agent,cpus,mem_mb,gpus,gpu_model`.
fn placer(rows: &[Vec<String>], strategy: Strategy, gpus: Gpus) -> Result<Placer> {
    let mut settings = Settings::default();
    (settings.strategy, settings.gpus) = (strategy, gpus);
    let mut placer = Placer::new(settings)?;
    for row in rows {
        placer.set_agent(machine(row)?)?;
    }
    Ok(placer)
}

fn machine(row: &[String]) -> Result<Agent> {
    let scalars = [("cpus", number(row, 1)?), ("mem", number(row, 2)?), ("gpus", number(row, 3)?)];
    let scalars: Vec<_> = scalars.into_iter().filter(|(_, amount)| *amount > 0.0).collect();
    let model = row.get(4).map_or("", String::as_str);
    let attributes = if model.is_empty() { Vec::new() } else { vec![("gpu_model", model)] };
    Ok(agent(row[0].clone(), &scalars, &attributes))
}

/// Columns: `task,arrival_s,end_s,cpus,mem_mb,gpus,gpu_share_milli,gpu_models,class`. Mesos has
/// whole GPUs only.
fn task(row: &[String]) -> Result<Task> {
    let (gpus, share) = (number(row, 5)?, number(row, 6)?);
    let gpus = if gpus == 0.0 && share > 0.0 { 1.0 } else { gpus };
    let mut needs = Needs::new(number(row, 3)?, number(row, 4)?);
    if gpus > 0.0 {
        needs = needs.scalar("gpus", gpus);
    }
    let task = Task::new(row[0].clone(), needs).group("tasks");
    let models: Vec<_> =
        row.get(7).map_or("", String::as_str).split('|').filter(|model| !model.is_empty()).collect();
    Ok(if models.is_empty() { task } else { task.constraint(Constraint::one_of("gpu_model", models)) })
}

fn floor(rows: &[Vec<String>], tasks: &[Task]) -> Result<Floor> {
    let plain =
        |row: &Vec<String>| Ok(PlainAgent { cpus: number(row, 1)?, mem: number(row, 2)?, attribute: 1 });
    let task = |task: &Task| PlainTask {
        cpus: task.needs.scalars["cpus"].as_f64(),
        mem: task.needs.scalars["mem"].as_f64(),
        attribute: 0,
    };
    let agents = rows.iter().map(plain).collect::<Result<_>>()?;
    Ok(Floor { agents, tasks: tasks.iter().map(task).collect() })
}
