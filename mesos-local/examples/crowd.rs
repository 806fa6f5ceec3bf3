//! Opens a window on a large cluster: 1,000 agents with 100,000 tasks, which exist only in memory.
//!
//! `cargo run --release -p mesos-local --example crowd -- 1000 100` takes other numbers: of agents,
//! and of tasks on each.

use std::error::Error;

use mesos_local::{Cluster, SimulatedAgents};
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo};
use mesos_window::Window;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse());
    let agents = numbers.next().transpose()?.unwrap_or(1_000);
    let tasks = numbers.next().transpose()?.unwrap_or(100);
    let id = Some(FrameworkId::from("shop"));
    let framework = FrameworkInfo { user: "shop".into(), name: "shop".into(), id, ..Default::default() };
    let crowd = SimulatedAgents::new(framework).agents(agents).tasks(tasks);
    let cluster = Cluster::builder()
        .agents(0)
        .resources("cpus:16;mem:65536;disk:500000")
        .simulated_agents(crowd)
        .start()
        .await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    Window::new(cluster.master()).serve(listener).await;
    Ok(())
}
