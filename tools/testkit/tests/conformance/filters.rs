//! Offers, what declining them means, and how to get them back.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use crate::task::offer;

testkit::cases![
    offer_is_of_one_agent_and_one_role,
    single_role_frameworks_see_no_allocation,
    declined_resources_return_after_5_seconds,
    zero_is_no_filter,
    negative_is_the_default,
    accept_without_operations_declines,
    stale_offers_are_ignored,
    revive_clears_filters,
    revive_ends_suppression,
    one_unknown_role_drops_the_call,
    disconnection_clears_filters,
];

const LONG: f64 = 3600.0;

async fn decline(framework: &Framework, offer: &Value, refuse_seconds: f64) -> Result<()> {
    let filters = json!({"refuse_seconds": refuse_seconds});
    framework.call("DECLINE", json!({"offer_ids": [offer["id"]], "filters": filters})).await
}

#[statement::proves(single)]
async fn offer_is_of_one_agent_and_one_role(cluster: TestCluster) -> Result<()> {
    let capabilities = json!([{"type": "MULTI_ROLE"}]);
    let info = json!({"user": "tester", "name": "single", "roles": ["dev"], "capabilities": capabilities});
    let mut framework = Framework::subscribe(&cluster, info).await?;
    let offer = offer(&mut framework).await?;
    ensure!(offer["framework_id"]["value"] == framework.id());
    ensure!(offer["allocation_info"]["role"] == "dev");
    let resources = offer["resources"].as_array().context("no resources")?;
    ensure!(resources.iter().all(|resource| resource["allocation_info"]["role"] == "dev"));
    let names: Vec<_> = resources.iter().filter_map(|resource| resource["name"].as_str()).collect();
    ensure!(["cpus", "mem", "disk", "ports"].iter().all(|name| names.contains(name)), "{names:?}");
    Ok(())
}

#[statement::proves(single)]
async fn single_role_frameworks_see_no_allocation(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("single")).await?;
    let offer = offer(&mut framework).await?;
    ensure!(offer.get("allocation_info").is_none());
    let resources = offer["resources"].as_array().context("no resources")?;
    ensure!(resources.iter().all(|resource| resource.get("allocation_info").is_none()));
    Ok(())
}

#[statement::proves(filter5)]
async fn declined_resources_return_after_5_seconds(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("filter5")).await?;
    let first = offer(&mut framework).await?;
    let declined = Instant::now();
    framework.call("DECLINE", json!({"offer_ids": [first["id"]]})).await?;
    let second = offer(&mut framework).await?;
    let waited = declined.elapsed();
    ensure!(waited > Duration::from_millis(4500) && waited < Duration::from_secs(8), "{waited:?}");
    ensure!(first["id"] != second["id"]);
    Ok(())
}

#[statement::proves(filtercap)]
async fn zero_is_no_filter(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("filtercap")).await?;
    let first = offer(&mut framework).await?;
    let declined = Instant::now();
    decline(&framework, &first, 0.0).await?;
    offer(&mut framework).await?;
    ensure!(declined.elapsed() < Duration::from_secs(4));
    Ok(())
}

#[statement::proves(filtercap)]
async fn negative_is_the_default(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("filtercap")).await?;
    let first = offer(&mut framework).await?;
    let declined = Instant::now();
    decline(&framework, &first, -1.0).await?;
    offer(&mut framework).await?;
    let waited = declined.elapsed();
    ensure!(waited > Duration::from_millis(4500) && waited < Duration::from_secs(8), "{waited:?}");
    Ok(())
}

#[statement::proves(declineeq)]
async fn accept_without_operations_declines(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("declineeq")).await?;
    let first = offer(&mut framework).await?;
    let accept = json!({"offer_ids": [first["id"]], "operations": [], "filters": {"refuse_seconds": 0.0}});
    framework.call("ACCEPT", accept).await?;
    offer(&mut framework).await?;
    Ok(())
}

#[statement::proves(declineeq)]
async fn stale_offers_are_ignored(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("declineeq")).await?;
    let first = offer(&mut framework).await?;
    decline(&framework, &json!({"id": {"value": "no-such-offer"}}), LONG).await?;
    decline(&framework, &first, 0.0).await?;
    decline(&framework, &first, LONG).await?;
    offer(&mut framework).await?;
    Ok(())
}

#[statement::proves(revive)]
async fn revive_clears_filters(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("revive")).await?;
    let first = offer(&mut framework).await?;
    decline(&framework, &first, LONG).await?;
    framework.call("REVIVE", Value::Null).await?;
    offer(&mut framework).await?;
    Ok(())
}

#[statement::proves(idle, revive)]
async fn revive_ends_suppression(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("revive")).await?;
    let first = offer(&mut framework).await?;
    framework.call("SUPPRESS", Value::Null).await?;
    decline(&framework, &first, 0.0).await?;
    framework.events.nothing("OFFERS", Duration::from_secs(3)).await?;
    framework.call("REVIVE", Value::Null).await?;
    offer(&mut framework).await?;
    Ok(())
}

#[statement::proves(reviveinvalid)]
async fn one_unknown_role_drops_the_call(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("reviveinvalid")).await?;
    let first = offer(&mut framework).await?;
    decline(&framework, &first, LONG).await?;
    framework.call("REVIVE", json!({"roles": ["*", "not-mine"]})).await?;
    framework.events.nothing("OFFERS", Duration::from_secs(3)).await
}

#[statement::proves(disc)]
async fn disconnection_clears_filters(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("disc");
    info["failover_timeout"] = json!(60.0);
    let mut framework = Framework::subscribe(&cluster, info.clone()).await?;
    let first = offer(&mut framework).await?;
    decline(&framework, &first, LONG).await?;
    framework.events.nothing("OFFERS", Duration::from_secs(2)).await?;
    let id = framework.id().to_owned();
    framework.disconnect();
    cluster.disconnected(&id).await?;
    info["id"] = json!({"value": id});
    offer(&mut Framework::subscribe(&cluster, info).await?).await?;
    Ok(())
}
