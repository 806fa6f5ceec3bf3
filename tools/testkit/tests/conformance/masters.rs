//! A master that is replaced by one that has forgotten everything.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};
use tokio::time::sleep;

use crate::running::{TASK, UUIDS, running_with};
use crate::task::offer;

testkit::cases![unseen_id_is_accepted_by_a_new_master, new_master_knows_tasks_once_agent_is_back];

fn lasting() -> Value {
    let mut info = framework_info("masters");
    info["failover_timeout"] = json!(60.0);
    info
}

/// Subscribes with this id as soon as the new master takes it.
async fn again(cluster: &TestCluster, id: &str) -> Result<Framework> {
    let mut info = lasting();
    info["id"] = json!({"value": id});
    loop {
        match Framework::subscribe(cluster, info.clone()).await {
            Ok(framework) => return Ok(framework),
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

#[statement::proves(chosenid)]
async fn unseen_id_is_accepted_by_a_new_master(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::impatient(cluster.backend()).await?;
    let old = Framework::subscribe(&cluster, lasting()).await?;
    cluster.restart_master().await?;
    let mut new = again(&cluster, old.id()).await?;
    ensure!(new.id() == old.id());
    ensure!(new.stream_id() != old.stream_id());
    offer(&mut new).await?;
    Ok(())
}

#[statement::proves(imp)]
async fn new_master_knows_tasks_once_agent_is_back(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::impatient(cluster.backend()).await?;
    let mut running = running_with(&cluster, lasting()).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    let status = running.update("TASK_RUNNING").await?;
    running.acknowledge(&status).await?;
    cluster.restart_master().await?;
    running.framework = again(&cluster, running.framework.id()).await?;
    cluster.until(|state| state["activated_slaves"].as_f64() == Some(1.0)).await?;
    running.framework.call("RECONCILE", json!({"tasks": []})).await?;
    let mut status = running.update("TASK_RUNNING").await?;
    // The acknowledgement may have been lost with the old master: then the agent resends the update
    // first.
    if status["uuid"] == UUIDS[0] {
        running.acknowledge(&status).await?;
        status = running.update("TASK_RUNNING").await?;
    }
    ensure!(status["reason"] == "REASON_RECONCILIATION", "{status}");
    Ok(())
}
