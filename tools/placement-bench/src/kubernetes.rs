//! The mixes of Kubernetes' scheduling benchmark: agents of 4 cpus and 32 GiB in three zones.

use anyhow::Result;
use mesos_placement::{
    Agent, Constraint, Key, Needs, Placer, Preference, Running, Select, Settings, Shares, Strategy, Task,
};

use crate::agents::agent;
use crate::table::Table;

const AGENTS: usize = 5_000;

/// A mix: how many tasks run before, how many come, and what each is.
type Mix = (&'static str, usize, usize, fn(usize, usize, Task) -> Task);

const MIXES: [Mix; 7] = [
    ("kubernetes: plain", 1_000, 10_000, |_, _, task| task),
    ("kubernetes: attribute", 5_000, 10_000, |_, _, task| {
        task.constraint(Constraint::one_of("zone", ["moon-1", "moon-2"]))
    }),
    ("kubernetes: away", 1_000, 2_000, |_, _, task| {
        task.constraint(Constraint::away(Key::Hostname, Select::Group(None)))
    }),
    ("kubernetes: near", 5_000, 5_000, |_, _, task| {
        task.constraint(Constraint::near("zone", Select::Group(None)))
    }),
    ("kubernetes: spread", 5_000, 5_000, |_, _, task| task.constraint(Constraint::spread("zone", 5))),
    ("kubernetes: spread, soft", 5_000, 5_000, |_, _, task| {
        task.preference(Preference::met(Constraint::spread("zone", 5), 1.0))
    }),
    ("kubernetes: one each", 0, 10_000, |index, agents, task| {
        task.constraint(Constraint::equals("@agent", format!("agent {}", index % agents)))
    }),
];

pub(crate) fn run(table: &Table) -> Result<()> {
    for (name, before, come, change) in MIXES {
        table.growth(name, |scale| {
            let agents = AGENTS * scale;
            let placer = placer(agents, before * scale)?;
            Ok((placer, (0..come * scale).map(|index| change(index, agents, task(index))).collect()))
        })?;
    }
    table.growth("kubernetes: 200 hopeless before", |scale| {
        let mut placer = placer(AGENTS * scale, 0)?;
        for index in 0..200 * scale {
            placer
                .submit(Task::new(format!("hopeless.{index}"), Needs::new(9.0, 500.0)).group("hopeless"))?;
        }
        placer.place();
        Ok((placer, (0..10_000 * scale).map(task).collect()))
    })
}

fn task(index: usize) -> Task {
    Task::new(format!("task.{index}"), Needs::new(0.1, 500.0)).group("tasks")
}

fn placer(agents: usize, running: usize) -> Result<Placer> {
    let mut settings = Settings::default();
    settings.strategy = Strategy::Spread(Shares::default());
    let mut placer = Placer::new(settings)?;
    for index in 0..agents {
        placer.set_agent(nth(index))?;
    }
    for index in 0..running {
        let running = Running::new(format!("running.{index}"), format!("agent {}", index % agents));
        placer.set_running(running.group(if index == 0 { "tasks" } else { "others" }))?;
    }
    Ok(placer)
}

fn nth(index: usize) -> Agent {
    let zone = format!("moon-{}", index % 3 + 1);
    agent(format!("agent {index}"), &[("cpus", 4.0), ("mem", 32_768.0)], &[("zone", &zone)])
}
