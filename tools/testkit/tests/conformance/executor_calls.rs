//! What an agent answers to executors.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{TestCluster, framework_info};

use crate::running::{TASK, UUIDS, nothing_unacknowledged, running, started};

testkit::cases![
    calls_are_received_with_202,
    unknown_framework_or_executor,
    unsubscribed_executor,
    calls_contain_both_ids,
    update_without_uuid,
    update_to_staging,
    rules_for_updates,
    heartbeats_are_accepted,
    second_subscription_closes_the_first,
    subscribed_names_framework_and_agent,
];

#[statement::proves(e202)]
async fn calls_are_received_with_202(cluster: TestCluster) -> Result<()> {
    let started = started(&cluster, framework_info("e202")).await?;
    let response = started.executor.try_call("SUBSCRIBE", nothing_unacknowledged()).await?;
    ensure!(response.status() == 200);
    ensure!(response.header("Mesos-Stream-Id").is_none());
    let mut events = response.records();
    events.event("SUBSCRIBED").await?;
    started.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    started.executor.call("MESSAGE", json!({"data": "aGVsbG8="})).await
}

#[statement::proves(e400)]
async fn unknown_framework_or_executor(cluster: TestCluster) -> Result<()> {
    let started = started(&cluster, framework_info("e400")).await?;
    for (field, what) in [("framework_id", "Framework"), ("executor_id", "Executor")] {
        let mut call = started.executor.request("SUBSCRIBE", nothing_unacknowledged());
        call[field] = json!({"value": "nobody"});
        let response = started.executor.send(&call).await?;
        ensure!(response.status() == 400);
        let text = response.text().await?;
        ensure!(text.contains(&format!("{what} cannot be found")), "{text}");
    }
    Ok(())
}

#[statement::proves(e400)]
async fn unsubscribed_executor(cluster: TestCluster) -> Result<()> {
    let started = started(&cluster, framework_info("e400")).await?;
    let response = started.executor.try_call("MESSAGE", json!({"data": "aGVsbG8="})).await?;
    ensure!(response.status() == 403);
    let text = response.text().await?;
    ensure!(text.contains("Executor is not subscribed"), "{text}");
    Ok(())
}

#[statement::proves(eids)]
async fn calls_contain_both_ids(cluster: TestCluster) -> Result<()> {
    let started = started(&cluster, framework_info("eids")).await?;
    for field in ["framework_id", "executor_id"] {
        let mut call = started.executor.request("SUBSCRIBE", nothing_unacknowledged());
        call.as_object_mut().map(|fields| fields.remove(field));
        ensure!(started.executor.send(&call).await?.status() == 400, "without {field}");
    }
    Ok(())
}

fn status(task: &str) -> Value {
    json!({
        "task_id": {"value": task}, "state": "TASK_RUNNING", "source": "SOURCE_EXECUTOR", "uuid": UUIDS[0],
    })
}

/// Returns the status of the response to an update that was changed in this way.
async fn status_for(cluster: &TestCluster, change: impl Fn(&mut Value)) -> Result<u16> {
    let running = running(cluster).await?;
    let mut status = status(TASK);
    change(&mut status);
    Ok(running.executor.try_call("UPDATE", json!({"status": status})).await?.status())
}

#[statement::proves(enouuid)]
async fn update_without_uuid(cluster: TestCluster) -> Result<()> {
    let without = |status: &mut Value| {
        status.as_object_mut().map(|fields| fields.remove("uuid"));
    };
    ensure!(status_for(&cluster, without).await? == 400);
    Ok(())
}

#[statement::proves(estaging)]
async fn update_to_staging(cluster: TestCluster) -> Result<()> {
    ensure!(status_for(&cluster, |status| status["state"] = json!("TASK_STAGING")).await? == 400);
    Ok(())
}

#[statement::proves(eupd)]
async fn rules_for_updates(cluster: TestCluster) -> Result<()> {
    ensure!(status_for(&cluster, |_| ()).await? == 202);
    ensure!(status_for(&cluster, |status| status["uuid"] = json!("AAEC")).await? == 400);
    ensure!(status_for(&cluster, |status| status["source"] = json!("SOURCE_MASTER")).await? == 400);
    ensure!(status_for(&cluster, |status| status["executor_id"] = json!({"value": "by-hand"})).await? == 202);
    ensure!(status_for(&cluster, |status| status["executor_id"] = json!({"value": "another"})).await? == 400);
    Ok(())
}

#[statement::proves(ehb)]
async fn heartbeats_are_accepted(cluster: TestCluster) -> Result<()> {
    let started = started(&cluster, framework_info("ehb")).await?;
    ensure!(started.executor.try_call("HEARTBEAT", Value::Null).await?.status() == 202);
    let mut call = started.executor.request("HEARTBEAT", Value::Null);
    call["executor_id"] = json!({"value": "nobody"});
    ensure!(started.executor.send(&call).await?.status() == 202);
    Ok(())
}

#[statement::proves(eold)]
async fn second_subscription_closes_the_first(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    let task = json!({"unacknowledged_tasks": [running.task], "unacknowledged_updates": []});
    let mut second = running.executor.subscribe(task).await?;
    second.event("SUBSCRIBED").await?;
    running.events.end().await
}

async fn subscribed_names_framework_and_agent(cluster: TestCluster) -> Result<()> {
    let started = started(&cluster, framework_info("told")).await?;
    let mut events = started.executor.subscribe(nothing_unacknowledged()).await?;
    let subscribed = events.event("SUBSCRIBED").await?;
    ensure!(subscribed["executor_info"]["executor_id"]["value"] == "by-hand");
    ensure!(subscribed["framework_info"]["id"]["value"] == started.framework.id());
    ensure!(subscribed["framework_info"]["name"] == "told");
    ensure!(subscribed["agent_info"]["id"] == started.agent);
    Ok(())
}
