//! Offers and the tasks that are launched on them.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::Framework;

/// The one offer that comes next, on a cluster of one agent.
pub(crate) async fn offer(framework: &mut Framework) -> Result<Value> {
    let offers = framework.offers().await?;
    ensure!(offers.len() == 1, "{} offers", offers.len());
    offers.into_iter().next().context("no offer")
}

/// Accepts the offers with these ids with a launch of these tasks.
pub(crate) async fn launch(framework: &Framework, offers: &[Value], tasks: &[Value]) -> Result<()> {
    let operation = json!({"type": "LAUNCH", "launch": {"task_infos": tasks}});
    let filters = json!({"refuse_seconds": 0.0});
    framework
        .call("ACCEPT", json!({"offer_ids": offers, "operations": [operation], "filters": filters}))
        .await
}

/// A task whose executor never registers: it stays in staging.
pub(crate) fn task(id: &str, agent: &Value) -> Value {
    let resources = [scalar("cpus", 0.1), scalar("mem", 32.0)];
    let executor = json!({
        "type": "CUSTOM",
        "executor_id": {"value": "never-registers"},
        "command": {"value": "sleep 1000"},
        "resources": resources,
    });
    json!({
        "name": id, "task_id": {"value": id}, "agent_id": agent, "resources": resources, "executor": executor,
    })
}

pub(crate) fn scalar(name: &str, value: f64) -> Value {
    json!({"name": name, "type": "SCALAR", "scalar": {"value": value}})
}
