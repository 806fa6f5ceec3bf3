//! A framework that fills each offer with tasks until all are launched.

use anyhow::{Context as _, Result};
use mesos_sdk::proto::v1::{Offer, TaskId, TaskInfo, TaskStatus};
use mesos_sdk::{HandlerResult, Master, Scheduler, SchedulerDriver, SchedulerHandle, async_trait, build};

use super::{COMMAND, Response};
use crate::launch::{CPUS, MEM, room};
use crate::measure::{Meter, Reading};

struct Filler {
    task: build::Task,
    /// How many tasks are not launched yet.
    left: usize,
    meter: Meter,
    reading: Option<Reading>,
}

impl Filler {
    /// Returns as many tasks as the offer has room for, and are left.
    fn tasks(&mut self, offer: &Offer) -> Result<Vec<TaskInfo>> {
        let count = room(offer).min(self.left);
        let infos = (0..count).map(|_| {
            self.left -= 1;
            let id = TaskId::from(self.left.to_string());
            Ok(TaskInfo { task_id: id, ..self.task.build(&offer.agent_id)? })
        });
        infos.collect()
    }
}

#[async_trait]
impl Scheduler for Filler {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        let mut launches = Vec::new();
        for offer in offers {
            match self.tasks(&offer)? {
                none if none.is_empty() => handle.decline([offer.id]).detach(),
                tasks => launches.push(handle.launch([offer.id], tasks)),
            }
        }
        for launch in launches {
            launch.await?;
        }
        if self.left == 0 {
            self.reading = Some(self.meter.read()?);
            handle.stop();
        }
        Ok(())
    }

    /// Simulated agents report nothing.
    async fn update(&mut self, _: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        Err(format!("{}: {:?}", status.state().as_str_name(), status.message).into())
    }
}

/// Launches the tasks. It stores nothing.
pub(super) async fn launch(master: Master, tasks: usize) -> Result<Response> {
    let task = build::Task::new("task").cpus(CPUS).mem(MEM).command(COMMAND);
    let mut filler = Filler { task, left: tasks, meter: Meter::start()?, reading: None };
    let driver = SchedulerDriver::new(master, build::Framework::new("filler", "root").build()?);
    driver.run(&mut filler).await?;
    let reading = filler.reading.context("the framework ended before all tasks were launched")?;
    Ok(Response { reading, writes: 0, disk: 0.0 })
}
