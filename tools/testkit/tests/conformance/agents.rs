//! Agents that come and go.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};
use tokio::time::sleep;

use crate::running::{Running, TASK, UUIDS, nothing_unacknowledged, running_with};
use crate::task::offer;

testkit::cases![
    killed_agent_takes_its_tasks_along,
    killed_agent_takes_its_offers_back,
    checkpointed_executor_never_returns,
    updates_wait_until_an_agent_has_recovered,
    silent_agent_is_lost_and_reported,
    silent_agent_is_unreachable_if_aware,
    returning_agent_brings_its_tasks,
];

/// Between two tries.
const RETRY: Duration = Duration::from_millis(50);

fn checkpointing() -> Value {
    let mut info = framework_info("checkpointing");
    info["checkpoint"] = json!(true);
    info
}

fn partition_aware() -> Value {
    let mut info = framework_info("partition-aware");
    info["capabilities"] = json!([{"type": "PARTITION_AWARE"}]);
    info
}

/// A task that is known to run.
async fn acknowledged(cluster: &TestCluster, info: Value) -> Result<Running> {
    let mut running = running_with(cluster, info).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    let status = running.update("TASK_RUNNING").await?;
    running.acknowledge(&status).await?;
    running.events.event("ACKNOWLEDGED").await?;
    Ok(running)
}

async fn killed_agent_takes_its_tasks_along(cluster: TestCluster) -> Result<()> {
    let mut running = acknowledged(&cluster, framework_info("agents")).await?;
    cluster.kill_agent(0).await?;
    let status = running.update("TASK_LOST").await?;
    ensure!(status["source"] == "SOURCE_MASTER", "{status}");
    ensure!(status["reason"] == "REASON_AGENT_DISCONNECTED", "{status}");
    ensure!(status.get("uuid").is_none(), "{status}");
    Ok(())
}

async fn killed_agent_takes_its_offers_back(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, checkpointing()).await?;
    let offer = offer(&mut framework).await?;
    cluster.kill_agent(0).await?;
    let rescind = framework.events.event("RESCIND").await?;
    ensure!(rescind["offer_id"] == offer["id"], "{rescind}");
    Ok(())
}

async fn checkpointed_executor_never_returns(cluster: TestCluster) -> Result<()> {
    let mut running = acknowledged(&cluster, checkpointing()).await?;
    cluster.kill_agent(0).await?;
    cluster.start_agent(0).await?;
    // The agent may have been killed before it wrote down the acknowledgement of what came before.
    let (status, failure) = running.fails_to("TASK_LOST").await?;
    ensure!(failure["status"] == 9 && failure["executor_id"]["value"] == "by-hand", "{failure}");
    ensure!(status["reason"] == "REASON_EXECUTOR_REREGISTRATION_TIMEOUT", "{status}");
    ensure!(status.get("uuid").is_some(), "{status}");
    Ok(())
}

#[statement::proves(e503)]
async fn updates_wait_until_an_agent_has_recovered(cluster: TestCluster) -> Result<()> {
    let mut running = acknowledged(&cluster, checkpointing()).await?;
    cluster.kill_agent(0).await?;
    cluster.start_agent(0).await?;
    let mut events = loop {
        match running.executor.subscribe(nothing_unacknowledged()).await {
            Ok(events) => break events,
            Err(_) => sleep(RETRY).await,
        }
    };
    events.event("SUBSCRIBED").await?;
    let update = json!({"status": {
        "task_id": {"value": TASK}, "state": "TASK_FINISHED", "source": "SOURCE_EXECUTOR", "uuid": UUIDS[1],
    }});
    // Until it has given all executors time to come back.
    let refused = running.executor.try_call("UPDATE", update.clone()).await?;
    ensure!(refused.status() == 503);
    while running.executor.try_call("UPDATE", update.clone()).await?.status() != 202 {
        sleep(RETRY).await;
    }
    running.comes_to("TASK_FINISHED").await?;
    Ok(())
}

async fn silent_agent_is_lost_and_reported(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::impatient(cluster.backend()).await?;
    let mut running = acknowledged(&cluster, framework_info("agents")).await?;
    cluster.freeze_agent(0).await?;
    let (status, failure) = running.fails_to("TASK_LOST").await?;
    ensure!(status["source"] == "SOURCE_MASTER" && status["reason"] == "REASON_AGENT_REMOVED", "{status}");
    ensure!(status["unreachable_time"]["nanoseconds"].is_number(), "{status}");
    ensure!(failure == json!({"agent_id": running.agent}), "{failure}");
    Ok(())
}

async fn silent_agent_is_unreachable_if_aware(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::impatient(cluster.backend()).await?;
    let mut running = acknowledged(&cluster, partition_aware()).await?;
    cluster.freeze_agent(0).await?;
    let status = running.update("TASK_UNREACHABLE").await?;
    ensure!(status["reason"] == "REASON_AGENT_REMOVED", "{status}");
    let task = json!({"task_id": {"value": TASK}, "agent_id": running.agent});
    running.framework.call("RECONCILE", json!({"tasks": [task]})).await?;
    let status = running.update("TASK_UNREACHABLE").await?;
    ensure!(status["reason"] == "REASON_RECONCILIATION", "{status}");
    Ok(())
}

async fn returning_agent_brings_its_tasks(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::impatient(cluster.backend()).await?;
    let mut running = acknowledged(&cluster, partition_aware()).await?;
    cluster.freeze_agent(0).await?;
    running.update("TASK_UNREACHABLE").await?;
    cluster.thaw_agent(0).await?;
    let status = running.update("TASK_RUNNING").await?;
    ensure!(
        status["reason"] == "REASON_AGENT_REREGISTERED" && status["source"] == "SOURCE_MASTER",
        "{status}"
    );
    ensure!(status.get("uuid").is_none(), "{status}");
    Ok(())
}
