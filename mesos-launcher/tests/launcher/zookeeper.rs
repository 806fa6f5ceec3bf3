//! Records and the election in ZooKeeper.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mesos_launcher::store::{Change, Records, StoreErrorKind, ZooKeeperStore, conformance};
use mesos_launcher::{ErrorKind, Launcher, Store};
use mesos_sdk::Master;
use testkit::{LinkFault, Proxy, TestCluster};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::standby::{run, service, start};
use crate::start::{PATIENCE, USER, example};

testkit::cases![; several masters:
    two_schedulers,
    store_keeps_its_promises,
    large_writes_are_whole,
    lost_response_is_repeated,
    records_are_protected,
    killed_leader_is_replaced,
    frozen_leader_is_fenced,
    leader_without_zookeeper_ends,
];

/// The environment variables of a scheduler that is killed or frozen.
pub(crate) const STORE: &str = "MESOS_LAUNCHER_TEST_STORE";
const MASTER: &str = "MESOS_LAUNCHER_TEST_STORE_MASTER";
const FOLDER: &str = "MESOS_LAUNCHER_TEST_STORE_FOLDER";
/// ZooKeeper expires a session after 10 s, and half a second later at most here; then the next
/// leader opens the store and subscribes.
const TAKE_OVER: Duration = Duration::from_secs(15);

/// The client gives up a session 14 s after the last response.
const LOSS: Duration = Duration::from_secs(20);

/// Returns the address of the cluster's ZooKeeper.
pub(crate) fn server(cluster: &TestCluster) -> Result<&str> {
    let zookeeper = cluster.zookeeper().context("the cluster has no ZooKeeper")?;
    zookeeper.trim_start_matches("zk://").split('/').next().context("no server")
}

pub(crate) fn at(server: &str) -> Result<ZooKeeperStore> {
    Ok(format!("zk://{server}/launchers/test").parse()?)
}

/// Runs the example as a user does.
async fn two_schedulers(cluster: TestCluster) -> Result<()> {
    let store = format!("zk://{}/two-schedulers", server(&cluster)?);
    let output = timeout(PATIENCE, example("two_schedulers", &cluster)?.arg(store).output()).await??;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success() && text.lines().count() == 6, "{text}");
    let of = |name| text.lines().filter_map(|line| line.strip_prefix(name)).collect::<Vec<_>>();
    ensure!(of("first") == of("second"), "{text}");
    Ok(())
}

async fn store_keeps_its_promises(cluster: TestCluster) -> Result<()> {
    let server = server(&cluster)?;
    conformance::check(|| at(server).unwrap_or_else(|error| panic!("{error}"))).await?;
    Ok(())
}

/// Writes 2 MiB, and drops the write after some time.
async fn large_writes_are_whole(cluster: TestCluster) -> Result<()> {
    let server = server(&cluster)?;
    let changes =
        |round: u64| (0..16).map(move |n| Change::put(format!("{n}"), format!("{round}").repeat(128 << 10)));
    let mut written = 0;
    for round in 0..8 {
        let store = at(server)?;
        let epoch = store.open().await?.epoch;
        let limit = Duration::from_millis(10 << round);
        let is_written = timeout(limit, store.write(epoch, changes(round).collect())).await.is_ok();
        let records = at(server)?.open().await?.records;
        let wanted = |round| {
            let mut wanted = Records::new();
            Change::apply_all(changes(round), &mut wanted);
            wanted
        };
        let is_new = records == wanted(round);
        ensure!(
            is_new || !is_written && (records.is_empty() || (0..round).any(|round| records == wanted(round)))
        );
        written += u32::from(is_new);
    }
    ensure!(written > 0);
    Ok(())
}

async fn lost_response_is_repeated(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::at("127.0.0.1:0".parse()?, server(&cluster)?.parse()?).await?;
    let store = at(proxy.address())?;
    let epoch = store.open().await?.epoch;
    let changes = vec![Change::put("a", "1"), Change::put("b", "1")];
    proxy.set(LinkFault::DropResponses);
    let lost = timeout(PATIENCE, store.write(epoch, changes.clone())).await?;
    ensure!(lost.as_ref().is_err_and(|error| error.kind() == StoreErrorKind::Unavailable), "{lost:?}");
    proxy.set(LinkFault::None);
    timeout(PATIENCE, async {
        while let Err(error) = store.write(epoch, changes.clone()).await {
            ensure!(error.is_retryable(), "{error}");
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    })
    .await??;
    let records = at(server(&cluster)?)?.open().await?.records;
    ensure!(records.len() == 2 && records.values().all(|record| record == "1"), "{records:?}");
    Ok(())
}

async fn records_are_protected(cluster: TestCluster) -> Result<()> {
    let server = server(&cluster)?;
    let store = at(&format!("user:secret@{server}"))?;
    let epoch = store.open().await?.epoch;
    store.write(epoch, vec![Change::put("a", "1")]).await?;
    for stranger in ["", "user:wrong-secret@", "other:secret@"] {
        let store = at(&format!("{stranger}{server}"))?;
        let error = timeout(PATIENCE, store.open()).await?.err().context("it was opened")?;
        let text = format!("{error} {error:?} {store:?}");
        ensure!(
            text.contains("/launchers/test") && text.contains("password") && !text.contains("secret"),
            "{text}"
        );
    }
    ensure!(at(&format!("user:secret@{server}"))?.open().await?.records.len() == 1);
    Ok(())
}

/// Nothing but the lost session can end it: it has nothing to write, and nobody takes over.
async fn leader_without_zookeeper_ends(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::at("127.0.0.1:0".parse()?, server(&cluster)?.parse()?).await?;
    let launcher = start(cluster.address(), at(proxy.address())?).await?;
    run(&launcher).await?;
    let mut service = launcher.submit(service()).await?;
    proxy.set(LinkFault::DropResponses);
    let ended = async { while service.next_status().await.is_some() {} };
    timeout(LOSS, ended).await.context("it leads without ZooKeeper")?;
    let error = launcher.stop_with_failover().await.err().context("it was stopped")?;
    ensure!(error.kind() == ErrorKind::Fenced && error.to_string().contains("session"), "{error}");
    Ok(())
}

/// Runs a service while it leads, in a process that may be killed or frozen at any moment.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn scheduler() -> Result<()> {
    let (store, master) = (std::env::var(STORE)?, std::env::var(MASTER)?.parse::<Master>()?);
    let (folder, id) = (std::env::var(FOLDER)?, std::process::id());
    let folder = Path::new(&folder);
    let store: ZooKeeperStore = store.parse()?;
    let launcher = Launcher::builder("test").user(USER).master(master).store(store).standby().start().await?;
    std::fs::write(folder.join(format!("{id}.tasks")), run(&launcher).await?.join(" "))?;
    let mut service = launcher.submit(service()).await?;
    while service.next_status().await.is_some() {}
    let error = service.stop().await.err().context("it was not ended")?;
    std::fs::write(folder.join(format!("{id}.end")), format!("{:?}", error.kind()))?;
    Ok(())
}

/// Two schedulers, of which the first one leads.
struct Schedulers {
    folder: tempfile::TempDir,
    first: Child,
    second: Child,
}

impl Schedulers {
    async fn start(cluster: &TestCluster) -> Result<(Self, String)> {
        let folder = tempfile::tempdir()?;
        let store = format!("zk://{}/launchers/test", server(cluster)?);
        let spawn = || {
            let mut command = Command::new(std::env::current_exe()?);
            command.env(STORE, &store).env(MASTER, cluster.address()).env(FOLDER, folder.path());
            command.stdin(Stdio::null()).kill_on_drop(true).spawn()
        };
        let first = spawn()?;
        let tasks = written(folder.path(), &first, "tasks", PATIENCE).await?;
        let second = spawn()?;
        sleep(Duration::from_secs(3)).await;
        let schedulers = Self { folder, first, second };
        ensure!(!schedulers.path(&schedulers.second, "tasks")?.exists(), "both lead");
        Ok((schedulers, tasks))
    }

    fn path(&self, of: &Child, what: &str) -> Result<std::path::PathBuf> {
        path(self.folder.path(), of, what)
    }

    async fn signal(&self, signal: &str) -> Result<()> {
        let id = self.first.id().context("it has ended")?.to_string();
        ensure!(Command::new("kill").args(["-s", signal, &id]).status().await?.success());
        Ok(())
    }

    /// Waits until the second one leads, with the same tasks.
    async fn taken_over(&self, before: &str) -> Result<()> {
        let after = written(self.folder.path(), &self.second, "tasks", TAKE_OVER).await?;
        ensure!(after == before, "{before} and {after}");
        Ok(())
    }
}

fn path(folder: &Path, of: &Child, what: &str) -> Result<std::path::PathBuf> {
    Ok(folder.join(format!("{}.{what}", of.id().context("it has ended")?)))
}

/// Waits until a scheduler has written this file.
async fn written(folder: &Path, of: &Child, what: &str, limit: Duration) -> Result<String> {
    let path = path(folder, of, what)?;
    let began = Instant::now();
    loop {
        match std::fs::read_to_string(&path) {
            Ok(text) if !text.is_empty() => return Ok(text),
            _ => ensure!(began.elapsed() < limit, "no {what} within {limit:?}"),
        }
        sleep(Duration::from_millis(50)).await;
    }
}

async fn killed_leader_is_replaced(cluster: TestCluster) -> Result<()> {
    let (schedulers, tasks) = Schedulers::start(&cluster).await?;
    schedulers.signal("KILL").await?;
    schedulers.taken_over(&tasks).await
}

async fn frozen_leader_is_fenced(cluster: TestCluster) -> Result<()> {
    let (schedulers, tasks) = Schedulers::start(&cluster).await?;
    schedulers.signal("STOP").await?;
    schedulers.taken_over(&tasks).await?;
    let first = schedulers.path(&schedulers.first, "end")?;
    schedulers.signal("CONT").await?;
    timeout(PATIENCE, async {
        while !first.exists() {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await?;
    sleep(Duration::from_secs(3)).await;
    let kind = std::fs::read_to_string(&first)?;
    ensure!(kind == "Fenced", "{kind}");
    ensure!(!schedulers.path(&schedulers.second, "end")?.exists(), "the second one has ended as well");
    Ok(())
}
