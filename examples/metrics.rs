//! Keeps three commands running, one after the other, and serves the metrics of this framework to
//! Prometheus until Ctrl-C, at the address in the second argument.

use std::net::SocketAddr;

use mesos_sdk::build::{Framework, Task};
use mesos_sdk::proto::v1::{Offer, TaskStatus};
use mesos_sdk::{HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};
use metrics_exporter_prometheus::PrometheusBuilder;

const ENDPOINT: &str = "127.0.0.1:9184";
/// Up to how many seconds the buckets of each histogram count.
const BUCKETS: [f64; 7] = [0.0001, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0];
const WANTED: usize = 3;

struct Commands {
    launched: usize,
    running: usize,
}

#[async_trait]
impl Scheduler for Commands {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for mut offer in offers {
            let mut tasks = Vec::new();
            while self.running < WANTED {
                let task = Task::new(format!("command-{}", self.launched)).command("sleep 2");
                let Some(task) = task.cpus(0.1).mem(32.0).take_from(&mut offer)? else { break };
                tasks.push(task);
                self.launched += 1;
                self.running += 1;
            }
            handle.launch([offer.id], tasks).await?; // without tasks, this declines the offer
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        if status.fate().is_over() {
            self.running = self.running.saturating_sub(1);
            handle.revive_all().await?; // ends the wait after a decline
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let (master, endpoint) = (std::env::args().nth(1), std::env::args().nth(2));
    let master = mesos_local::master(master.as_deref().unwrap_or("local"))?;
    let endpoint: SocketAddr = endpoint.as_deref().unwrap_or(ENDPOINT).parse()?;
    // Before the driver runs: it describes its metrics to the recorder that is installed then.
    PrometheusBuilder::new().with_http_listener(endpoint).set_buckets(&BUCKETS)?.install()?;
    println!("http://{endpoint}/metrics");
    let driver = SchedulerDriver::new(master, Framework::new("metrics", "nobody").build()?);
    let handle = driver.handle();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            handle.stop();
        }
    });
    Ok(driver.run(&mut Commands { launched: 0, running: 0 }).await?)
}
