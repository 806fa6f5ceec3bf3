//! Asking for the state of tasks, and killing ones that nobody knows.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use crate::task::{launch, offer, task};

testkit::cases![
    unknown_task_is_reconciled,
    without_tasks_nothing_is_reported,
    state_of_every_task_is_reported,
    unknown_task_is_lost,
    unknown_task_is_unknown_if_aware,
    unknown_task_of_a_known_agent_is_gone,
    known_task_is_reported,
    updates_are_from_the_master_without_uuid,
];

fn partition_aware(name: &str) -> Value {
    let mut info = framework_info(name);
    info["capabilities"] = json!([{"type": "PARTITION_AWARE"}]);
    info
}

/// Launches a task that stays in staging.
async fn staging(framework: &mut Framework, id: &str) -> Result<()> {
    let offer = offer(framework).await?;
    launch(framework, &[offer["id"].clone()], &[task(id, &offer["agent_id"])]).await
}

async fn reconciled(framework: &mut Framework, task: &str) -> Result<Value> {
    let status = framework.events.event("UPDATE").await?["status"].clone();
    ensure!(status["task_id"]["value"] == task, "{status}");
    ensure!(status["reason"] == "REASON_RECONCILIATION", "{status}");
    Ok(status)
}

async fn reconcile(framework: &Framework, tasks: Value) -> Result<()> {
    framework.call("RECONCILE", json!({"tasks": tasks})).await
}

#[statement::proves(kill1)]
async fn unknown_task_is_reconciled(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, partition_aware("kill1")).await?;
    framework.call("KILL", json!({"task_id": {"value": "nobody"}})).await?;
    ensure!(reconciled(&mut framework, "nobody").await?["state"] == "TASK_UNKNOWN");
    Ok(())
}

#[statement::proves(imp)]
async fn without_tasks_nothing_is_reported(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("imp")).await?;
    reconcile(&framework, json!([])).await?;
    framework.events.nothing("UPDATE", Duration::from_secs(2)).await
}

#[statement::proves(imp)]
async fn state_of_every_task_is_reported(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("imp")).await?;
    staging(&mut framework, "one").await?;
    reconcile(&framework, json!([])).await?;
    ensure!(reconciled(&mut framework, "one").await?["state"] == "TASK_STAGING");
    Ok(())
}

#[statement::proves(exp)]
async fn unknown_task_is_lost(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("exp")).await?;
    reconcile(&framework, json!([{"task_id": {"value": "nobody"}}])).await?;
    ensure!(reconciled(&mut framework, "nobody").await?["state"] == "TASK_LOST");
    Ok(())
}

#[statement::proves(exp)]
async fn unknown_task_is_unknown_if_aware(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, partition_aware("exp")).await?;
    let agent = json!({"value": "no-such-agent"});
    for task in
        [json!({"task_id": {"value": "nobody"}}), json!({"task_id": {"value": "nobody"}, "agent_id": agent})]
    {
        reconcile(&framework, json!([task])).await?;
        ensure!(reconciled(&mut framework, "nobody").await?["state"] == "TASK_UNKNOWN");
    }
    Ok(())
}

#[statement::proves(exp)]
async fn unknown_task_of_a_known_agent_is_gone(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, partition_aware("exp")).await?;
    let offer = offer(&mut framework).await?;
    reconcile(&framework, json!([{"task_id": {"value": "nobody"}, "agent_id": offer["agent_id"]}])).await?;
    ensure!(reconciled(&mut framework, "nobody").await?["state"] == "TASK_GONE");
    Ok(())
}

#[statement::proves(exp)]
async fn known_task_is_reported(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("exp")).await?;
    staging(&mut framework, "one").await?;
    reconcile(&framework, json!([{"task_id": {"value": "one"}}])).await?;
    ensure!(reconciled(&mut framework, "one").await?["state"] == "TASK_STAGING");
    Ok(())
}

#[statement::proves(recon1)]
async fn updates_are_from_the_master_without_uuid(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("recon1")).await?;
    reconcile(&framework, json!([{"task_id": {"value": "nobody"}}])).await?;
    let status = reconciled(&mut framework, "nobody").await?;
    ensure!(status["source"] == "SOURCE_MASTER", "{status}");
    ensure!(status.get("uuid").is_none(), "{status}");
    Ok(())
}
