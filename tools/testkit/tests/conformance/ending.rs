//! How tasks and executors come to their end.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{TestCluster, framework_info};

use crate::running::{TASK, UUIDS, nothing_unacknowledged, running, running_with, started};

testkit::cases![
    kill_reaches_the_executor_each_time,
    wrong_agent_is_ignored,
    policy_of_the_call_is_passed_on,
    task_of_an_unsubscribed_executor,
    failure_contains_the_raw_status,
    failed_when_its_executor_ends,
    shutdown_asks_the_executor,
    teardown_asks_the_executor,
    executor_without_its_only_task_is_shut_down,
    ending_executor_gets_shutdown_again;
    real only: executor_never_subscribes
];

// The embedded agent waits for a minute; its own tests do so in no time.

async fn kill_reaches_the_executor_each_time(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    for _ in ["first", "again"] {
        running.framework.call("KILL", json!({"task_id": {"value": TASK}})).await?;
        let kill = running.events.event("KILL").await?;
        ensure!(kill["task_id"]["value"] == TASK, "{kill}");
    }
    Ok(())
}

#[statement::proves(kill2)]
async fn wrong_agent_is_ignored(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    let wrong = json!({"task_id": {"value": TASK}, "agent_id": {"value": "another"}});
    running.framework.call("KILL", wrong).await?;
    running.events.nothing("KILL", std::time::Duration::from_secs(2)).await
}

#[statement::proves(killpolicy)]
async fn policy_of_the_call_is_passed_on(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    let policy = json!({"grace_period": {"nanoseconds": 7_000_000_000_i64}});
    running.framework.call("KILL", json!({"task_id": {"value": TASK}, "kill_policy": policy})).await?;
    let kill = running.events.event("KILL").await?;
    ensure!(kill["kill_policy"] == policy, "{kill}");
    Ok(())
}

#[statement::proves(killpend)]
async fn task_of_an_unsubscribed_executor(cluster: TestCluster) -> Result<()> {
    let mut started = started(&cluster, framework_info("killpend")).await?;
    started.framework.call("KILL", json!({"task_id": {"value": TASK}})).await?;
    let update = started.framework.events.event("UPDATE").await?;
    ensure!(update["status"]["state"] == "TASK_KILLED", "{update}");
    Ok(())
}

#[statement::proves(waitpid)]
async fn failure_contains_the_raw_status(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    running.executor.end(3)?;
    let failure = running.framework.events.event("FAILURE").await?;
    ensure!(failure["status"] == 3 << 8, "{failure}");
    ensure!(failure["executor_id"]["value"] == "by-hand", "{failure}");
    ensure!(failure["agent_id"] == running.agent, "{failure}");
    Ok(())
}

async fn failed_when_its_executor_ends(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    let status = running.update("TASK_RUNNING").await?;
    running.acknowledge(&status).await?;
    running.executor.end(1)?;
    let status = running.update("TASK_FAILED").await?;
    ensure!(status["reason"] == "REASON_EXECUTOR_TERMINATED", "{status}");
    ensure!(status["source"] == "SOURCE_AGENT" || status["source"] == "SOURCE_SLAVE", "{status}");
    ensure!(status.get("uuid").is_some(), "{status}");
    Ok(())
}

async fn shutdown_asks_the_executor(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    let executor = json!({"executor_id": {"value": "by-hand"}, "agent_id": running.agent});
    running.framework.call("SHUTDOWN", executor).await?;
    running.events.event("SHUTDOWN").await?;
    Ok(())
}

#[statement::proves(teardown)]
async fn teardown_asks_the_executor(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("teardown");
    info["failover_timeout"] = json!(60.0);
    let mut running = running_with(&cluster, info).await?;
    running.framework.call("TEARDOWN", Value::Null).await?;
    running.events.event("SHUTDOWN").await?;
    Ok(())
}

#[statement::proves(eempty)]
async fn executor_without_its_only_task_is_shut_down(cluster: TestCluster) -> Result<()> {
    let mut started = started(&cluster, framework_info("eempty")).await?;
    started.framework.call("KILL", json!({"task_id": {"value": TASK}})).await?;
    started.framework.events.event("UPDATE").await?;
    let mut events = started.executor.subscribe(nothing_unacknowledged()).await?;
    let first = events.next().await?.context("the stream ended")?;
    ensure!(first["type"] == "SHUTDOWN", "{first}");
    Ok(())
}

#[statement::proves(eterm)]
async fn ending_executor_gets_shutdown_again(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    let executor = json!({"value": "by-hand"});
    let shutdown = json!({"executor_id": executor, "agent_id": running.agent});
    running.framework.call("SHUTDOWN", shutdown).await?;
    running.events.event("SHUTDOWN").await?;
    let mut events = running.executor.subscribe(nothing_unacknowledged()).await?;
    let event = events.next().await?.context("the stream ended at once")?;
    ensure!(event["type"] == "SHUTDOWN", "{event}");
    ensure!(events.next().await?.is_none(), "the stream should end");
    Ok(())
}

#[statement::proves(regto)]
async fn executor_never_subscribes(cluster: TestCluster) -> Result<()> {
    let mut started = started(&cluster, framework_info("regto")).await?;
    let status = started.framework.events.event("UPDATE").await?["status"].clone();
    ensure!(status["state"] == "TASK_FAILED", "{status}");
    ensure!(status["reason"] == "REASON_EXECUTOR_REGISTRATION_TIMEOUT", "{status}");
    Ok(())
}
