//! Acknowledgements, and handlers that fail or take their time.

use std::sync::mpsc as blocking;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::wire::Encoding;
use mesos_sdk::{CallFuture, ClientOptions};
use testkit::{Proxy, TestCluster};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::sleep;

use crate::framework::{Framework, driver, info};
use crate::reporter::OnUpdate;
use crate::task::{Work, task_id};

testkit::cases![
    failed_update_returns,
    acknowledgement_follows_the_handler,
    update_resent_while_handled_is_handled_once,
    lost_acknowledgement_is_repeated,
    awaiting_handler_does_not_delay_calls,
    call_is_sent_while_its_handler_awaits,
    second_awaiting_handler_delays_no_calls,
    a_handler_may_await_a_thread_that_blocks,
    a_handler_may_await_its_own_calls,
    limit_of_one_waiting_event_loses_nothing,
];

/// Less than the 10 s after which an agent sends an update again; more than a driver would take.
const NOT_AT_ONCE: Duration = Duration::from_secs(7);
/// A blocked thread goes on after this at the latest, so that a failed test ends.
const BLOCKED_AT_MOST: Duration = Duration::from_secs(40);

#[statement::proves(ack3, v0ack)]
async fn failed_update_returns(cluster: TestCluster) -> Result<()> {
    let mut refused = false;
    let refuse_first: OnUpdate = Box::new(move |_, _| {
        let first = !std::mem::replace(&mut refused, true);
        Box::pin(async move { if first { Err("no disk".into()) } else { Ok(()) } })
    });
    let mut framework = Framework::start_with(driver(cluster.address(), info("ack3"))?, refuse_first);
    let first = framework.launch_one("t", Work::FinishAfter(0)).await?;
    let came = Instant::now();
    let again = framework.update().await?;
    ensure!(again.uuid.is_some() && again.uuid == first.uuid, "not the same: {again:?}");
    ensure!(came.elapsed() > NOT_AT_ONCE, "it came again after {:?}", came.elapsed());
    framework.state("t", TaskState::Finished).await?;
    ensure!(framework.updates.len() == 3, "{:?}", framework.updates);
    framework.stop().await
}

/// A handler that returns when the test lets it.
pub(crate) fn gated() -> (Arc<Semaphore>, OnUpdate) {
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let on_update: OnUpdate = Box::new(move |_, _| {
        let opened = Arc::clone(&opened);
        Box::pin(async move {
            opened.acquire().await?.forget();
            Ok(())
        })
    });
    (gate, on_update)
}

#[statement::proves(v0ack, ack2)]
async fn acknowledgement_follows_the_handler(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let (gate, on_update) = gated();
    let json =
        driver(proxy.address(), info("v0ack"))?.client_options(ClientOptions::new().encoding(Encoding::Json));
    let mut framework = Framework::start_with(json, on_update);
    framework.launch_one("t", Work::FinishAfter(0)).await?;
    // The response to a call that was made later: what the driver had to say before is out by now.
    framework.handle.revive_all().await?;
    ensure!(proxy.sent("ACKNOWLEDGE") == 0, "acknowledged before the handler returned");
    gate.add_permits(1);
    framework.state("t", TaskState::Finished).await?;
    ensure!(proxy.sent("ACKNOWLEDGE") == 1, "{} acknowledgements", proxy.sent("ACKNOWLEDGE"));
    gate.add_permits(1);
    framework.stop().await
}

#[statement::proves(ack3)]
async fn update_resent_while_handled_is_handled_once(cluster: TestCluster) -> Result<()> {
    let (gate, on_update) = gated();
    let mut framework = Framework::start_with(driver(cluster.address(), info("ack3"))?, on_update);
    framework.launch_one("t", Work::FinishAfter(0)).await?;
    sleep(Duration::from_secs(12)).await;
    gate.add_permits(2);
    framework.state("t", TaskState::Finished).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Finished])?;
    framework.stop().await
}

#[statement::proves(ack6)]
async fn lost_acknowledgement_is_repeated(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let json =
        driver(proxy.address(), info("ack6"))?.client_options(ClientOptions::new().encoding(Encoding::Json));
    proxy.lose(Some("ACKNOWLEDGE"));
    let mut framework = Framework::start(json);
    framework.launch_one("t", Work::FinishAfter(0)).await?;
    while proxy.sent("ACKNOWLEDGE") == 0 {
        sleep(Duration::from_millis(50)).await;
    }
    proxy.lose(None);
    framework.state("t", TaskState::Finished).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Finished])?;
    framework.stop().await
}

async fn awaiting_handler_does_not_delay_calls(cluster: TestCluster) -> Result<()> {
    let (gate, on_update) = gated();
    let mut framework = Framework::start_with(driver(cluster.address(), info("slow"))?, on_update);
    let running = framework.launch_one("t", Work::Run).await?;
    framework.handle.reconcile_all().await?;
    framework.handle.kill(task_id("t"), running.agent_id).await?;
    ensure!(gate.available_permits() == 0 && framework.updates.len() == 1);
    gate.add_permits(3);
    framework.state("t", TaskState::Killed).await?;
    framework.stop().await
}

/// The handler makes a call and then awaits something else; the call goes out all the same.
async fn call_is_sent_while_its_handler_awaits(cluster: TestCluster) -> Result<()> {
    let (calls, mut made) = mpsc::unbounded_channel::<CallFuture>();
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let on_update: OnUpdate = Box::new(move |handle, _| {
        let (sent, opened) = (calls.send(handle.revive_all()), Arc::clone(&opened));
        Box::pin(async move {
            sent?;
            opened.acquire().await?.forget();
            Ok(())
        })
    });
    let mut framework = Framework::start_with(driver(cluster.address(), info("awaiting"))?, on_update);
    let running = framework.launch_one("t", Work::Run).await?;
    made.recv().await.context("the handler made no call")?.await?;
    framework.handle.kill(task_id("t"), running.agent_id).await?;
    ensure!(gate.available_permits() == 0 && framework.updates.len() == 1);
    gate.add_permits(3);
    framework.state("t", TaskState::Killed).await?;
    framework.stop().await
}

/// While the handler of the first update takes its time, the second one arrives: its handler
/// follows without a pause.
async fn second_awaiting_handler_delays_no_calls(cluster: TestCluster) -> Result<()> {
    let (gate, mut wait) = gated();
    let mut is_first = true;
    let on_update: OnUpdate = Box::new(move |handle, status| {
        if std::mem::replace(&mut is_first, false) {
            return Box::pin(async {
                sleep(Duration::from_secs(2)).await;
                Ok(())
            });
        }
        wait(handle, status)
    });
    let mut framework = Framework::start_with(driver(cluster.address(), info("awaiting"))?, on_update);
    framework.launch(&[("a", Work::Run), ("b", Work::Run)]).await?;
    framework.update().await?;
    framework.update().await?;
    framework.handle.reconcile_all().await?;
    ensure!(gate.available_permits() == 0 && framework.updates.len() == 2);
    gate.add_permits(100);
    framework.stop().await
}

/// What has to block does so elsewhere: the calls go out meanwhile.
async fn a_handler_may_await_a_thread_that_blocks(cluster: TestCluster) -> Result<()> {
    let (open, opened) = blocking::channel::<()>();
    let opened = Arc::new(Mutex::new(opened));
    let on_update: OnUpdate = Box::new(move |_, _| {
        let opened = Arc::clone(&opened);
        Box::pin(async move {
            let wait = move || opened.lock().map(|opened| opened.recv_timeout(BLOCKED_AT_MOST)).is_ok();
            tokio::task::spawn_blocking(wait).await?;
            Ok(())
        })
    });
    let mut framework = Framework::start_with(driver(cluster.address(), info("blocking"))?, on_update);
    let running = framework.launch_one("t", Work::Run).await?;
    let began = Instant::now();
    framework.handle.kill(task_id("t"), running.agent_id).await?;
    ensure!(began.elapsed() < BLOCKED_AT_MOST / 2, "the call waited for the handler");
    drop(open);
    framework.state("t", TaskState::Killed).await?;
    framework.stop().await
}

async fn a_handler_may_await_its_own_calls(cluster: TestCluster) -> Result<()> {
    let await_call: OnUpdate = Box::new(|driver, status| {
        Box::pin(async move {
            if status.state() == TaskState::Running {
                driver.kill(status.task_id, status.agent_id).await?;
            }
            Ok(())
        })
    });
    let mut framework = Framework::start_with(driver(cluster.address(), info("inner"))?, await_call);
    framework.launch_one("t", Work::Run).await?;
    framework.state("t", TaskState::Killed).await?;
    framework.stop().await
}

/// The driver leaves its events with the master until the handler has time.
async fn limit_of_one_waiting_event_loses_nothing(cluster: TestCluster) -> Result<()> {
    let slow: OnUpdate = Box::new(|_, _| {
        Box::pin(async {
            sleep(Duration::from_millis(100)).await;
            Ok(())
        })
    });
    let driver = driver(cluster.address(), info("limit"))?.max_queued_events(1);
    let mut framework = Framework::start_with(driver, slow);
    let ids = ["a", "b", "c", "d", "e", "f"];
    framework.launch(&ids.map(|id| (id, Work::FinishAfter(0)))).await?;
    for id in ids {
        while framework.count(id, TaskState::Finished) == 0 {
            framework.update().await?;
        }
    }
    framework.ensure_once(ids, &[TaskState::Running, TaskState::Finished])?;
    framework.stop().await
}
