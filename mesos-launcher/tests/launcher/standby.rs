//! Schedulers on standby, whose store is in this process.

use anyhow::{Result, ensure};
use mesos_launcher::{Error, ErrorKind, FileLog, Launcher, Memory, Service, Store, Task};
use mesos_sdk::Master;
use testkit::TestCluster;
use tokio::time::timeout;

use crate::start::{PATIENCE, USER};

testkit::cases![standby_takes_over_a_stopped_leader, standby_needs_an_election];

pub(crate) async fn start(master: &str, store: impl Store + 'static) -> Result<Launcher, Error> {
    let master: Master = master.parse()?;
    Launcher::builder("test").user(USER).master(master).store(store).standby().start().await
}

pub(crate) fn service() -> Service {
    Service::new("web", Task::shell("exec sleep 1000").mem(16.0)).instances(2)
}

/// Returns the task ids of a service once it runs.
pub(crate) async fn run(launcher: &Launcher) -> Result<Vec<String>> {
    let service = launcher.submit(service()).await?;
    timeout(PATIENCE, service.until_running(2)).await??;
    Ok(service.instances().into_iter().map(|instance| instance.task_id).collect())
}

async fn standby_takes_over_a_stopped_leader(cluster: TestCluster) -> Result<()> {
    let memory = Memory::default();
    let first = start(cluster.address(), memory.clone()).await?;
    let (address, store) = (cluster.address().to_owned(), memory.clone());
    let second = tokio::spawn(async move { start(&address, store).await });
    let before = run(&first).await?;
    ensure!(!second.is_finished(), "both lead");
    first.stop_with_failover().await?;
    let second = timeout(PATIENCE, second).await???;
    let after = run(&second).await?;
    ensure!(before == after, "{before:?} and {after:?}");
    second.stop().await?;
    Ok(())
}

async fn standby_needs_an_election(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let Err(error) = start(cluster.address(), FileLog::new(folder.path())).await else {
        anyhow::bail!("it has started")
    };
    let text = error.to_string();
    ensure!(error.kind() == ErrorKind::Store && text.contains("does not elect a leader"), "{text}");
    Ok(())
}
