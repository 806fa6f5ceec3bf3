//! Runs a command on a cluster, and prints what it has written.

use mesos_sdk::build::{Framework, Task};
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::{TaskFate, v1::Offer, v1::TaskStatus};
use mesos_sdk::{Error, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};

struct Hello {
    task: Option<Task>,
    operator: MasterOperator,
}

#[async_trait]
impl Scheduler for Hello {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for offer in offers {
            let task = self.task.take_if(|task| task.fits(&offer));
            let tasks = task.map(|task| task.build(&offer.agent_id)).transpose()?;
            handle.launch([offer.id], tasks).await?; // without a task, this declines the offer
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        match status.fate() {
            TaskFate::Alive => return Ok(()),
            TaskFate::Succeeded => {
                let framework = handle.status().framework_id.unwrap_or_default();
                let sandbox = self.operator.sandbox(&framework, &status.task_id).await?;
                print!("{}", sandbox.stdout().text().await?);
            }
            fate => println!("{fate:?}: {}", status.message()),
        }
        handle.stop();
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let master = mesos_local::master(std::env::args().nth(1).as_deref().unwrap_or("local"))?;
    let framework = Framework::new("hello", "nobody").build()?;
    let task = Task::new("hello").command("echo Hello from $(hostname)").cpus(0.1).mem(32.0);
    let mut hello = Hello { task: Some(task), operator: MasterOperator::new(master.clone()) };
    SchedulerDriver::new(master, framework).run(&mut hello).await
}
