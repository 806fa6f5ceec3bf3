//! Services.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mesos_launcher::{FileLog, Health, Instance, InstanceState, Launcher, Service, ServiceHandle, Task};
use mesos_sdk::Master;
use testkit::TestCluster;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::start::{PATIENCE, USER, example, start};

testkit::cases![
    instances,
    killed_instance_is_replaced,
    next_scheduler_keeps_the_instances,
    service_is_scaled_and_stopped,
    instance_runs_when_it_is_healthy,
    instances_serve_at_their_ports,
];

/// Waits until the example prints this line.
async fn prints(example: &mut Child, wanted: &str) -> Result<()> {
    let mut lines = BufReader::new(example.stdout.take().context("no output")?).lines();
    let found = async {
        while let Some(line) = lines.next_line().await? {
            if line == wanted {
                return Ok(());
            }
        }
        anyhow::bail!("the example has ended without the line {wanted:?}")
    };
    timeout(PATIENCE, found).await?
}

/// Runs the example, kills it, and runs it again until it is terminated.
async fn instances(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for signal in ["KILL", "HUP", "TERM"] {
        let mut command = example("instances", &cluster)?;
        let mut example = command.arg(folder.path()).stdout(Stdio::piped()).spawn()?;
        prints(&mut example, "5 of 5 run").await?;
        let id = example.id().context("it has ended")?.to_string();
        ensure!(Command::new("kill").args(["-s", signal, &id]).status().await?.success());
        let status = timeout(PATIENCE * 2, example.wait()).await??;
        ensure!(status.success() == (signal != "KILL"), "{signal}: {status}");
    }
    Ok(())
}

/// Returns a service whose instances write their process ids to files.
fn service(folder: &Path, instances: usize) -> Service {
    let line = format!("echo $$ > {}/$INSTANCE; exec sleep 1000", folder.display());
    Service::new("web", Task::shell(line).mem(16.0)).instances(instances)
}

fn task_ids(service: &ServiceHandle) -> Vec<String> {
    service.instances().into_iter().map(|instance| instance.task_id).collect()
}

/// Waits until something holds for the first instance.
async fn first(service: &ServiceHandle, is_so: impl Fn(&Instance) -> bool) -> Result<Instance> {
    let found = async {
        loop {
            match service.instances().into_iter().next() {
                Some(instance) if is_so(&instance) => return instance,
                _ => sleep(Duration::from_millis(20)).await,
            }
        }
    };
    Ok(timeout(PATIENCE, found).await?)
}

async fn killed_instance_is_replaced(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let launcher = start(&cluster).await?;
    let service = launcher.submit(service(folder.path(), 5)).await?;
    timeout(PATIENCE, service.until_running(5)).await??;
    let before = task_ids(&service);
    let process = std::fs::read_to_string(folder.path().join("0"))?;
    ensure!(Command::new("kill").args(["-9", process.trim()]).status().await?.success());
    let killed = &before[0];
    first(&service, |one| one.task_id != *killed && one.state == InstanceState::Running).await?;
    timeout(PATIENCE, service.until_running(5)).await??;
    ensure!(task_ids(&service)[1..] == before[1..], "{before:?}");
    let end = service.instances().swap_remove(0).last_end.context("no end")?;
    ensure!(end.task_id == *killed, "{end:?}");
    launcher.stop().await?;
    Ok(())
}

async fn next_scheduler_keeps_the_instances(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut before = None;
    for _ in 0..3 {
        let master: Master = cluster.address().parse()?;
        let store = FileLog::new(folder.path().join("store"));
        let launcher = Launcher::builder("test").user(USER).master(master).store(store).start().await?;
        let service = launcher.submit(service(folder.path(), 5)).await?;
        timeout(PATIENCE, service.until_running(5)).await??;
        let ids = task_ids(&service);
        ensure!(*before.get_or_insert(ids.clone()) == ids, "{before:?} and {ids:?}");
        launcher.stop_with_failover().await?;
    }
    let store = FileLog::new(folder.path().join("store"));
    let master: Master = cluster.address().parse()?;
    Launcher::builder("test").user(USER).master(master).store(store).start().await?.stop().await?;
    Ok(())
}

async fn service_is_scaled_and_stopped(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let launcher = start(&cluster).await?;
    let mut service = launcher.submit(service(folder.path(), 2)).await?;
    timeout(PATIENCE, service.until_running(2)).await??;
    let before = task_ids(&service);
    service.scale(4).await?;
    timeout(PATIENCE, service.until_running(4)).await??;
    service.scale(1).await?;
    let all_ended = async {
        while let Some(status) = service.next_status().await {
            if (status.desired, status.running, status.stopping) == (1, 1, 0) {
                return true;
            }
        }
        false
    };
    ensure!(timeout(PATIENCE, all_ended).await?);
    ensure!(before.contains(&task_ids(&service)[0]), "the oldest stay");
    service.stop().await?;
    timeout(PATIENCE, service.stopped()).await??;
    service.forget().await?;
    launcher.stop().await?;
    Ok(())
}

async fn instance_runs_when_it_is_healthy(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let marker = folder.path().join("marker");
    let check = Health::command(format!("test -e {}", marker.display()));
    let check = check.delay(Duration::ZERO).interval(Duration::from_secs(1)).failures(100);
    let launcher = start(&cluster).await?;
    let service = Service::new("web", Task::shell("sleep 1000").health(check));
    let service = launcher.submit(service).await?;
    first(&service, |one| one.state == InstanceState::Unhealthy).await?;
    std::fs::write(&marker, "")?;
    timeout(PATIENCE, service.until_running(1)).await??;
    launcher.stop().await?;
    Ok(())
}

/// Set in the environment of the server below.
pub(crate) const SERVER: &str = "MESOS_LAUNCHER_TEST_SERVER";

/// Sends its number to each client, at its port.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn server() -> Result<()> {
    let (port, instance) = (std::env::var("PORT_HTTP")?, std::env::var("INSTANCE")?);
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    loop {
        listener.accept().await?.0.write_all(instance.as_bytes()).await?;
    }
}

async fn instances_serve_at_their_ports(cluster: TestCluster) -> Result<()> {
    let program = std::env::current_exe()?.display().to_string();
    let check = Health::tcp("http").delay(Duration::ZERO).interval(Duration::from_secs(1));
    let server = Task::argv([program]).env(SERVER, "1").port("http").port("other").health(check);
    let launcher = start(&cluster).await?;
    let service = launcher.submit(Service::new("web", server).instances(3)).await?;
    timeout(PATIENCE, service.until_running(3)).await??;
    for instance in service.instances() {
        let port = instance.ports.get("http").context("no port")?;
        let mut text = String::new();
        TcpStream::connect(("127.0.0.1", *port)).await?.read_to_string(&mut text).await?;
        ensure!(text == instance.index.to_string(), "instance {} sends {text:?}", instance.index);
    }
    launcher.stop().await?;
    Ok(())
}
