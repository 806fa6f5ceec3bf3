//! Inverse offers, which ask for resources back before maintenance.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, Request, TestCluster, framework_info};

use crate::task::{launch, offer, task};

testkit::cases![
    made_to_resource_holders_and_rescinded,
    accepted_one_returns_after_its_filter,
    declined_one_returns_after_revive,
];

const START: i64 = 4_000_000_000_000_000_000;

/// Plans maintenance of the agent's machine, or of none.
async fn plan(cluster: &TestCluster, agent: Option<&Value>) -> Result<()> {
    let machines = agent.map(|offer| json!({"hostname": offer["hostname"], "ip": "127.0.0.1"}));
    let window = machines.map(
        |machine| json!({"machine_ids": [machine], "unavailability": {"start": {"nanoseconds": START}}}),
    );
    let windows: Vec<Value> = window.into_iter().collect();
    let schedule = json!({"schedule": {"windows": windows}});
    let call = json!({"type": "UPDATE_MAINTENANCE_SCHEDULE", "update_maintenance_schedule": schedule});
    let response = Request::post("/api/v1", &call).send(cluster.address()).await?;
    let (status, text) = (response.status(), response.text().await?);
    ensure!(status == 200, "{status}: {text}");
    Ok(())
}

async fn asked(framework: &mut Framework) -> Result<Value> {
    let event = framework.events.event("INVERSE_OFFERS").await?;
    let [offer] = &event["inverse_offers"].as_array().context("no inverse offers")?[..] else {
        anyhow::bail!("not one: {event}")
    };
    Ok(offer.clone())
}

/// The inverse offers of the one framework, as operators see them.
async fn shown(cluster: &TestCluster) -> Result<Value> {
    let call = json!({"type": "GET_FRAMEWORKS"});
    let response = Request::post("/api/v1", &call).send(cluster.address()).await?.json().await?;
    Ok(response["get_frameworks"]["frameworks"][0]["inverse_offers"].clone())
}

/// A framework with a task, and the offer that it was launched on.
async fn holding(cluster: &TestCluster, name: &str) -> Result<(Framework, Value)> {
    let mut framework = Framework::subscribe(cluster, framework_info(name)).await?;
    let offer = offer(&mut framework).await?;
    launch(&framework, &[offer["id"].clone()], &[task("t", &offer["agent_id"])]).await?;
    Ok((framework, offer))
}

#[statement::proves(inverse)]
async fn made_to_resource_holders_and_rescinded(cluster: TestCluster) -> Result<()> {
    let (mut framework, first) = holding(&cluster, "inverse").await?;
    let rest = offer(&mut framework).await?;
    ensure!(rest.get("unavailability").is_none(), "{rest}");
    plan(&cluster, Some(&first)).await?;
    let rescinded = framework.events.event("RESCIND").await?;
    ensure!(rescinded["offer_id"] == rest["id"], "{rescinded}");
    let again = offer(&mut framework).await?;
    ensure!(again["unavailability"]["start"]["nanoseconds"] == START, "{again}");
    let inverse = asked(&mut framework).await?;
    ensure!(inverse["unavailability"] == again["unavailability"], "{inverse}");
    ensure!(inverse["agent_id"] == first["agent_id"], "{inverse}");
    ensure!(inverse["framework_id"]["value"] == framework.id(), "{inverse}");
    ensure!(inverse.get("resources").is_none_or(|resources| *resources == json!([])), "{inverse}");
    ensure!(shown(&cluster).await?[0]["id"] == inverse["id"]);
    plan(&cluster, None).await?;
    let rescinded = framework.events.event("RESCIND_INVERSE_OFFER").await?;
    ensure!(rescinded["inverse_offer_id"] == inverse["id"], "{rescinded}");
    ensure!(shown(&cluster).await?.as_array().is_none_or(Vec::is_empty));
    Ok(())
}

#[statement::proves(inverse)]
async fn accepted_one_returns_after_its_filter(cluster: TestCluster) -> Result<()> {
    let (mut framework, first) = holding(&cluster, "inverse").await?;
    plan(&cluster, Some(&first)).await?;
    let inverse = asked(&mut framework).await?;
    let accept = json!({"inverse_offer_ids": [inverse["id"]], "filters": {"refuse_seconds": 3.0}});
    framework.call("ACCEPT_INVERSE_OFFERS", accept.clone()).await?;
    framework.events.nothing("INVERSE_OFFERS", Duration::from_secs(1)).await?;
    // It is a promise, and nothing was given back.
    let again = asked(&mut framework).await?;
    ensure!(again["id"] != inverse["id"], "{again}");
    // One that is no longer valid is ignored.
    framework.call("ACCEPT_INVERSE_OFFERS", accept).await
}

#[statement::proves(inverse)]
async fn declined_one_returns_after_revive(cluster: TestCluster) -> Result<()> {
    let (mut framework, first) = holding(&cluster, "inverse").await?;
    plan(&cluster, Some(&first)).await?;
    let inverse = asked(&mut framework).await?;
    let decline = json!({"inverse_offer_ids": [inverse["id"]], "filters": {"refuse_seconds": 3600.0}});
    framework.call("DECLINE_INVERSE_OFFERS", decline).await?;
    framework.events.nothing("INVERSE_OFFERS", Duration::from_secs(2)).await?;
    framework.call("REVIVE", Value::Null).await?;
    asked(&mut framework).await?;
    Ok(())
}
