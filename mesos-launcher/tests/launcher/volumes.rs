//! Services whose instances have volumes.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mesos_launcher::{ErrorKind, FileLog, Launcher, Service, ServiceHandle, Task, VolumeState};
use mesos_sdk::Master;
use testkit::TestCluster;
use tokio::time::{sleep, timeout};

use crate::start::{PATIENCE, USER, example};

testkit::cases![stateful, data_survives_until_it_is_destroyed, replaced_instance_begins_without_files];

/// Runs the example as a user does.
async fn stateful(cluster: TestCluster) -> Result<()> {
    let output = timeout(PATIENCE, example("stateful", &cluster)?.output()).await??;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success() && text.lines().count() == 2, "{text}");
    ensure!(text.lines().all(|line| line.contains(" has a volume on ")), "{text}");
    Ok(())
}

async fn start(cluster: &TestCluster, folder: &Path) -> Result<Launcher> {
    let master: Master = cluster.address().parse()?;
    let builder = Launcher::builder("test").user(USER).role("volumes").master(master);
    Ok(builder.store(FileLog::new(folder.join("store"))).start().await?)
}

/// Returns a service of one instance, which counts its starts in its volume, and shows them.
fn service(folder: &Path) -> Service {
    let shown = folder.join("shown").display().to_string();
    let line = format!(
        "echo start >> data/log && cp data/log {shown}.new && mv {shown}.new {shown}; exec sleep 1000"
    );
    Service::new("db", Task::shell(line).mem(16.0).volume("data", 16.0))
}

/// Waits until the instance shows that it has started so often with its volume.
async fn has_started(folder: &Path, times: usize) -> Result<()> {
    let shown = async {
        loop {
            let text = std::fs::read_to_string(folder.join("shown")).unwrap_or_default();
            match text.lines().count() == times {
                true => return,
                false => sleep(Duration::from_millis(20)).await,
            }
        }
    };
    timeout(PATIENCE, shown).await.with_context(|| format!("it has not started {times} times"))
}

/// Stops the service, and destroys its volumes.
async fn destroy(service: &ServiceHandle) -> Result<()> {
    service.stop().await?;
    timeout(PATIENCE, service.stopped()).await??;
    for volume in service.volumes() {
        service.destroy(&volume.id).await?;
    }
    timeout(PATIENCE, service.destroyed()).await??;
    ensure!(service.volumes().is_empty(), "{:?}", service.volumes());
    Ok(())
}

/// Starts the launcher and its service, and starts the instance again.
async fn started_twice(cluster: &TestCluster, folder: &Path) -> Result<(Launcher, ServiceHandle)> {
    let launcher = start(cluster, folder).await?;
    let handle = launcher.submit(service(folder)).await?;
    has_started(folder, 1).await?;
    handle.restart(0).await?;
    has_started(folder, 2).await?;
    Ok((launcher, handle))
}

async fn data_survives_until_it_is_destroyed(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (launcher, first) = started_twice(&cluster, folder.path()).await?;
    let volume = first.volumes().pop().context("no volume")?;
    let refused = first.destroy(&volume.id).await.err().context("a volume in use was destroyed")?;
    ensure!(refused.kind() == ErrorKind::Conflict, "{refused}");
    launcher.stop_with_failover().await?;

    let launcher = start(&cluster, folder.path()).await?;
    let next = launcher.submit(service(folder.path())).await?;
    next.restart(0).await?;
    has_started(folder.path(), 3).await?;
    ensure!(next.volumes().iter().map(|one| &one.id).eq([&volume.id]), "{:?}", next.volumes());
    destroy(&next).await?;
    next.forget().await?;
    let again = launcher.submit(service(folder.path())).await?;
    has_started(folder.path(), 1).await?;
    destroy(&again).await?;
    launcher.stop().await?;
    Ok(())
}

async fn replaced_instance_begins_without_files(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (launcher, service) = started_twice(&cluster, folder.path()).await?;
    service.replace(0).await?;
    has_started(folder.path(), 1).await?;
    let states: Vec<_> = service.volumes().into_iter().map(|volume| volume.state).collect();
    ensure!(states.len() == 2 && states.contains(&VolumeState::GivenUp), "{states:?}");
    destroy(&service).await?;
    launcher.stop().await?;
    Ok(())
}
