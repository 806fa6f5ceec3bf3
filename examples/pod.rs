//! Runs a pod: a server, and a helper that ships its log. They share a folder on one agent.

use mesos_sdk::build::{Container, Executor, Framework, Pod, Task};
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{Offer, TaskId, TaskState, TaskStatus};
use mesos_sdk::{Error, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};

/// Serves until it is killed.
const SERVER: &str = "while sleep 0.5; do echo served a page >> log/access; done";
/// Ships three lines of the log; then it has finished.
const SHIPPER: &str = "until [ -e log/access ]; do sleep 0.1; done; tail -n +1 -f log/access | head -n 3";

/// Returns both tasks with their executor, which Mesos has. In both sandboxes, `log` leads to one
/// folder in the executor's.
fn site() -> Pod {
    let task = |id, command| {
        let shared = Container::mesos().shared_volume("log", "log");
        Task::new(id).command(command).container(shared).cpus(0.1).mem(32.0)
    };
    let executor = Executor::default_executor("site").cpus(0.1).mem(32.0).disk(10.0);
    Pod::new(executor).task(task("server", SERVER)).task(task("shipper", SHIPPER))
}

struct Site {
    waiting: Option<Pod>,
    running: usize,
}

#[async_trait]
impl Scheduler for Site {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for offer in offers {
            let group = self.waiting.take().map(|pod| pod.build(&offer)).transpose()?;
            handle.accept([offer.id], group.map(Operation::launch_group)).await?;
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        println!("{} is {} {}", status.task_id, status.state().as_str_name(), status.message());
        if status.state() == TaskState::Finished {
            print!("{}", handle.stdout(&status.task_id).await?);
            // A task that fails ends its pod, one that finishes does not.
            handle.kill(TaskId::from("server"), None).detach();
        }
        self.running -= usize::from(status.fate().is_over());
        if self.running == 0 {
            handle.stop();
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let master = mesos_local::master(std::env::args().nth(1).as_deref().unwrap_or("local"))?;
    let mut site = Site { waiting: Some(site()), running: 2 };
    let framework = Framework::new("pod", "nobody").build()?;
    SchedulerDriver::new(master, framework).run(&mut site).await
}
