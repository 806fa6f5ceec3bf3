//! What is left of a framework that was removed.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::build::Reservation;
use mesos_sdk::proto::v1::offer::Operation;
use serde_json::{Value, json};
use testkit::{Framework, Request, TestCluster, framework_info};
use tokio::time::{Instant, sleep};

use crate::task::offer;

testkit::cases![operations_outlive_their_framework];

const ROLE: &str = "storage";
/// Longer than the agent waits for an acknowledgement before it reports an operation again.
const REPORTED_AGAIN: Duration = Duration::from_secs(15);

async fn operations(address: &str) -> Result<Vec<Value>> {
    let call = Request::post("/api/v1", &json!({"type": "GET_OPERATIONS"}));
    let response = call.send(address).await?.json().await?;
    Ok(response["get_operations"]["operations"].as_array().cloned().unwrap_or_default())
}

async fn agent(cluster: &TestCluster) -> Result<String> {
    let pid = cluster.state().await?["slaves"][0]["pid"].clone();
    let pid = pid.as_str().context("no agent")?;
    Ok(pid.rsplit('@').next().unwrap_or(pid).to_owned())
}

async fn operations_outlive_their_framework(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("removed");
    info["role"] = json!(ROLE);
    info["capabilities"] = json!([{"type": "RESERVATION_REFINEMENT"}]);
    let mut framework = Framework::subscribe(&cluster, info).await?;
    let offer = offer(&mut framework).await?;
    let reserve = Operation::reserve(Reservation::for_role(ROLE).build(&"disk:64".parse()?)?).with_id("r");
    let accept = json!({"offer_ids": [offer["id"]], "operations": [reserve]});
    framework.call("ACCEPT", accept).await?;
    framework.events.event("UPDATE_OPERATION_STATUS").await?;
    framework.call("TEARDOWN", Value::Null).await?;
    framework.events.end().await?;
    let agent = agent(&cluster).await?;
    for address in [cluster.address(), &agent] {
        let known = operations(address).await?;
        ensure!(known.len() == 1, "{address}: {known:?}");
        ensure!(known[0]["framework_id"]["value"] == framework.id(), "{address}: {known:?}");
        ensure!(known[0]["latest_status"]["state"] == "OPERATION_FINISHED", "{address}: {known:?}");
    }
    let began = Instant::now();
    while !operations(cluster.address()).await?.is_empty() || !operations(&agent).await?.is_empty() {
        ensure!(began.elapsed() < REPORTED_AGAIN, "{:?}", operations(cluster.address()).await?);
        sleep(Duration::from_millis(250)).await;
    }
    Ok(())
}
