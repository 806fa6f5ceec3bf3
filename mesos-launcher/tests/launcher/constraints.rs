//! Constraints.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mesos_launcher::{
    Batch, Constraint, FileLog, InstanceState, Key, Launcher, Refusals, Select, Service, ServiceHandle, Task,
};
use mesos_sdk::Master;
use testkit::TestCluster;
use tokio::time::{sleep, timeout};

use crate::start::{PATIENCE, USER, start};

testkit::cases![zone_stays_unique_after_a_restart, attributes_decide];

/// Waits for this reason why something waits.
async fn waits(refusals: impl Fn() -> Option<Arc<Refusals>>, wanted: &str) -> Result<()> {
    let mut last = String::new();
    let found = async {
        while !last.contains(wanted) {
            sleep(Duration::from_millis(20)).await;
            last = refusals().map(|refusals| refusals.to_string()).unwrap_or_default();
        }
    };
    timeout(PATIENCE, found).await.with_context(|| format!("{wanted:?} is not among {last:?}"))
}

/// Starts a launcher with a service of three instances, each in another zone.
async fn serve(cluster: &TestCluster, folder: &Path) -> Result<(Launcher, ServiceHandle)> {
    let master: Master = cluster.address().parse()?;
    let launcher = Launcher::builder("test").user(USER).master(master).store(FileLog::new(folder));
    let launcher = launcher.start().await?;
    let task = Task::shell("exec sleep 1000").constraint(Constraint::limit(Key::Zone, 1));
    let service = launcher.submit(Service::new("web", task).instances(3)).await?;
    Ok((launcher, service))
}

async fn zone_stays_unique_after_a_restart(cluster: TestCluster) -> Result<()> {
    let zones = ["eu/eu-2", "eu/eu-3"];
    let cluster = TestCluster::in_domains(cluster.backend(), "eu/eu-1", &zones).await?;
    let folder = tempfile::tempdir()?;
    let mut before = None;
    for _ in 0..2 {
        let (launcher, service) = serve(&cluster, folder.path()).await?;
        timeout(PATIENCE, service.until_running(2)).await??;
        let wanted = "agents: not met: at most 1 task of group web with the same @zone; eu-";
        waits(|| service.refusals(), wanted).await?;
        let instances = service.instances();
        let runs = instances.iter().filter(|one| one.state == InstanceState::Running);
        let runs: Vec<_> = runs.map(|one| one.task_id.clone()).collect();
        ensure!(runs.len() == 2 && instances.len() == 3, "{instances:?}");
        ensure!(*before.get_or_insert(runs.clone()) == runs, "{before:?} and {runs:?}");
        launcher.stop_with_failover().await?;
    }
    serve(&cluster, folder.path()).await?.0.stop().await?;
    Ok(())
}

async fn attributes_decide(cluster: TestCluster) -> Result<()> {
    let resources = "cpus:4;mem:4096;disk:1024";
    let cluster = TestCluster::with_agent(cluster.backend(), resources, "rack:r1;cores:8").await?;
    let launcher = start(&cluster).await?;
    let task = || Task::shell("true");
    let here = task().constraint(Constraint::equals("rack", "r1")).marathon("cores:IS:8")?;
    let here = launcher.submit(Batch::new("here", [here])).await?;
    ensure!(timeout(PATIENCE, here.ended()).await??.finished == 1);
    for (name, constraint, why) in [
        ("there", Constraint::one_of("rack", ["r2", "r3"]), "not met: rack is one of r2, r3; it is r1"),
        (
            "near",
            Constraint::near("rack", Select::group("db")),
            "not met: at a rack with a task of group db; r1 has none of 0",
        ),
    ] {
        let batch = launcher.submit(Batch::new(name, [task().constraint(constraint)])).await?;
        waits(|| batch.refusals(), &format!("1 of 1 agents: {why} (on ")).await?;
    }
    launcher.stop().await?;
    Ok(())
}
