//! Two schedulers, of which one leads:
//! `cargo run -p mesos-launcher -F zookeeper-store --example two_schedulers -- [MASTER ZOOKEEPER]`
use mesos_launcher::store::{Memory, Store, ZooKeeperStore};
use mesos_launcher::{Error, Launcher, Service, Task};
use mesos_sdk::Master;
use std::{env, sync::Arc, time::Duration};

/// Returns when this scheduler leads; another one would be a process on another machine.
async fn start(master: Master, store: Arc<dyn Store>) -> Result<Launcher, Error> {
    Launcher::builder("two-schedulers").master(master).store(store).standby().start().await
}

/// Runs three instances, or continues with those that run, and prints them.
async fn run(name: &str, launcher: &Launcher) -> Result<(), Error> {
    let server = Task::shell("exec sleep 1000").cpus(0.1).mem(32.0);
    let web = launcher.submit(Service::new("web", server).instances(3)).await?;
    web.until_running(3).await?;
    for instance in web.instances() {
        println!("{name}: {} runs on {}", instance.task_id, instance.host);
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut arguments = env::args().skip(1);
    let master = mesos_local::master(&arguments.next().unwrap_or("local".to_owned()))?;
    let stores: [Arc<dyn Store>; 2] = if let Some(text) = arguments.next() {
        [Arc::new(text.parse::<ZooKeeperStore>()?), Arc::new(text.parse::<ZooKeeperStore>()?)]
    } else {
        let memory = Memory::default(); // both are in this process
        [Arc::new(memory.clone()), Arc::new(memory)]
    };
    let [first, second] = stores;
    let first = start(master.clone(), first).await?;
    let second = tokio::spawn(start(master, second)); // on standby
    run("first", &first).await?;
    first.stop_with_failover().await?;
    let second = second.await??; // it leads
    run("second", &second).await?; // the same tasks
    tokio::time::sleep(Duration::from_secs(1)).await;
    second.stop().await?;
    Ok(())
}
