//! The service of docs/writing-a-framework.md: what is lost is launched again.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::{AgentId, FrameworkInfo, Offer, TaskState, TaskStatus};
use mesos_sdk::scheduler::KnownTask;
use mesos_sdk::{HandlerResult, Scheduler, SchedulerHandle, async_trait};
use testkit::TestCluster;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::framework::{driver, info};
use crate::task::{Work, task, task_id};

testkit::cases![lost_launch_is_repeated];

struct Service {
    alive: HashMap<String, Option<AgentId>>,
    missing: usize,
    running: mpsc::UnboundedSender<String>,
}

#[async_trait]
impl Scheduler for Service {
    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        let known = |(id, agent_id): (&String, &Option<AgentId>)| KnownTask {
            task_id: task_id(id),
            agent_id: agent_id.clone(),
        };
        Some(self.alive.iter().map(known).collect())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        if status.state() == TaskState::Running {
            self.running.send(status.task_id.value.clone())?;
        }
        let is_over = status.fate().is_over();
        match self.alive.get_mut(&status.task_id.value) {
            Some(_) if is_over => {
                self.alive.remove(&status.task_id.value);
                self.missing += 1;
                handle.revive_all().detach();
            }
            Some(agent_id) => *agent_id = status.agent_id,
            None if !is_over => handle.kill(status.task_id, status.agent_id).detach(),
            None => {}
        }
        Ok(())
    }

    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for offer in offers {
            let mut tasks = Vec::new();
            if self.missing > 0 {
                self.missing -= 1;
                self.alive.insert("another".to_owned(), None);
                tasks.push(task("another", &offer, Work::Run)?);
            }
            handle.launch([offer.id], tasks).detach();
        }
        Ok(())
    }
}

fn frameworks() -> [FrameworkInfo; 2] {
    let aware = Capability { r#type: Some(capability::Type::PartitionAware.into()) };
    [info("service"), FrameworkInfo { capabilities: vec![aware], ..info("service") }]
}

#[statement::proves(intent)]
async fn lost_launch_is_repeated(cluster: TestCluster) -> Result<()> {
    for framework in frameworks() {
        let (running, mut runs) = mpsc::unbounded_channel();
        // Written down, and then the scheduler died.
        let alive = HashMap::from([("lost".to_owned(), None)]);
        let mut service = Service { alive, missing: 0, running };
        let driver = driver(cluster.address(), framework)?;
        let handle = driver.handle();
        let life = tokio::spawn(async move { driver.run(&mut service).await });
        let run = timeout(Duration::from_secs(60), runs.recv()).await?;
        ensure!(run.context("the driver has ended")? == "another");
        handle.stop();
        life.await??;
    }
    Ok(())
}
