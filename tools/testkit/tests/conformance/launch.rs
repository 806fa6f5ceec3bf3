//! What a task is refused for.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use crate::task::{launch, offer, scalar, task};

testkit::cases![
    tasks_are_lost,
    good_offers_are_lost_too,
    partition_aware_tasks_are_dropped,
    offer_cannot_be_used_again,
    rules_for_ids,
    task_without_resources,
    command_and_executor_exclude_each_other,
    task_larger_than_the_offer,
    limits_are_of_cpus_and_mem_only,
    task_id_in_use,
    each_bad_task_is_reported,
];

/// The status of a task that is refused, launched as `alter` makes it.
async fn refusal(framework: &mut Framework, id: &str, alter: impl Fn(&mut Value)) -> Result<Value> {
    let offer = offer(framework).await?;
    let mut task = task(id, &offer["agent_id"]);
    alter(&mut task);
    launch(framework, &[offer["id"].clone()], &[task]).await?;
    update(framework, id).await
}

async fn update(framework: &mut Framework, task: &str) -> Result<Value> {
    let status = framework.events.event("UPDATE").await?["status"].clone();
    ensure!(status["task_id"]["value"] == task, "{status}");
    Ok(status)
}

fn ensure_error(status: &Value) -> Result<()> {
    ensure!(status["state"] == "TASK_ERROR", "{status}");
    ensure!(status["reason"] == "REASON_TASK_INVALID", "{status}");
    ensure!(status["source"] == "SOURCE_MASTER", "{status}");
    ensure!(status.get("uuid").is_none(), "{status}");
    Ok(())
}

#[statement::proves(badoffer)]
async fn tasks_are_lost(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("badoffer")).await?;
    let offer = offer(&mut framework).await?;
    launch(&framework, &[json!({"value": "no-such-offer"})], &[task("t", &offer["agent_id"])]).await?;
    let status = update(&mut framework, "t").await?;
    ensure!(status["state"] == "TASK_LOST" && status["reason"] == "REASON_INVALID_OFFERS", "{status}");
    Ok(())
}

#[statement::proves(badoffer)]
async fn good_offers_are_lost_too(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("badoffer")).await?;
    let good = offer(&mut framework).await?;
    let offers = [good["id"].clone(), json!({"value": "no-such-offer"})];
    launch(&framework, &offers, &[task("t", &good["agent_id"])]).await?;
    update(&mut framework, "t").await?;
    launch(&framework, &[good["id"].clone()], &[task("u", &good["agent_id"])]).await?;
    let status = update(&mut framework, "u").await?;
    ensure!(status["reason"] == "REASON_INVALID_OFFERS", "{status}");
    Ok(())
}

#[statement::proves(badoffer)]
async fn partition_aware_tasks_are_dropped(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("badoffer");
    info["capabilities"] = json!([{"type": "PARTITION_AWARE"}]);
    let mut framework = Framework::subscribe(&cluster, info).await?;
    let offer = offer(&mut framework).await?;
    launch(&framework, &[json!({"value": "no-such-offer"})], &[task("t", &offer["agent_id"])]).await?;
    let status = update(&mut framework, "t").await?;
    ensure!(status["state"] == "TASK_DROPPED" && status["reason"] == "REASON_INVALID_OFFERS", "{status}");
    Ok(())
}

#[statement::proves(once)]
async fn offer_cannot_be_used_again(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("once")).await?;
    let offer = offer(&mut framework).await?;
    let ids = [offer["id"].clone()];
    launch(&framework, &ids, &[task("first", &offer["agent_id"])]).await?;
    launch(&framework, &ids, &[task("second", &offer["agent_id"])]).await?;
    let status = update(&mut framework, "second").await?;
    ensure!(status["reason"] == "REASON_INVALID_OFFERS", "{status}");
    Ok(())
}

#[statement::proves(id)]
async fn rules_for_ids(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("id")).await?;
    let long = "x".repeat(256);
    for id in ["", ".", "..", "a/b", "a\\b", "a\tb", "a\u{7f}", &long] {
        let status = refusal(&mut framework, id, |_| ()).await?;
        ensure_error(&status)?;
    }
    Ok(())
}

#[statement::proves(nores)]
async fn task_without_resources(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("nores")).await?;
    let status = refusal(&mut framework, "t", |task| task["resources"] = json!([])).await?;
    ensure_error(&status)
}

#[statement::proves(cmdxor)]
async fn command_and_executor_exclude_each_other(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("cmdxor")).await?;
    let both = refusal(&mut framework, "both", |task| task["command"] = json!({"value": "true"})).await?;
    ensure_error(&both)?;
    let neither = |task: &mut Value| {
        task.as_object_mut().map(|fields| fields.remove("executor"));
    };
    ensure_error(&refusal(&mut framework, "neither", neither).await?)
}

#[statement::proves(fit)]
async fn task_larger_than_the_offer(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("fit")).await?;
    let large =
        |task: &mut Value| task["resources"] = json!([scalar("cpus", 100_000.0), scalar("mem", 32.0)]);
    ensure_error(&refusal(&mut framework, "t", large).await?)
}

#[statement::proves(limits)]
async fn limits_are_of_cpus_and_mem_only(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("limits")).await?;
    let limit = |task: &mut Value| task["limits"] = json!({"disk": {"value": 10.0}});
    ensure_error(&refusal(&mut framework, "t", limit).await?)
}

#[statement::proves(dup)]
async fn task_id_in_use(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("dup")).await?;
    let first = offer(&mut framework).await?;
    launch(&framework, &[first["id"].clone()], &[task("t", &first["agent_id"])]).await?;
    ensure_error(&refusal(&mut framework, "t", |_| ()).await?)
}

#[statement::proves(launcherr)]
async fn each_bad_task_is_reported(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("launcherr")).await?;
    let offer = offer(&mut framework).await?;
    let mut tasks = ["a", "b", "c"].map(|id| task(id, &offer["agent_id"]));
    for bad in &mut tasks {
        bad["resources"] = json!([]);
    }
    launch(&framework, &[offer["id"].clone()], &tasks).await?;
    for id in ["a", "b", "c"] {
        ensure_error(&update(&mut framework, id).await?)?;
    }
    Ok(())
}
