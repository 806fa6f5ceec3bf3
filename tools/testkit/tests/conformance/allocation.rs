//! What is offered, and what is not.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};
use tokio::time::timeout;

use crate::task::{launch, offer, scalar, task};

testkit::cases![
    short_filter_lasts_one_allocation_interval,
    tiny_resources_are_not_offered,
    framework_sets_the_minimum_of_an_offer,
    agent_must_satisfy_one_of_the_groups,
    same_offer_twice_voids_the_call,
    request_is_accepted_and_ignored,
    running_executor_is_described_alike;
    // The embedded master holds to Mesos' constant.
    real only: framework_may_hold_more_than_50_offers,
];

/// Longer than several allocation intervals.
const QUIET: Duration = Duration::from_secs(3);
/// How long it may take until the room of a task that was killed is offered.
const ROOM: Duration = Duration::from_secs(5);

#[statement::proves(filtermin)]
async fn short_filter_lasts_one_allocation_interval(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("filtermin")).await?;
    let first = offer(&mut framework).await?;
    let declined = Instant::now();
    let filters = json!({"refuse_seconds": 0.001});
    framework.call("DECLINE", json!({"offer_ids": [first["id"]], "filters": filters})).await?;
    offer(&mut framework).await?;
    ensure!(declined.elapsed() > Duration::from_millis(900), "{:?}", declined.elapsed());
    Ok(())
}

#[statement::proves(minres)]
async fn tiny_resources_are_not_offered(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("minres")).await?;
    let whole = offer(&mut framework).await?;
    let mut greedy = task("greedy", &whole["agent_id"]);
    // The executor takes 0.1 and 32 of them.
    let (cpus, mem) = (amount(&whole, "cpus")?, amount(&whole, "mem")?);
    greedy["resources"] = json!([scalar("cpus", cpus - 0.105), scalar("mem", mem - 32.0 - 31.0)]);
    launch(&framework, &[whole["id"].clone()], &[greedy]).await?;
    framework.events.nothing("OFFERS", QUIET).await
}

fn amount(offer: &Value, name: &str) -> Result<f64> {
    let resources = offer["resources"].as_array().context("no resources")?;
    let found = resources.iter().find(|resource| resource["name"] == name).context("not offered")?;
    found["scalar"]["value"].as_f64().context("no scalar")
}

#[statement::proves(minres)]
async fn framework_sets_the_minimum_of_an_offer(cluster: TestCluster) -> Result<()> {
    let wanting = |quantities: Value| {
        let mut info = framework_info("minres");
        info["offer_filters"] = json!({"*": {"min_allocatable_resources": {"quantities": quantities}}});
        info
    };
    let amount = |name: &str, value: f64| json!({"quantities": {name: {"value": value}}});
    let too_much = amount("cpus", 1e6);
    let mut framework = Framework::subscribe(&cluster, wanting(json!([too_much]))).await?;
    framework.events.nothing("OFFERS", QUIET).await?;
    // One of several is enough, and whatever has a number of items counts.
    let info = wanting(json!([too_much, amount("ports", 1000.0)]));
    offer(&mut Framework::subscribe(&cluster, info).await?).await?;
    Ok(())
}

#[statement::proves(constr)]
async fn agent_must_satisfy_one_of_the_groups(cluster: TestCluster) -> Result<()> {
    let nowhere = [[hostname("nowhere.example")]];
    let mut framework = subscribe(&cluster, json!(nowhere)).await?;
    framework.events.nothing("OFFERS", QUIET).await?;
    let mut anywhere = Framework::subscribe(&cluster, framework_info("constr")).await?;
    let here = offer(&mut anywhere).await?["hostname"].clone();
    anywhere.call("TEARDOWN", Value::Null).await?;
    let here = hostname(here.as_str().context("no hostname")?);
    // The second group can't be satisfied: both constraints of it would have to hold.
    let groups = json!([[here], [hostname("nowhere.example"), here]]);
    offer(&mut subscribe(&cluster, groups).await?).await?;
    Ok(())
}

async fn subscribe(cluster: &TestCluster, groups: Value) -> Result<Framework> {
    let groups = groups.as_array().context("no groups")?;
    let groups: Vec<_> = groups.iter().map(|group| json!({"attribute_constraints": group})).collect();
    let constraints = json!({"role_constraints": {"*": {"groups": groups}}});
    Framework::subscribe_with(
        cluster,
        json!({
            "framework_info": framework_info("constr"), "offer_constraints": constraints,
        }),
    )
    .await
}

fn hostname(value: &str) -> Value {
    json!({
        "selector": {"pseudoattribute_type": "HOSTNAME"}, "predicate": {"text_equals": {"value": value}},
    })
}

#[statement::proves(multioffer)]
async fn same_offer_twice_voids_the_call(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("multioffer")).await?;
    let offer = offer(&mut framework).await?;
    let twice = [offer["id"].clone(), offer["id"].clone()];
    launch(&framework, &twice, &[task("t", &offer["agent_id"])]).await?;
    let status = framework.events.event("UPDATE").await?["status"].clone();
    ensure!(status["state"] == "TASK_LOST" && status["reason"] == "REASON_INVALID_OFFERS", "{status}");
    Ok(())
}

#[statement::proves(request)]
async fn request_is_accepted_and_ignored(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("request")).await?;
    let first = offer(&mut framework).await?;
    let requests = json!([{"agent_id": first["agent_id"], "resources": [scalar("cpus", 1.0)]}]);
    framework.call("REQUEST", json!({"requests": requests})).await?;
    framework.events.nothing("OFFERS", QUIET).await
}

#[statement::proves(execsame)]
async fn running_executor_is_described_alike(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("execsame")).await?;
    let first = offer(&mut framework).await?;
    launch(&framework, &[first["id"].clone()], &[task("first", &first["agent_id"])]).await?;
    let second = offer(&mut framework).await?;
    let mut other = task("other", &second["agent_id"]);
    other["executor"]["command"]["value"] = json!("sleep 1001");
    launch(&framework, &[second["id"].clone()], &[other]).await?;
    let status = framework.events.event("UPDATE").await?["status"].clone();
    ensure!(status["task_id"]["value"] == "other" && status["state"] == "TASK_ERROR", "{status}");
    Ok(())
}

/// Each task that ends makes room for one offer more, and none is given back.
#[statement::proves(maxoffers)]
async fn framework_may_hold_more_than_50_offers(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::allocating_often(cluster.backend()).await?;
    let mut framework = Framework::subscribe(&cluster, framework_info("maxoffers")).await?;
    let first = offer(&mut framework).await?;
    let ids: Vec<_> = (0..55).map(|number| format!("t{number}")).collect();
    let tasks: Vec<_> = ids.iter().map(|id| task(id, &first["agent_id"])).collect();
    launch(&framework, &[first["id"].clone()], &tasks).await?;
    let mut held = vec![offer(&mut framework).await?["id"].clone()];
    for id in &ids {
        framework.call("KILL", json!({"task_id": {"value": id}})).await?;
        // If a task ends by itself, one offer may have its room and that of another one.
        if let Ok(offer) = timeout(ROOM, another_offer(&mut framework)).await {
            held.push(offer?);
        }
    }
    ensure!(held.len() > 50, "{} offers", held.len());
    Ok(())
}

/// Returns the id of the next offer, or fails if one is taken back before.
async fn another_offer(framework: &mut Framework) -> Result<Value> {
    loop {
        let event = framework.events.next().await?.context("the stream ended")?;
        ensure!(event["type"] != "RESCIND", "{event}");
        if event["type"] == "OFFERS" {
            return Ok(event["offers"]["offers"][0]["id"].clone());
        }
    }
}
