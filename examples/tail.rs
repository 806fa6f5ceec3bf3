//! Shows what an operator sees of a task: the events of the cluster, and its output while it runs.

use std::collections::HashSet;

use futures::StreamExt as _;
use mesos_sdk::build::{Framework, Task};
use mesos_sdk::operator::{ClusterEvent, MasterOperator};
use mesos_sdk::proto::v1::{FrameworkId, Offer, TaskId, TaskState, TaskStatus};
use mesos_sdk::{Error, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};
use tokio::time::{Duration, sleep};

const TICKER: &str = "ticker";

/// Prints the events of the cluster, and the output of each task named `ticker`.
async fn watch(operator: MasterOperator) -> Result<(), Error> {
    let mut events = operator.events();
    let mut followed = HashSet::new();
    while let Some(event) = events.next().await {
        let running = match event? {
            ClusterEvent::Snapshot(state) => {
                let agents = state.get_agents.map_or(0, |agents| agents.agents.len());
                println!("event: the cluster has {agents} agents");
                let tasks = state.get_tasks.map(|tasks| tasks.tasks).unwrap_or_default();
                let ticker = tasks.into_iter().find(|task| task.name == TICKER);
                ticker.filter(|task| task.state() == TaskState::Running).map(|task| task.framework_id)
            }
            ClusterEvent::TaskUpdated(update) => {
                println!("event: {} is {}", update.status.task_id, update.state().as_str_name());
                let is_running = update.state() == TaskState::Running;
                let is_ticker = update.status.task_id.as_str() == TICKER;
                (is_running && is_ticker).then_some(update.framework_id)
            }
            ClusterEvent::Disconnected(error) => {
                println!("event: out of date: {error:#}");
                None
            }
            _ => None,
        };
        if let Some(framework) = running.filter(|framework| followed.insert(framework.clone())) {
            tokio::spawn(follow(operator.clone(), framework));
        }
    }
    Ok(())
}

/// Prints what the task writes to its standard output.
async fn follow(operator: MasterOperator, framework: FrameworkId) -> Result<(), Error> {
    let sandbox = operator.sandbox(&framework, &TaskId::from(TICKER)).await?;
    let mut chunks = sandbox.stdout().follow(Duration::from_millis(200));
    while let Some(chunk) = chunks.next().await {
        print!("{}", String::from_utf8_lossy(&chunk?));
    }
    Ok(())
}

/// A framework to look at.
struct Ticker(Option<Task>);

#[async_trait]
impl Scheduler for Ticker {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for offer in offers {
            let task = self.0.take_if(|task| task.fits(&offer));
            let tasks = task.map(|task| task.build(&offer.agent_id)).transpose()?;
            handle.launch([offer.id], tasks).await?;
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        if status.fate().is_over() {
            sleep(Duration::from_secs(1)).await; // for the rest of the output
            handle.stop();
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let master = mesos_local::master(std::env::args().nth(1).as_deref().unwrap_or("local"))?;
    let command = "for n in 1 2 3; do echo tick $n; sleep 1; done";
    let task = Task::new(TICKER).command(command).cpus(0.1).mem(32.0);
    let framework = Framework::new("tail", "nobody").build()?;
    let (driver, mut ticker) = (SchedulerDriver::new(master.clone(), framework), Ticker(Some(task)));
    tokio::select! {
        watched = watch(MasterOperator::new(master)) => watched,
        ended = driver.run(&mut ticker) => ended,
    }
}
