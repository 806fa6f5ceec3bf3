//! 10,000 tasks on 5,000 agents of three sizes, a hundred racks, every fourth agent with an SSD.

use anyhow::Result;
use mesos_placement::{Agent, Constraint, Key, Needs, Placer, Settings, Shares, Strategy, Task};

use crate::agents::agent;
use crate::floor::{Floor, PlainAgent, PlainTask};
use crate::table::Table;

const AGENTS: usize = 5_000;
const TASKS: usize = 10_000;
const SSD: u32 = 1;

pub(crate) fn run(table: &Table) -> Result<()> {
    let tasks: Vec<_> = tasks(TASKS, |_, task| task).collect();
    let floor = floor(AGENTS, &tasks);
    let empty = || placer(agents(AGENTS));
    table.compare("standard: 30 shapes, packed", &tasks, empty, &floor)?;
    let strict = self::tasks(TASKS, |index, task| {
        let group = format!("group {}", index % 30);
        let mut task = task.group(group).constraint(Constraint::limit(Key::Hostname, 1));
        task.needs.ports.dynamic = 2;
        task.constraint(Constraint::spread("rack", 5))
    });
    table.compare("standard: spread, unique, two ports", &strict.collect::<Vec<_>>(), empty, &floor)?;
    let each = self::tasks(TASKS, |index, mut task| {
        let more = u16::try_from(index).map_or(0.0, f64::from);
        task.needs = task.needs.scalar("mem", 1024.0 + more);
        task
    });
    let each: Vec<_> = each.collect();
    table.compare("standard: every task another shape", &each, empty, &self::floor(AGENTS, &each))?;
    let hopeless = (0..1_000_u16).map(|index| {
        let mem = 1e6 + f64::from(index);
        Task::new(format!("hopeless.{index}"), Needs::new(1.0, mem))
    });
    table.compare("standard: 1,000 hopeless tasks, reasons", &hopeless.collect::<Vec<_>>(), empty, &floor)?;
    let waits = || {
        let mut placer = placer(agents(AGENTS))?;
        for mut task in self::tasks(TASKS, |_, task| task) {
            task.needs = task.needs.scalar("mem", 1e6);
            placer.submit(task)?;
        }
        placer.place();
        Ok(placer)
    };
    let more = |placer: &mut Placer| {
        placer.set_agent(nth(AGENTS + 1))?;
        placer.place();
        Ok(())
    };
    table.step("standard: one offer more, 10,000 wait", waits, more, &floor)?;
    table.growth("large: 25,000 agents, 50,000 tasks", |scale| {
        Ok((placer(agents(25_000 * scale))?, self::tasks(50_000 * scale, |_, task| task).collect()))
    })
}

pub(crate) fn placer(agents: impl Iterator<Item = Agent>) -> Result<Placer> {
    let mut settings = Settings::default();
    settings.strategy = Strategy::Pack(Shares::default());
    let mut placer = Placer::new(settings)?;
    for agent in agents {
        placer.set_agent(agent)?;
    }
    Ok(placer)
}

fn cpus(index: usize) -> f64 {
    [16.0, 32.0, 64.0][index % 3]
}

pub(crate) fn agents(count: usize) -> impl Iterator<Item = Agent> {
    (0..count).map(nth)
}

fn nth(index: usize) -> Agent {
    let (cpus, rack) = (cpus(index), format!("rack {}", index % 100));
    let disk = if index.is_multiple_of(4) { "ssd" } else { "hdd" };
    let scalars = [("cpus", cpus), ("mem", cpus * 4096.0), ("disk", 100_000.0)];
    agent(format!("agent {index}"), &scalars, &[("rack", &rack), ("disk", disk)])
}

pub(crate) fn tasks(count: usize, change: impl Fn(usize, Task) -> Task) -> impl Iterator<Item = Task> {
    let mut random = fastrand::Rng::with_seed(1);
    let task = move |index: usize| {
        let cpus = f64::from(random.u8(1..=15)) / 2.0;
        let task = Task::new(format!("task.{index}"), Needs::new(cpus, cpus * 2048.0)).group("tasks");
        let task =
            if index.is_multiple_of(5) { task.constraint(Constraint::equals("disk", "ssd")) } else { task };
        change(index, task)
    };
    (0..count).map(task)
}

fn floor(agents: usize, tasks: &[Task]) -> Floor {
    let plain = |index| PlainAgent {
        cpus: cpus(index),
        mem: cpus(index) * 4096.0,
        attribute: if index.is_multiple_of(4) { SSD } else { SSD + 1 },
    };
    let task = |task: &Task| PlainTask {
        cpus: task.needs.scalars["cpus"].as_f64(),
        mem: task.needs.scalars["mem"].as_f64(),
        attribute: if task.constraints.iter().any(|one| *one == Constraint::equals("disk", "ssd")) {
            SSD
        } else {
            0
        },
    };
    Floor { agents: (0..agents).map(plain).collect(), tasks: tasks.iter().map(task).collect() }
}
