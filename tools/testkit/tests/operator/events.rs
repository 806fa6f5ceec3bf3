//! The stream of a cluster's events.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::StreamExt as _;
use mesos_sdk::ClientOptions;
use mesos_sdk::operator::{ClusterEvent, Events};
use mesos_sdk::proto::v1::master::response::GetState;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::wire::Encoding;
use serde_json::json;
use testkit::{Framework, Request, TestCluster, framework_info};
use tokio::time::timeout;

use crate::cluster::{agent_id, master};
use crate::maintenance::{own_machine, schedule};
use crate::running::{self, TASK, UUIDS};

testkit::cases![
    the_state_comes_first_then_the_changes,
    events_come_in_json_too,
    invalid_utf_8_is_read,
    leaving_and_new_agents_are_reported,
    results_of_checks_are_reported,
    returning_framework_is_reported,
    lost_subscription_restarts_with_the_state,
];

async fn next(events: &mut Events) -> Result<ClusterEvent> {
    let next = timeout(Duration::from_secs(60), events.next()).await.context("no event within 60 s")?;
    Ok(next.context("the stream has ended")??)
}

/// The next item that `pick` takes; others are passed over.
async fn wait<T>(events: &mut Events, pick: impl Fn(ClusterEvent) -> Option<T>) -> Result<T> {
    loop {
        if let Some(picked) = pick(next(events).await?) {
            return Ok(picked);
        }
    }
}

async fn snapshot(events: &mut Events) -> Result<Box<GetState>> {
    wait(events, |event| match event {
        ClusterEvent::Snapshot(state) => Some(state),
        _ => None,
    })
    .await
}

async fn the_state_comes_first_then_the_changes(cluster: TestCluster) -> Result<()> {
    let mut events = master(&cluster)?.events();
    let ClusterEvent::Snapshot(state) = next(&mut events).await? else { anyhow::bail!("no snapshot") };
    ensure!(state.get_agents.context("no agents")?.agents.len() == 1);
    let running = running::running(&cluster).await?;
    let ClusterEvent::FrameworkAdded(added) = next(&mut events).await? else { anyhow::bail!("no framework") };
    ensure!(added.framework_info.name == "running", "{added:?}");
    let ClusterEvent::TaskAdded(task) = next(&mut events).await? else { anyhow::bail!("no task") };
    ensure!(task.task_id.value == TASK, "{task:?}");
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    let ClusterEvent::TaskUpdated(update) = next(&mut events).await? else { anyhow::bail!("no update") };
    ensure!(update.state().as_str_name() == "TASK_RUNNING", "{update:?}");
    running.framework.call("TEARDOWN", serde_json::Value::Null).await?;
    let removed = |event| match event {
        ClusterEvent::FrameworkRemoved(info) => Some(info),
        _ => None,
    };
    ensure!(wait(&mut events, removed).await?.name == "running");
    Ok(())
}

async fn events_come_in_json_too(cluster: TestCluster) -> Result<()> {
    let mut events = master(&cluster)?.client_options(ClientOptions::new().encoding(Encoding::Json)).events();
    snapshot(&mut events).await?;
    let _framework = Framework::subscribe(&cluster, framework_info("in JSON")).await?;
    let ClusterEvent::FrameworkAdded(added) = next(&mut events).await? else { anyhow::bail!("no framework") };
    ensure!(added.framework_info.name == "in JSON", "{added:?}");
    Ok(())
}

async fn invalid_utf_8_is_read(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let clients = [master.clone(), master.client_options(ClientOptions::new().encoding(Encoding::Json))];
    let mut streams = clients.clone().map(|client| client.events());
    for events in &mut streams {
        snapshot(events).await?;
    }
    let begin = br#"{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"u","name":""#;
    let body = [&begin[..], b"r\xe9pertoire", br#""}}}"#].concat();
    let subscribe = Request::post("/api/v1/scheduler", &json!({})).with_body(body);
    let _framework = subscribe.send(cluster.address()).await?;
    for (client, events) in clients.iter().zip(&mut streams) {
        let ClusterEvent::FrameworkAdded(added) = next(events).await? else { anyhow::bail!("no framework") };
        ensure!(added.framework_info.name == "r\u{fffd}pertoire", "{added:?}");
        let frameworks = client.get_frameworks().await?.frameworks;
        ensure!(frameworks.iter().any(|framework| framework.framework_info.name == "r\u{fffd}pertoire"));
        let state = snapshot(&mut client.events()).await?.get_frameworks.context("no frameworks")?;
        ensure!(state.frameworks.len() == 1, "{state:?}");
    }
    Ok(())
}

async fn leaving_and_new_agents_are_reported(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let mut events = master.events();
    snapshot(&mut events).await?;
    let id = agent_id(&master).await?;
    // Mesos sends no event for agents that are marked gone or become unreachable.
    let machine = own_machine(&master).await?;
    master.update_maintenance_schedule(schedule(vec![machine.clone()])).await?;
    master.start_maintenance(vec![machine.clone()]).await?;
    let gone = |event| match event {
        ClusterEvent::AgentRemoved(id) => Some(id),
        _ => None,
    };
    ensure!(wait(&mut events, gone).await? == id);
    master.stop_maintenance(vec![machine]).await?;
    cluster.kill_agent(0).await?;
    cluster.start_agent(0).await?;
    let come = |event| match event {
        ClusterEvent::AgentAdded(agent) => Some(agent),
        _ => None,
    };
    ensure!(wait(&mut events, come).await?.active);
    Ok(())
}

/// An update in the state of the one before it is an event only if it has the result of a check.
async fn results_of_checks_are_reported(cluster: TestCluster) -> Result<()> {
    let mut events = master(&cluster)?.events();
    snapshot(&mut events).await?;
    let mut running = running::running(&cluster).await?;
    let health = json!("REASON_TASK_HEALTH_CHECK_STATUS_UPDATED");
    let check = json!("REASON_TASK_CHECK_STATUS_UPDATED");
    for (uuid, reason) in UUIDS.iter().zip([json!(null), json!(null), health, check]) {
        let status = json!({"task_id": {"value": TASK}, "state": "TASK_RUNNING", "uuid": uuid,
            "source": "SOURCE_EXECUTOR", "reason": reason});
        running.executor.call("UPDATE", json!({"status": status})).await?;
        let received = running.update("TASK_RUNNING").await?;
        running.acknowledge(&received).await?;
    }
    let update = |event| match event {
        ClusterEvent::TaskUpdated(update) => Some(update),
        _ => None,
    };
    let checks = [Reason::TaskHealthCheckStatusUpdated, Reason::TaskCheckStatusUpdated];
    for reason in [None].into_iter().chain(checks.map(Some)) {
        let updated = wait(&mut events, update).await?;
        ensure!(updated.status.reason == reason.map(i32::from), "{updated:?}");
    }
    Ok(())
}

async fn returning_framework_is_reported(cluster: TestCluster) -> Result<()> {
    let first = Framework::subscribe(&cluster, framework_info("first name")).await?;
    let mut events = master(&cluster)?.events();
    snapshot(&mut events).await?;
    let mut info = framework_info("second name");
    info["id"] = json!({"value": first.id()});
    let _second = Framework::subscribe(&cluster, info).await?;
    let updated = |event| match event {
        ClusterEvent::FrameworkUpdated(framework) => Some(framework),
        _ => None,
    };
    ensure!(wait(&mut events, updated).await?.framework_info.name == "second name");
    Ok(())
}

async fn lost_subscription_restarts_with_the_state(cluster: TestCluster) -> Result<()> {
    let mut events = master(&cluster)?.events();
    snapshot(&mut events).await?;
    cluster.restart_master().await?;
    let lost = |event| match event {
        ClusterEvent::Disconnected(error) => Some(error),
        _ => None,
    };
    wait(&mut events, lost).await?;
    snapshot(&mut events).await?;
    Ok(())
}
