//! The smallest scheduler.

use mesos_sdk::proto::v1::{Offer, TaskStatus};
use mesos_sdk::{HandlerResult, Master, Scheduler, SchedulerDriver, SchedulerHandle, async_trait, build};

/// Declines every offer.
struct Idle;

#[async_trait]
impl Scheduler for Idle {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        handle.decline(offers.into_iter().map(|offer| offer.id)).await?;
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        println!("{} is {:?}", status.task_id.value, status.state());
        Ok(()) // the update is acknowledged after this
    }
}

#[tokio::main]
async fn main() -> Result<(), mesos_sdk::Error> {
    let master: Master = "127.0.0.1:5050".parse()?;
    let framework = build::Framework::new("idle", "nobody").build()?;
    SchedulerDriver::new(master, framework).run(&mut Idle).await
}
