//! Agents whose operator reserves resources for roles, and describes them by attributes.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, Request, TestCluster};

use crate::cluster::agent_address;
use crate::task::{launch, scalar};

testkit::cases![static_reservations_are_offered, static_reservations_may_be_json];

const ATTRIBUTES: &str = "rack:abc;level:5;ratio:1.5;ports:[1-3,5-7];text:hello_world";

async fn static_reservations_are_offered(cluster: TestCluster) -> Result<()> {
    are_shown_and_offered(cluster, "cpus(r):2;cpus:6;mem(r):512;mem:4096;disk:1024").await
}

async fn static_reservations_may_be_json(cluster: TestCluster) -> Result<()> {
    let reserved = |name, value| {
        let mut resource = scalar(name, value);
        resource["reservations"] = json!([{"type": "STATIC", "role": "r"}]);
        resource
    };
    let mut old_form = scalar("mem", 512.0);
    old_form["role"] = json!("r");
    let others = [scalar("cpus", 6.0), scalar("mem", 4096.0), scalar("disk", 1024.0)];
    let all = [[reserved("cpus", 2.0), old_form].as_slice(), &others].concat();
    are_shown_and_offered(cluster, &json!(all).to_string()).await
}

async fn are_shown_and_offered(cluster: TestCluster, resources: &str) -> Result<()> {
    let kind = cluster.backend();
    drop(cluster);
    let cluster = TestCluster::with_agent(kind, resources, ATTRIBUTES).await?;
    let agent = cluster.state().await?["slaves"][0].clone();
    let wanted = json!({
        "rack": "abc", "level": 5.0, "ratio": 1.5, "ports": "[1-3, 5-7]", "text": "hello_world",
    });
    ensure!(agent["attributes"] == wanted, "{agent}");
    let reserved = json!({"r": {"cpus": 2.0, "mem": 512.0, "disk": 0.0, "gpus": 0.0}});
    ensure!(agent["reserved_resources"] == reserved, "{agent}");
    ensure!(agent["unreserved_resources"]["cpus"] == 6.0 && agent["resources"]["cpus"] == 8.0, "{agent}");
    let capabilities = json!([{"type": "MULTI_ROLE"}, {"type": "RESERVATION_REFINEMENT"}]);
    let info = json!({"user": "tester", "name": "reserved", "roles": ["r"], "capabilities": capabilities});
    let mut framework = Framework::subscribe(&cluster, info).await?;
    let offer = framework.offers().await?.first().cloned().context("no offer")?;
    let mine = json!([{"type": "STATIC", "role": "r"}]);
    ensure!(offered(&offer, "cpus", &mine) == Some(2.0) && offered(&offer, "mem", &mine) == Some(512.0));
    ensure!(offered(&offer, "cpus", &Value::Null) == Some(6.0), "{offer}");
    let texts = offer["attributes"].as_array().context("no attributes")?;
    ensure!(texts.iter().any(|it| it["name"] == "rack" && it["text"]["value"] == "abc"), "{offer}");
    let part = |name, value| {
        let mut resource = scalar(name, value);
        resource["reservations"] = mine.clone();
        resource["allocation_info"] = json!({"role": "r"});
        resource
    };
    let task = json!({
        "name": "t", "task_id": {"value": "t"}, "agent_id": offer["agent_id"],
        "resources": [part("cpus", 1.0), part("mem", 64.0)], "command": {"value": "exec sleep 1000"},
    });
    launch(&framework, &[offer["id"].clone()], &[task]).await?;
    let status = framework.events.event("UPDATE").await?["status"].clone();
    ensure!(status["state"] == "TASK_STARTING", "{status}");
    let state: Value = Request::get("/state").send(&agent_address(&cluster).await?).await?.json().await?;
    ensure!(state["reserved_resources"] == reserved && state["attributes"] == wanted, "{state}");
    ensure!(state["reserved_resources_allocated"]["r"]["cpus"] == 1.0, "{state}");
    Ok(())
}

/// How much is offered of it with these reservations.
fn offered(offer: &Value, name: &str, reservations: &Value) -> Option<f64> {
    let mut resources = offer["resources"].as_array()?.iter();
    let found = resources.find(|it| it["name"] == name && it["reservations"] == *reservations)?;
    found["scalar"]["value"].as_f64()
}
