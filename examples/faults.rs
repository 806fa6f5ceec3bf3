//! Launches a worker, and replaces it until the last one runs; the tests break the cluster in
//! virtual time.
//!
//! `cargo test -p examples --test faults` runs the tests.

use std::time::Duration;

use mesos_sdk::build::{Framework, Task};
use mesos_sdk::proto::v1::framework_info::capability::Type::PartitionAware;
use mesos_sdk::proto::v1::{FrameworkInfo, Offer, TaskId, TaskState, TaskStatus};
use mesos_sdk::{
    Error, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait, proto::TaskFate,
};

/// Keeps one worker running. Stops when worker number `last` runs.
struct Keeper {
    launched: u32,
    current: Option<TaskId>,
    last: u32,
}

#[async_trait]
impl Scheduler for Keeper {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for mut offer in offers {
            let mut worker = None;
            if self.current.is_none() {
                let task = Task::new(format!("worker-{}", self.launched + 1)).command("exec sleep 1000");
                worker = task.cpus(0.5).mem(32.0).take_from(&mut offer)?;
                self.current = worker.as_ref().map(|task| task.task_id.clone());
                self.launched += u32::from(worker.is_some());
            }
            handle.launch([offer.id], worker).await?;
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        println!("{} is {}", status.task_id, status.state().as_str_name());
        let fate = status.fate();
        if self.current.as_ref() != Some(&status.task_id) {
            return Ok(());
        }
        if fate.is_over() || fate == TaskFate::OutOfSight {
            self.current = None; // the next offer replaces it
        } else if status.state() == TaskState::Running && self.launched == self.last {
            handle.stop();
        }
        Ok(())
    }
}

fn framework() -> Result<FrameworkInfo, Error> {
    let framework = Framework::new("keeper", "nobody").capability(PartitionAware);
    Ok(framework.failover_timeout(Duration::from_secs(3600)).build()?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let master = mesos_local::master(std::env::args().nth(1).as_deref().unwrap_or("local"))?;
    let mut keeper = Keeper { launched: 0, current: None, last: 1 };
    SchedulerDriver::new(master, framework()?).run(&mut keeper).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesos_local::Cluster;
    use mesos_sdk::ClientOptions;
    use tokio::time::{Instant, sleep};

    /// Runs the keeper until worker number `last` runs. Meanwhile, `fault` gets the agent of the
    /// first worker.
    async fn keep(cluster: &Cluster, last: u32, fault: impl AsyncFnOnce(usize)) -> Result<Keeper, Error> {
        let mut keeper = Keeper { launched: 0, current: None, last };
        let options = ClientOptions::new().connector(cluster.connector());
        let driver = SchedulerDriver::new(cluster.master(), framework()?).client_options(options);
        let meanwhile = async {
            loop {
                let task = &cluster.state().await["frameworks"][0]["tasks"][0];
                if task["state"] == "TASK_RUNNING" {
                    let is_second = task["slave_id"].as_str().is_some_and(|id| id.ends_with("S1"));
                    break fault(usize::from(is_second)).await;
                }
                sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::join!(driver.run(&mut keeper), meanwhile).0.map(|()| keeper)
    }

    #[tokio::test(start_paused = true)]
    async fn worker_of_a_killed_agent_is_replaced_at_once() -> Result<(), Error> {
        let cluster = Cluster::builder().agents(2).start().await.unwrap();
        let start = Instant::now();
        let keeper = keep(&cluster, 2, async |agent| cluster.kill_agent(agent).await).await?;
        assert_eq!(keeper.launched, 2);
        assert!(start.elapsed() < Duration::from_secs(15));
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn worker_of_a_silent_agent_is_replaced_after_75_seconds() -> Result<(), Error> {
        let cluster = Cluster::builder().agents(2).start().await.unwrap();
        let start = Instant::now();
        let keeper = keep(&cluster, 2, async |agent| cluster.freeze_agent(agent).await).await?;
        assert_eq!(keeper.launched, 2);
        assert!(start.elapsed() > Duration::from_secs(75));
        Ok(())
    }
}
