//! Keeps three web servers running on ports that their agents have free, and replaces those that
//! end or become unhealthy. Ctrl-C ends the service; SIGTERM leaves the servers to the next run.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fs, io};

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

const SERVERS: &str = "service.servers";

struct Service {
    wanted: usize,
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
    /// Writes down the servers for the next run.
    fn save(&self) -> io::Result<()> {
        let ids: Vec<&str> = self.servers.keys().map(TaskId::as_str).collect();
        fs::write(SERVERS, ids.join("\n"))
    }
}

#[async_trait]
impl Scheduler for Service {
    /// Returns the servers, whose states the driver requests from the master. It then requests the
    /// states of all other tasks of the framework.
    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        let known = self.servers.clone().into_iter();
        Some(known.map(|(task_id, agent_id)| KnownTask { task_id, agent_id }).collect())
    }

    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for mut offer in offers {
            let mut tasks = Vec::new();
            while self.servers.len() < self.wanted {
                let id = format!("web-{}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos());
                let Some(task) = server(&id, &offer) else { break };
                let Some(task) = task.take_from(&mut offer)? else { break };
                self.servers.insert(task.task_id.clone(), Some(task.agent_id.clone()));
                tasks.push(task);
            }
            self.save()?;
            handle.launch([offer.id], tasks).await?;
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        let (id, state) = (&status.task_id, status.state().as_str_name());
        println!("{id} is {state}, healthy: {:?}. {}", status.healthy(), status.message());
        if status.fate().is_over() || status.fate() == TaskFate::OutOfSight {
            self.servers.remove(id); // the next offers replace it
            self.save()?;
        } else if let Some(agent) = self.servers.get_mut(id) {
            *agent = status.agent_id;
        } else {
            handle.kill(status.task_id, status.agent_id).detach(); // it was replaced
        }
        if self.wanted == 0 && self.servers.is_empty() {
            handle.stop();
        }
        Ok(())
    }
}

#[async_trait]
impl NotificationHandler<()> for Service {
    /// Ends the servers after Ctrl-C.
    async fn notified(&mut self, handle: &SchedulerHandle, (): ()) -> HandlerResult {
        self.wanted = 0;
        for (id, agent) in &self.servers {
            handle.kill_until_terminal(id.clone(), agent.clone(), None).detach();
        }
        if self.servers.is_empty() {
            handle.stop();
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let master = mesos_local::master(std::env::args().nth(1).as_deref().unwrap_or("local"))?;
    let framework = Framework::new("service", "nobody").capability(PartitionAware).checkpoint();
    let framework = framework.failover_timeout(Duration::from_secs(7 * 24 * 3600)).build()?;
    let driver = SchedulerDriver::new(master, framework).store(FileStore::new("service.framework-id"));
    let (handle, mut terminate) = (driver.handle(), signal(SignalKind::terminate())?);
    tokio::spawn(async move {
        terminate.recv().await;
        handle.stop_with_failover();
    });
    let interrupt = stream::once(ctrl_c().map(drop));
    let servers = fs::read_to_string(SERVERS).unwrap_or_default();
    let servers = servers.lines().map(|id| (TaskId::from(id), None)).collect();
    Ok(driver.run_with(&mut Service { wanted: 3, servers }, interrupt).await?)
}
