//! Keeps three web servers running on ports that their agents have free, and replaces those that
//! end or become unhealthy. Ctrl-C ends the service; SIGTERM leaves the servers to the next run.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::{FutureExt as _, stream};
use mesos_sdk::build::{Framework, HealthCheck, Task};
use mesos_sdk::proto::TaskFate;
use mesos_sdk::proto::v1::framework_info::capability::Type::PartitionAware;
use mesos_sdk::proto::v1::{AgentId, Offer, TaskId, TaskStatus};
use mesos_sdk::resources::Resources;
use mesos_sdk::scheduler::{KnownTask, NotificationHandler};
use mesos_sdk::store::FileStore;
use mesos_sdk::{HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Default)]
struct Service {
    wanted: usize,
    /// Whether the master was asked for the servers of an earlier run.
    is_reconciled: bool,
    servers: HashMap<TaskId, Option<AgentId>>,
}

/// Returns a web server on the first port of the offer.
fn server(id: &str, offer: &Offer) -> Option<Task> {
    let port = Resources::from(&offer.resources[..]).ports().numbers().next()?;
    let check = HealthCheck::http(u16::try_from(port).ok()?).interval(Duration::from_secs(2));
    let task = Task::new(id).command(format!("exec python3 -m http.server {port}")).ports(port..=port);
    Some(task.health_check(check.delay(Duration::from_secs(1))).cpus(0.1).mem(64.0))
}

impl Service {
    fn stop_if_done(&self, handle: &SchedulerHandle) {
        if self.wanted == 0 && self.servers.is_empty() {
            handle.stop();
        }
    }
}

#[async_trait]
impl Scheduler for Service {
    /// Makes the driver reconcile: it asks for these tasks, then for all that the master knows.
    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        let known = self.servers.clone().into_iter();
        Some(known.map(|(task_id, agent_id)| KnownTask { task_id, agent_id }).collect())
    }

    async fn reconciled(&mut self, handle: &SchedulerHandle) -> HandlerResult {
        self.is_reconciled = true;
        handle.revive_all().detach(); // offers that were declined until now
        Ok(())
    }

    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for mut offer in offers {
            let mut tasks = Vec::new();
            while self.is_reconciled && self.servers.len() < self.wanted {
                let id = format!("web-{}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos());
                let Some(task) = server(&id, &offer) else { break };
                let Some(task) = task.take_from(&mut offer)? else { break };
                self.servers.insert(task.task_id.clone(), Some(task.agent_id.clone()));
                tasks.push(task);
            }
            handle.launch([offer.id], tasks).await?;
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        let (id, state) = (&status.task_id, status.state().as_str_name());
        println!("{id} is {state}, healthy: {:?}. {}", status.healthy(), status.message());
        if status.fate().is_over() || status.fate() == TaskFate::OutOfSight {
            self.servers.remove(id); // the next offers replace it
        } else if self.servers.contains_key(id) || self.servers.len() < self.wanted {
            self.servers.insert(id.clone(), status.agent_id); // perhaps one of an earlier run
        } else {
            handle.kill(status.task_id, status.agent_id).detach(); // it was replaced
        }
        self.stop_if_done(handle);
        Ok(())
    }
}

/// Ctrl-C.
struct Interrupt;

#[async_trait]
impl NotificationHandler<Interrupt> for Service {
    async fn notified(&mut self, handle: &SchedulerHandle, _: Interrupt) -> HandlerResult {
        self.wanted = 0;
        for (id, agent) in &self.servers {
            handle.kill_until_terminal(id.clone(), agent.clone(), None).detach();
        }
        self.stop_if_done(handle);
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let master = mesos_local::master(std::env::args().nth(1).as_deref().unwrap_or("local"))?;
    let framework = Framework::new("service", "nobody").capability(PartitionAware).checkpoint();
    let framework = framework.failover_timeout(Duration::from_secs(7 * 24 * 3600)).build()?;
    let driver = SchedulerDriver::new(master, framework).store(FileStore::new("service.framework-id"));
    let (handle, mut terminate) = (driver.handle(), signal(SignalKind::terminate())?);
    tokio::spawn(async move {
        terminate.recv().await;
        handle.stop_with_failover();
    });
    let interrupt = stream::once(ctrl_c().map(|_| Interrupt));
    driver.run_with(&mut Service { wanted: 3, ..Service::default() }, interrupt).await?;
    Ok(())
}
