//! Rollouts of services.

use std::time::Duration;

use anyhow::{Result, ensure};
use mesos_launcher::{FileLog, Launcher, Rollout, RolloutState, Service, ServiceHandle, Task, Update};
use mesos_sdk::Master;
use testkit::TestCluster;
use tokio::time::timeout;

use crate::start::{PATIENCE, USER, example, start};

testkit::cases![web, service_gets_another_version, rollout_goes_on_in_the_next_process];

/// Runs the example with two versions.
async fn web(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for version in ["1", "2"] {
        let mut command = example("web", &cluster)?;
        let output = timeout(PATIENCE, command.arg(folder.path()).arg(version).output()).await??;
        let text = String::from_utf8(output.stdout)?;
        ensure!(output.status.success(), "{text}");
        ensure!(text.lines().last() == Some(&format!("version {version} done")), "{text}");
    }
    let launcher = Launcher::builder("web").user(USER).master(cluster.address().parse::<Master>()?);
    launcher.store(FileLog::new(folder.path())).start().await?.stop().await?;
    Ok(())
}

/// Returns a service that runs this line.
fn service(line: &str) -> Service {
    let update = Update::rolling().healthy_for(Duration::from_millis(300));
    Service::new("web", Task::shell(line).mem(16.0)).instances(3).update(update)
}

async fn rolled_out(service: &ServiceHandle) -> Result<Rollout> {
    Ok(timeout(PATIENCE, service.rolled_out()).await??)
}

/// Returns the versions of the instances.
fn versions(service: &ServiceHandle) -> Vec<usize> {
    let instances = service.instances().into_iter().filter(|instance| instance.index < 3);
    instances.map(|instance| instance.version).collect()
}

async fn service_gets_another_version(cluster: TestCluster) -> Result<()> {
    let launcher = start(&cluster).await?;
    let web = launcher.submit(service("exec sleep 1000")).await?;
    timeout(PATIENCE, web.until_running(3)).await??;
    let web = launcher.submit(service("exec sleep 2000")).await?;
    let rollout = rolled_out(&web).await?;
    ensure!(rollout.state == RolloutState::Done && versions(&web) == [2, 2, 2], "{rollout}");
    let web = launcher.submit(service("exit 3")).await?;
    let rollout = rolled_out(&web).await?;
    ensure!(rollout.state == RolloutState::RolledBack && versions(&web) == [2, 2, 2], "{rollout}");
    ensure!(rollout.to_string().contains("exited with status 3"), "{rollout}");
    let status = timeout(PATIENCE, web.until_running(3)).await??;
    ensure!(status.updated == 0, "{status}");
    launcher.stop().await?;
    Ok(())
}

async fn rollout_goes_on_in_the_next_process(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let launcher = || {
        let builder = Launcher::builder("test").user(USER).store(FileLog::new(folder.path()));
        Ok::<_, anyhow::Error>(builder.master(cluster.address().parse::<Master>()?).start())
    };
    let first = launcher()?.await?;
    let web = first.submit(service("exec sleep 1000")).await?;
    timeout(PATIENCE, web.until_running(3)).await??;
    first.submit(service("exec sleep 2000")).await?;
    first.stop_with_failover().await?;
    let next = launcher()?.await?;
    let web = next.submit(service("exec sleep 2000")).await?;
    let rollout = rolled_out(&web).await?;
    ensure!(rollout.state == RolloutState::Done && versions(&web) == [2, 2, 2], "{rollout}");
    next.stop().await?;
    Ok(())
}
