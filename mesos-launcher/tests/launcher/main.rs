//! Launchers, on both test backends.

mod constraints;
mod maps;
mod pods;
mod rollouts;
mod services;
mod standby;
mod start;
mod volumes;
#[cfg(feature = "zookeeper-store")]
mod zookeeper;
#[cfg(feature = "zookeeper-store")]
mod zookeeper_nodes;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mesos_launcher::{Batch, Failure, FileLog, Launcher, Outcome, Retry, Task};
use mesos_sdk::Master;
use testkit::TestCluster;
use tokio::time::{sleep, timeout};

use start::{PATIENCE, USER, example, start};

testkit::cases![
    quickstart,
    batch,
    program_that_fails_is_tried_again,
    stopped_batch_ends,
    what_waits_has_a_reason,
    role_gets_offers,
    killed_scheduler_loses_and_doubles_nothing,
];

/// The environment variables of a scheduler that is killed.
const MASTER: &str = "MESOS_LAUNCHER_TEST_MASTER";
const FOLDER: &str = "MESOS_LAUNCHER_TEST_FOLDER";
/// Set if it waits to be killed.
const KILLED: &str = "MESOS_LAUNCHER_TEST_KILLED";

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("mesos-executor") {
        return exit_code(maps::executor());
    }
    if std::env::var_os(services::SERVER).is_some() {
        return exit_code(services::server());
    }
    #[cfg(feature = "zookeeper-store")]
    if std::env::var_os(zookeeper::STORE).is_some() {
        return exit_code(zookeeper::scheduler());
    }
    match (std::env::var(MASTER), std::env::var(FOLDER)) {
        (Ok(master), Ok(folder)) => exit_code(append_lines(&master, Path::new(&folder))),
        _ => testkit::run(all_cases()),
    }
}

fn all_cases() -> Vec<testkit::Case> {
    let services = [services::cases(), rollouts::cases(), pods::cases(), volumes::cases()].concat();
    let cases = [cases(), services, constraints::cases(), maps::cases()];
    #[cfg(feature = "zookeeper-store")]
    let cases = [&cases[..], &[zookeeper::cases(), zookeeper_nodes::cases()]].concat();
    [cases.concat(), standby::cases()].concat()
}

/// Returns the exit code of a process that a test has started.
fn exit_code(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the example as a user does.
async fn quickstart(cluster: TestCluster) -> Result<()> {
    let output = timeout(PATIENCE, example("quickstart", &cluster)?.output()).await??;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success() && text.lines().count() == 5, "{text}");
    ensure!(text.lines().all(|line| line.starts_with("hello.") && line.contains(" finished on ")), "{text}");
    Ok(())
}

/// Runs the example, kills it, and runs it again.
async fn batch(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut first = example("batch", &cluster)?.arg(folder.path()).stdout(Stdio::null()).spawn()?;
    sleep(Duration::from_secs(2)).await;
    first.kill().await?;
    let output = timeout(PATIENCE * 2, example("batch", &cluster)?.arg(folder.path()).output()).await??;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success() && text.lines().count() == 100, "{text}");
    ensure!(text.lines().all(|line| line.contains(" finished on ")), "{text}");
    Ok(())
}

async fn program_that_fails_is_tried_again(cluster: TestCluster) -> Result<()> {
    let launcher = start(&cluster).await?;
    let folder = tempfile::tempdir()?;
    let marker = folder.path().join("marker").display().to_string();
    let tasks = [
        Task::shell(format!("test -e {marker} || {{ touch {marker}; exit 1; }}")),
        Task::argv(["sh", "-c", "exit 7"]),
    ];
    let mut batch = launcher.submit(Batch::new("retried", tasks).retry(Retry::attempts(2))).await?;
    let mut ends = Vec::new();
    while let Some(end) = timeout(PATIENCE, batch.next_end()).await? {
        ends.push(end);
    }
    ends.sort_by_key(|end| end.index);
    let outcomes: Vec<_> = ends.iter().map(|end| (&end.outcome, end.attempts)).collect();
    let wanted = [(&Outcome::Finished, 2), (&Outcome::Failed(Failure::Exit(7)), 2)];
    ensure!(outcomes == wanted, "{ends:?}");
    launcher.stop().await?;
    Ok(())
}

async fn stopped_batch_ends(cluster: TestCluster) -> Result<()> {
    let launcher = start(&cluster).await?;
    let batch = launcher.submit(Batch::new("stopped", [Task::shell("sleep 1000")])).await?;
    timeout(PATIENCE, async {
        while batch.progress().is_none_or(|progress| progress.running == 0) {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await?;
    batch.stop().await?;
    let progress = timeout(PATIENCE, batch.ended()).await??;
    ensure!(progress.stopped == 1, "{progress:?}");
    batch.forget().await?;
    launcher.stop().await?;
    Ok(())
}

async fn what_waits_has_a_reason(cluster: TestCluster) -> Result<()> {
    let launcher = start(&cluster).await?;
    let batch = launcher.submit(Batch::new("large", [Task::shell("true").cpus(5000.0)])).await?;
    let why = timeout(PATIENCE, async {
        loop {
            match batch.refusals() {
                Some(why) => return why.to_string(),
                None => sleep(Duration::from_millis(20)).await,
            }
        }
    })
    .await?;
    ensure!(why.starts_with("1 of 1 agents: too little cpus: 5000 asked for"), "{why}");
    launcher.stop().await?;
    Ok(())
}

async fn role_gets_offers(cluster: TestCluster) -> Result<()> {
    let master: Master = cluster.address().parse()?;
    let launcher = Launcher::builder("test").user(USER).role("dev").master(master).start().await?;
    let batch = launcher.submit(Batch::new("dev", [Task::shell("true")])).await?;
    let progress = timeout(PATIENCE, batch.ended()).await??;
    ensure!(progress.finished == 1, "{progress:?}");
    launcher.stop().await?;
    Ok(())
}

/// How many tasks each append a line to a file, and how often their scheduler is killed.
const LINES: usize = 100;
const KILLS: u64 = 5;
const MAX_CONCURRENT: usize = 8;

/// Appends a line for each task, in a process that may be killed at any moment.
#[tokio::main(flavor = "current_thread")]
async fn append_lines(master: &str, folder: &Path) -> Result<()> {
    let master: Master = master.parse()?;
    let store = FileLog::new(folder.join("store"));
    let launcher = Launcher::builder("lines").user(USER).master(master).store(store).start().await?;
    let lines = lines(folder);
    let tasks =
        (0..LINES).map(|n| Task::shell(format!("sleep 0.2; echo {n} >> {}", lines.display())).mem(8.0));
    let batch = launcher.submit(Batch::new("lines", tasks).max_concurrent(MAX_CONCURRENT)).await?;
    let progress = batch.ended().await?;
    if std::env::var_os(KILLED).is_some() {
        return std::future::pending().await;
    }
    ensure!(progress.finished == LINES, "{progress:?}");
    batch.forget().await?;
    launcher.stop().await?;
    Ok(())
}

fn lines(folder: &Path) -> PathBuf {
    folder.join("lines")
}

fn spawn(cluster: &TestCluster, folder: &Path, is_killed: bool) -> Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    if is_killed {
        command.env(KILLED, "yes");
    }
    command.env(MASTER, cluster.address()).env(FOLDER, folder).stdin(Stdio::null());
    Ok(command.spawn()?)
}

/// Each line is there once, whenever the scheduler is killed.
async fn killed_scheduler_loses_and_doubles_nothing(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for kill in 1..=KILLS {
        let mut child = spawn(&cluster, folder.path(), true)?;
        sleep(Duration::from_millis(400 * kill)).await;
        child.kill()?;
        child.wait()?;
    }
    let mut child = spawn(&cluster, folder.path(), false)?;
    let status = timeout(PATIENCE * 2, async {
        loop {
            match child.try_wait() {
                Ok(None) => sleep(Duration::from_millis(50)).await,
                status => return status,
            }
        }
    });
    let status = status.await.inspect_err(|_| drop(child.kill()))??.context("no status")?;
    ensure!(status.success(), "the scheduler failed");
    let text = std::fs::read_to_string(lines(folder.path()))?;
    let mut numbers: Vec<usize> = text.lines().map(str::parse).collect::<Result<_, _>>()?;
    numbers.sort_unstable();
    ensure!(numbers == (0..LINES).collect::<Vec<_>>(), "{numbers:?}");
    Ok(())
}
