//! Runs a command on a cluster, and prints what it has written.

use mesos_sdk::prelude::*;

struct Hello(Option<Task>);

#[async_trait]
impl Scheduler for Hello {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for offer in offers {
            let task = self.0.take_if(|task| task.fits(&offer));
            let tasks = task.map(|task| task.build(&offer.agent_id)).transpose()?;
            handle.launch([offer.id], tasks).await?; // without a task, this declines the offer
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        match status.fate() {
            TaskFate::Alive => return Ok(()),
            TaskFate::Succeeded => print!("{}", handle.stdout(&status.task_id).await?),
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
    SchedulerDriver::new(master, framework).run(&mut Hello(Some(task))).await
}
