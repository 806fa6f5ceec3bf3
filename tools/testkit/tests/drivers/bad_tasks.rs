//! A task that a builder refuses does not end its framework.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mesos_sdk::build::Task;
use mesos_sdk::proto::v1::{AgentId, Offer, TaskInfo, TaskStatus};
use mesos_sdk::{Error, HandlerResult, Scheduler, SchedulerHandle, async_trait};
use testkit::TestCluster;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::framework::{driver, info};
use crate::task::{Work, task};

testkit::cases![a_bad_task_does_not_end_the_framework];

/// Builds two tasks that no master would take, then a good one.
struct Careless {
    offered: u32,
    updates: mpsc::UnboundedSender<TaskStatus>,
}

/// The error of the library that a refused message becomes by `?`.
fn slash(agent: &AgentId) -> Result<TaskInfo, Error> {
    Ok(Task::new("a/b").command("true").cpus(0.1).mem(32.0).build(agent)?)
}

#[async_trait]
impl Scheduler for Careless {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        self.offered += 1;
        let offer = offers.into_iter().next().ok_or("no offer")?;
        if self.offered > 2 {
            handle.launch([offer.id.clone()], [task("good", &offer, Work::FinishAfter(0))?]).await?;
            return Ok(());
        }
        handle.decline_for([offer.id], Duration::ZERO).detach();
        match self.offered {
            1 => drop(Task::new("nothing").command("true").build(&offer.agent_id)?),
            _ => drop(slash(&offer.agent_id)?),
        }
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        Ok(self.updates.send(status)?)
    }
}

async fn a_bad_task_does_not_end_the_framework(cluster: TestCluster) -> Result<()> {
    let (updates, mut received) = mpsc::unbounded_channel();
    let driver = driver(cluster.address(), info("careless"))?;
    let handle = driver.handle();
    let life = tokio::spawn(async move { driver.run(&mut Careless { offered: 0, updates }).await });
    let update = timeout(Duration::from_secs(60), received.recv()).await?;
    ensure!(update.context("the driver has ended")?.task_id.as_str() == "good");
    handle.stop();
    Ok(life.await??)
}
