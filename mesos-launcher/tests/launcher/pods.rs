//! Services whose instances are pods.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mesos_launcher::{
    Failure, FileLog, Health, Instance, InstanceState, Launcher, Outcome, Pod, Service, ServiceHandle, Task,
};
use mesos_sdk::Master;
use testkit::TestCluster;
use tokio::process::Command;
use tokio::time::{sleep, timeout};

use crate::start::{PATIENCE, USER, example, start};

testkit::cases![
    pods,
    failed_task_replaces_its_pod,
    pod_is_killed_as_a_whole,
    next_scheduler_keeps_the_pods,
    folder_of_a_pod_is_shared,
    pod_ends_with_a_task_that_succeeds,
];

/// Runs the example as a user does.
async fn pods(cluster: TestCluster) -> Result<()> {
    let output = timeout(PATIENCE, example("pods", &cluster)?.output()).await??;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success() && text.lines().count() == 2, "{text}");
    ensure!(text.starts_with("clock.0 runs on "), "{text}");
    Ok(())
}

/// Returns a task that writes its process id to a file.
fn noted(folder: &Path, name: &str) -> Task {
    let line = format!("echo $$ > {}/{name}; exec sleep 1000", folder.display());
    Task::shell(line).cpus(0.1).mem(16.0)
}

/// Returns a service of one pod, whose tasks write their process ids to files.
fn service(folder: &Path) -> Service {
    let pod = Pod::new().task("server", noted(folder, "server")).helper("shipper", noted(folder, "shipper"));
    Service::new("web", pod)
}

/// Waits until something holds for the only instance.
async fn only(service: &ServiceHandle, is_so: impl Fn(&Instance) -> bool) -> Result<Instance> {
    let found = async {
        loop {
            match service.instances().into_iter().next() {
                Some(instance) if is_so(&instance) => return instance,
                _ => sleep(Duration::from_millis(20)).await,
            }
        }
    };
    timeout(PATIENCE, found).await.with_context(|| format!("{:?}", service.instances()))
}

/// Waits until a task has noted its process id, and returns it: Mesos may report that the task runs
/// before that.
async fn process(folder: &Path, name: &str) -> Result<String> {
    let noted = async {
        loop {
            match std::fs::read_to_string(folder.join(name)) {
                Ok(text) if text.ends_with('\n') => return text.trim().to_owned(),
                _ => sleep(Duration::from_millis(20)).await,
            }
        }
    };
    timeout(PATIENCE, noted).await.with_context(|| format!("{name} has noted nothing"))
}

async fn lives(process: &str) -> Result<bool> {
    Ok(Command::new("kill")
        .args(["-0", process])
        .stderr(std::process::Stdio::null())
        .status()
        .await?
        .success())
}

async fn failed_task_replaces_its_pod(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let launcher = start(&cluster).await?;
    let service = launcher.submit(service(folder.path())).await?;
    timeout(PATIENCE, service.until_running(1)).await??;
    let before = only(&service, |_| true).await?;
    let server = process(folder.path(), "server").await?;
    let shipper = process(folder.path(), "shipper").await?;
    ensure!(Command::new("kill").args(["-9", &shipper]).status().await?.success());
    let after =
        only(&service, |one| one.task_id != before.task_id && one.state == InstanceState::Running).await?;
    ensure!(!lives(&server).await?, "the server was not replaced");
    let end = after.last_end.context("no end")?;
    ensure!(end.outcome == Outcome::Failed(Failure::Signal("Killed".to_owned())), "{end:?}");
    ensure!(end.task_id == before.task_id && end.message.starts_with("shipper: "), "{end:?}");
    launcher.stop().await?;
    Ok(())
}

async fn pod_is_killed_as_a_whole(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let launcher = start(&cluster).await?;
    let service = launcher.submit(service(folder.path())).await?;
    timeout(PATIENCE, service.until_running(1)).await??;
    let server = process(folder.path(), "server").await?;
    let shipper = process(folder.path(), "shipper").await?;
    service.stop().await?;
    timeout(PATIENCE, service.stopped()).await??;
    for process in [server, shipper] {
        ensure!(!lives(&process).await?, "{process} lives");
    }
    service.forget().await?;
    launcher.stop().await?;
    Ok(())
}

async fn next_scheduler_keeps_the_pods(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut before = None;
    for is_last in [false, false, true] {
        let master: Master = cluster.address().parse()?;
        let store = FileLog::new(folder.path().join("store"));
        let launcher = Launcher::builder("test").user(USER).master(master).store(store).start().await?;
        let service = launcher.submit(service(folder.path())).await?;
        timeout(PATIENCE, service.until_running(1)).await??;
        let now = (only(&service, |_| true).await?.task_id, process(folder.path(), "shipper").await?);
        ensure!(*before.get_or_insert(now.clone()) == now, "{before:?} and {now:?}");
        match is_last {
            true => launcher.stop().await?,
            false => launcher.stop_with_failover().await?,
        }
    }
    Ok(())
}

/// The server is healthy when it finds what the helper has put into the folder.
async fn folder_of_a_pod_is_shared(cluster: TestCluster) -> Result<()> {
    let found = Health::command("test -e run/ready").delay(Duration::ZERO).interval(Duration::from_secs(1));
    let server = Task::shell("until [ -e run/ready ]; do sleep 0.1; done; exec sleep 1000").mem(16.0);
    let helper = Task::shell("touch run/ready").mem(16.0);
    let pod = Pod::new().task("server", server.health(found)).helper("helper", helper).shared_folder("run");
    let launcher = start(&cluster).await?;
    let service = launcher.submit(Service::new("web", pod)).await?;
    timeout(PATIENCE, service.until_running(1)).await??;
    sleep(Duration::from_secs(1)).await;
    let instance = only(&service, |_| true).await?;
    ensure!(instance.state == InstanceState::Running && instance.last_end.is_none(), "{instance:?}");
    launcher.stop().await?;
    Ok(())
}

async fn pod_ends_with_a_task_that_succeeds(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let pod = Pod::new()
        .task("server", Task::shell("sleep 1").mem(16.0))
        .task("other", noted(folder.path(), "other"));
    let launcher = start(&cluster).await?;
    let service = launcher.submit(Service::new("web", pod)).await?;
    let ended = only(&service, |one| one.last_end.is_some()).await?;
    let end = ended.last_end.context("no end")?;
    ensure!(end.outcome == Outcome::Finished, "{end:?}");
    launcher.stop().await?;
    Ok(())
}
