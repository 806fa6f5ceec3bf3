//! A scheduler whose process is stopped for longer than a master's heartbeats may be missing. It is
//! this program, started by the test.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::{FrameworkInfo, Offer, TaskStatus};
use mesos_sdk::scheduler::Subscription;
use mesos_sdk::{HandlerResult, Scheduler, SchedulerHandle, async_trait};
use testkit::TestCluster;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{ChildStdout, Command};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::framework::{driver, info};

testkit::cases![stopped_process_keeps_its_subscription];

/// The master of a process that is a scheduler.
const MASTER: &str = "DRIVERS_TEST_MASTER";
/// Five heartbeats, which come every 15 s, and a little more.
const STOPPED: Duration = Duration::from_secs(80);
/// How long the scheduler is watched afterwards.
const WATCHED: Duration = Duration::from_secs(5);
/// How long it may take until it is subscribed.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long its thread is blocked between two calls.
const BLOCKED: Duration = Duration::from_millis(200);

/// What it prints on its standard output.
const SUBSCRIBED: &str = "subscribed ";
const CALLED: &str = "called";

/// Whether this process is to be a scheduler.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os(MASTER).is_some()
}

/// Its one thread is blocked nearly always, so that the first input after a stop is a call.
pub(crate) fn drive() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let info = FrameworkInfo { failover_timeout: None, ..info("stopped") };
        let driver = driver(&std::env::var(MASTER)?, info)?;
        tokio::spawn(call(driver.handle()));
        Ok(driver.run(&mut Printing).await?)
    })
}

async fn call(handle: SchedulerHandle) {
    loop {
        sleep(Duration::from_millis(1)).await;
        thread::sleep(BLOCKED);
        if handle.revive_all().await.is_ok() {
            println!("{CALLED}");
        }
    }
}

struct Printing;

#[async_trait]
impl Scheduler for Printing {
    async fn subscribed(&mut self, _: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        println!("{SUBSCRIBED}{}", subscription.framework_id.value);
        Ok(())
    }

    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        Ok(())
    }
}

#[statement::proves(hb5)]
async fn stopped_process_keeps_its_subscription(cluster: TestCluster) -> Result<()> {
    let mut scheduler = Command::new(std::env::current_exe()?)
        .env(MASTER, cluster.address())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let pid = scheduler.id().context("the scheduler has ended")?.to_string();
    let mut output = BufReader::new(scheduler.stdout.take().context("no output")?).lines();
    let line = timeout(PATIENCE, output.next_line()).await??.context("the scheduler has ended")?;
    let framework = line.strip_prefix(SUBSCRIBED).context(line.clone())?;
    next_call(&mut output).await?;

    signal("-STOP", &pid).await?;
    sleep(STOPPED).await;
    signal("-CONT", &pid).await?;

    let watched = Instant::now() + WATCHED;
    while let Ok(called) = timeout_at(watched, next_call(&mut output)).await {
        called?;
    }
    next_call(&mut output).await?;
    ensure!(cluster.framework(framework).await?["active"] == true, "{framework} is not active");
    Ok(())
}

/// Waits until a call has succeeded, and fails if the scheduler subscribes instead.
async fn next_call(output: &mut Lines<BufReader<ChildStdout>>) -> Result<()> {
    let line = timeout(PATIENCE, output.next_line()).await??.context("the scheduler has ended")?;
    ensure!(line == CALLED, "the scheduler prints {line:?}");
    Ok(())
}

async fn signal(signal: &str, pid: &str) -> Result<()> {
    ensure!(Command::new("kill").args([signal, pid]).status().await?.success(), "kill {signal} {pid}");
    Ok(())
}
