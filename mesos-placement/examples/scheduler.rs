//! Runs four tasks on an embedded cluster of three agents, one at a time on each: the last one
//! waits for one to end.
//!
//! `cargo run -p mesos-placement --example scheduler`

use mesos_placement::{Accept, Constraint, Key, Needs, PlacementError, Placer, Settings, Task};
use mesos_sdk::proto::v1::{AgentId, Offer, OfferId, TaskInfo, TaskStatus};
use mesos_sdk::validation::ValidationError;
use mesos_sdk::{HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait, build};

struct Web {
    placer: Placer,
    unfinished: usize,
}

impl Web {
    fn new(tasks: usize) -> Result<Self, PlacementError> {
        let mut placer = Placer::new(Settings::default())?;
        for number in 1..=tasks {
            let task = Task::new(format!("web.{number}"), Needs::new(0.5, 64.0).dynamic_ports(1));
            placer.submit(task.group("web").constraint(Constraint::limit(Key::Agent, 1)))?;
        }
        Ok(Self { placer, unfinished: tasks })
    }
}

/// Returns what to launch.
fn infos(accept: &Accept<'_>) -> Result<Vec<TaskInfo>, ValidationError> {
    let agent = AgentId::from(accept.agent);
    let task = |id: &str| build::Task::new(id).command("sleep 1");
    let tasks = accept.assignments.iter();
    tasks.map(|one| task(&one.task).resources(one.resources.clone()).build(&agent)).collect()
}

#[async_trait]
impl Scheduler for Web {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        offers.iter().try_for_each(|offer| self.placer.add_offer(offer))?;
        for accept in self.placer.place().accepts() {
            handle.launch(accept.offers.to_vec(), infos(&accept)?).await?;
        }
        handle.decline(self.placer.take_offers()).await?;
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        self.placer.update(&status);
        println!("{} is {:?}", status.task_id.value, status.state());
        self.unfinished -= usize::from(status.fate().is_over());
        if self.unfinished == 0 {
            handle.stop();
        }
        Ok(())
    }

    async fn disconnected(&mut self, _: &SchedulerHandle) -> HandlerResult {
        self.placer.take_offers(); // they are void
        Ok(())
    }

    async fn rescinded(&mut self, _: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        self.placer.remove_offer(&offer);
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = mesos_local::Cluster::builder().agents(3).start().await?;
    let framework = build::Framework::new("web", "nobody").build()?;
    SchedulerDriver::new(cluster.master(), framework).run(&mut Web::new(4)?).await?;
    cluster.shutdown().await;
    Ok(())
}
