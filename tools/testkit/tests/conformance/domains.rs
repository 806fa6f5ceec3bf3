//! Fault domains: the regions and zones of masters and agents.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, Request, TestCluster, framework_info};
use tokio::time::timeout;

use crate::task::offer;

testkit::cases![far_agents_need_the_capability, pages_show_domains];

/// Longer than the master takes between two rounds of offers.
const NO_OFFER: Duration = Duration::from_secs(3);

fn domain(region: &str, zone: &str) -> Value {
    json!({"fault_domain": {"region": {"name": region}, "zone": {"name": zone}}})
}

async fn start(cluster: &TestCluster) -> Result<TestCluster> {
    TestCluster::in_domains(cluster.backend(), "eu/eu-1", &["eu/eu-2", "us/us-1"]).await
}

async fn far_agents_need_the_capability(cluster: TestCluster) -> Result<()> {
    let cluster = start(&cluster).await?;
    let mut plain = Framework::subscribe(&cluster, framework_info("plain")).await?;
    let near = offer(&mut plain).await?;
    ensure!(near["domain"] == domain("eu", "eu-2"), "{near}");
    let other = timeout(NO_OFFER, offer(&mut plain)).await;
    ensure!(other.is_err(), "{other:?}");
    let mut info = framework_info("aware");
    info["capabilities"] = json!([{"type": "REGION_AWARE"}]);
    let mut aware = Framework::subscribe(&cluster, info).await?;
    let far = offer(&mut aware).await?;
    ensure!(far["domain"] == domain("us", "us-1"), "{far}");
    Ok(())
}

/// Returns the flag `domain` in a state, which is JSON as text.
fn domain_flag(state: &Value) -> Result<Value> {
    let text = state["flags"]["domain"].as_str().context("no flag domain")?;
    Ok(serde_json::from_str(text)?)
}

async fn pages_show_domains(cluster: TestCluster) -> Result<()> {
    let without = cluster.state().await?;
    ensure!(without.get("domain").is_none() && without["slaves"][0].get("domain").is_none(), "{without}");
    let cluster = start(&cluster).await?;
    let state = cluster.state().await?;
    ensure!(state["domain"] == domain("eu", "eu-1"), "{state}");
    ensure!(state["leader_info"]["domain"] == state["domain"], "{state}");
    ensure!(domain_flag(&state)? == state["domain"], "{state}");
    let agents = state["slaves"].as_array().context("no agents")?;
    let zones = |agent: &Value| agent["domain"]["fault_domain"]["zone"]["name"].clone();
    let mut shown: Vec<_> = agents.iter().map(zones).collect();
    shown.sort_by_key(ToString::to_string);
    ensure!(shown == ["eu-2", "us-1"], "{shown:?}");
    for agent in agents {
        let address = format!("127.0.0.1:{}", agent["port"]);
        let own = Request::get("/state").send(&address).await?.json().await?;
        ensure!(own["domain"] == agent["domain"], "{own}");
        ensure!(domain_flag(&own)? == agent["domain"] && own["flags"]["resources"].is_string(), "{own}");
    }
    let call = json!({"type": "GET_MASTER"});
    let master = Request::post("/api/v1", &call).send(cluster.address()).await?.json().await?;
    ensure!(master["get_master"]["master_info"]["domain"] == domain("eu", "eu-1"), "{master}");
    Ok(())
}
