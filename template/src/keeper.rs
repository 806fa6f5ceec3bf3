//! The framework.

use std::collections::HashMap;

use mesos_sdk::build::{Framework, Task};
use mesos_sdk::proto::TaskFate;
use mesos_sdk::proto::v1::framework_info::capability::Type::PartitionAware;
use mesos_sdk::proto::v1::{AgentId, FrameworkInfo, Offer, TaskId, TaskStatus};
use mesos_sdk::scheduler::KnownTask;
use mesos_sdk::{Error, HandlerResult, Scheduler, SchedulerHandle, async_trait};

/// What each worker runs.
const COMMAND: &str = "exec sleep 1000";

/// Keeps a number of workers running.
pub struct Keeper {
    wanted: usize,
    /// How many were launched. A task id can be used only once.
    launched: usize,
    workers: HashMap<TaskId, AgentId>,
}

impl Keeper {
    pub fn new(wanted: usize) -> Self {
        Self { wanted, launched: 0, workers: HashMap::new() }
    }

    /// Returns how many workers were launched.
    #[cfg(test)]
    pub fn launched(&self) -> usize {
        self.launched
    }
}

/// Returns what the master gets to know of the framework.
pub fn framework() -> Result<FrameworkInfo, Error> {
    Ok(Framework::new("keeper", "nobody").capability(PartitionAware).build()?)
}

#[async_trait]
impl Scheduler for Keeper {
    /// Launches what is missing. What an offer is not used for is declined.
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for mut offer in offers {
            let mut tasks = Vec::new();
            while self.workers.len() < self.wanted {
                let task = Task::new(format!("worker-{}", self.launched + 1)).command(COMMAND);
                let Some(task) = task.cpus(0.5).mem(32.0).take_from(&mut offer)? else { break };
                self.launched += 1;
                self.workers.insert(task.task_id.clone(), task.agent_id.clone());
                tasks.push(task);
            }
            handle.launch([offer.id], tasks).await?;
        }
        Ok(())
    }

    /// Replaces a worker that has ended, or whose agent can't be reached.
    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        let (id, fate) = (&status.task_id, status.fate());
        println!("{id} is {}. {}", status.state().as_str_name(), status.message());
        if fate.is_over() || fate == TaskFate::OutOfSight {
            self.workers.remove(id);
        } else if !self.workers.contains_key(id) {
            handle.kill(status.task_id, status.agent_id).detach(); // it was replaced
        }
        Ok(())
    }

    /// Returns the workers, whose states the driver requests from the master after a failover.
    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        let known = self.workers.clone().into_iter();
        Some(known.map(|(task_id, agent)| KnownTask { task_id, agent_id: Some(agent) }).collect())
    }
}
