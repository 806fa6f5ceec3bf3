//! Status updates on their way from executor to scheduler, and acknowledgements on their way back.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use crate::running::{TASK, UUIDS, nothing_unacknowledged, running, running_with};

testkit::cases![
    updates_contain_the_executors_uuid,
    next_update_waits_for_the_acknowledgement,
    unacknowledged_update_is_resent_after_10_s,
    acknowledged_terminal_task_is_gone,
    executor_is_acknowledged_by_the_agent,
    updates_are_resent_after_resubscribing,
    returning_framework_gets_updates_at_once,
    task_unreported_after_restart_is_lost,
    latest_state_is_reported_without_uuid,
    messages_go_both_ways,
];

#[statement::proves(ack1)]
async fn updates_contain_the_executors_uuid(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    let status = running.update("TASK_RUNNING").await?;
    ensure!(status["uuid"] == UUIDS[0], "{status}");
    ensure!(status["source"] == "SOURCE_EXECUTOR", "{status}");
    ensure!(status["agent_id"] == running.agent, "{status}");
    ensure!(status["timestamp"].is_number(), "{status}");
    Ok(())
}

#[statement::proves(ack2)]
async fn next_update_waits_for_the_acknowledgement(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    running.executor.update(TASK, "TASK_STARTING", UUIDS[0]).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[1]).await?;
    let first = running.update("TASK_STARTING").await?;
    running.framework.events.nothing("UPDATE", Duration::from_secs(2)).await?;
    running.acknowledge(&first).await?;
    running.update("TASK_RUNNING").await?;
    Ok(())
}

#[statement::proves(ack3)]
async fn unacknowledged_update_is_resent_after_10_s(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    let first = running.update("TASK_RUNNING").await?;
    let received = Instant::now();
    let again = running.update("TASK_RUNNING").await?;
    let waited = received.elapsed();
    ensure!(waited > Duration::from_secs(9) && waited < Duration::from_secs(13), "{waited:?}");
    ensure!(again["uuid"] == first["uuid"]);
    Ok(())
}

#[statement::proves(ack5)]
async fn acknowledged_terminal_task_is_gone(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    running.executor.update(TASK, "TASK_FINISHED", UUIDS[0]).await?;
    let status = running.update("TASK_FINISHED").await?;
    let known = cluster.framework(running.framework.id()).await?;
    ensure!(known["tasks"][0]["id"] == TASK, "{known}");
    running.acknowledge(&status).await?;
    cluster.until(|state| state["frameworks"][0]["completed_tasks"][0]["id"] == TASK).await?;
    let known = cluster.framework(running.framework.id()).await?;
    ensure!(known["tasks"] == json!([]), "{known}");
    Ok(())
}

/// The agent reports it, once it has the update.
#[statement::proves(eacked)]
async fn executor_is_acknowledged_by_the_agent(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    let acknowledged = running.events.event("ACKNOWLEDGED").await?;
    ensure!(acknowledged["task_id"]["value"] == TASK && acknowledged["uuid"] == UUIDS[0], "{acknowledged}");
    Ok(())
}

#[statement::proves(eunack)]
async fn updates_are_resent_after_resubscribing(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    running.executor.update(TASK, "TASK_STARTING", UUIDS[0]).await?;
    let starting = running.update("TASK_STARTING").await?;
    let update = |state: &str, uuid: &str| {
        let ids =
            (running.executor.variable("MESOS_FRAMEWORK_ID"), running.executor.variable("MESOS_EXECUTOR_ID"));
        let status = json!({
            "task_id": {"value": TASK}, "state": state, "source": "SOURCE_EXECUTOR", "uuid": uuid,
            "executor_id": {"value": ids.1},
        });
        json!({"status": status, "framework_id": {"value": ids.0}})
    };
    let updates = [update("TASK_STARTING", UUIDS[0]), update("TASK_RUNNING", UUIDS[1])];
    let unacknowledged = json!({"unacknowledged_tasks": [], "unacknowledged_updates": updates});
    let mut events = running.executor.subscribe(unacknowledged).await?;
    events.event("SUBSCRIBED").await?;
    running.acknowledge(&starting).await?;
    let status = running.update("TASK_RUNNING").await?;
    ensure!(status["uuid"] == UUIDS[1]);
    Ok(())
}

#[statement::proves(disc)]
async fn returning_framework_gets_updates_at_once(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("disc");
    info["failover_timeout"] = json!(60.0);
    let mut running = running_with(&cluster, info.clone()).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    running.update("TASK_RUNNING").await?;
    let received = Instant::now();
    info["id"] = json!({"value": running.framework.id()});
    running.framework = Framework::subscribe(&cluster, info.clone()).await?;
    running.update("TASK_RUNNING").await?;
    // And when it reports something else about itself; the same as before does not count.
    info["name"] = json!("renamed");
    let update = |info: &Value| json!({"framework_info": info});
    running.framework.try_call("UPDATE_FRAMEWORK", update(&info)).await?;
    running.update("TASK_RUNNING").await?;
    ensure!(received.elapsed() < Duration::from_secs(9), "{:?}", received.elapsed());
    running.framework.try_call("UPDATE_FRAMEWORK", update(&info)).await?;
    running.framework.events.nothing("UPDATE", Duration::from_secs(2)).await
}

#[statement::proves(imp)]
async fn latest_state_is_reported_without_uuid(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    running.executor.update(TASK, "TASK_STARTING", UUIDS[0]).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[1]).await?;
    let first = running.update("TASK_STARTING").await?;
    running.acknowledge(&first).await?;
    running.update("TASK_RUNNING").await?;
    running.framework.call("RECONCILE", json!({"tasks": []})).await?;
    let status = running.update("TASK_RUNNING").await?;
    ensure!(status["reason"] == "REASON_RECONCILIATION" && status.get("uuid").is_none(), "{status}");
    Ok(())
}

#[statement::proves(message)]
async fn messages_go_both_ways(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    running.executor.call("MESSAGE", json!({"data": "ZnJvbSBleGVjdXRvcg=="})).await?;
    let up = running.framework.events.event("MESSAGE").await?;
    ensure!(up["data"] == "ZnJvbSBleGVjdXRvcg==" && up["agent_id"] == running.agent, "{up}");
    ensure!(up["executor_id"]["value"] == "by-hand", "{up}");
    let down =
        json!({"agent_id": running.agent, "executor_id": {"value": "by-hand"}, "data": "dG8gZXhlY3V0b3I="});
    running.framework.call("MESSAGE", down).await?;
    let message = running.events.event("MESSAGE").await?;
    ensure!(message["data"] == "dG8gZXhlY3V0b3I=", "{message}");
    Ok(())
}

#[statement::proves(estag)]
async fn task_unreported_after_restart_is_lost(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("estag");
    info["checkpoint"] = json!(true);
    let mut running = running_with(&cluster, info).await?;
    cluster.kill_agent(0).await?;
    cluster.start_agent(0).await?;
    let mut tries = 100;
    let _events = loop {
        match running.executor.subscribe(nothing_unacknowledged()).await {
            Ok(events) => break events,
            Err(error) if tries == 0 => return Err(error),
            Err(_) => tries -= 1,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let status = running.comes_to("TASK_LOST").await?;
    ensure!(
        status["reason"] == "REASON_SLAVE_RESTARTED" || status["reason"] == "REASON_AGENT_RESTARTED",
        "{status}"
    );
    ensure!(status["message"] == "Task launched during agent restart", "{status}");
    Ok(())
}
