//! What is left of an offer, by the master's arithmetic and by the library's.

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1;
use mesos_sdk::resources::Resources;
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use crate::task::{launch, offer, scalar, task};

testkit::cases![scalars_have_three_decimals, tenths_add_up, remaining_ranges_are_sorted_and_merged,];

#[statement::proves(fix)]
async fn scalars_have_three_decimals(cluster: TestCluster) -> Result<()> {
    holds_for(&cluster, &[scalar("cpus", 0.100_4)], &[scalar("cpus", 0.100_499)]).await
}

#[statement::proves(fix2)]
async fn tenths_add_up(cluster: TestCluster) -> Result<()> {
    holds_for(&cluster, &[scalar("cpus", 0.1)], &[scalar("cpus", 0.2)]).await
}

#[statement::proves(range)]
async fn remaining_ranges_are_sorted_and_merged(cluster: TestCluster) -> Result<()> {
    let first = [scalar("cpus", 0.1), ports(31_010, 31_019)];
    let second = [scalar("cpus", 0.1), ports(31_020, 31_020)];
    holds_for(&cluster, &first, &second).await
}

/// Launches two tasks, and compares the next offer with what is left of the first according to the
/// library.
async fn holds_for(cluster: &TestCluster, first: &[Value], second: &[Value]) -> Result<()> {
    let mut framework = Framework::subscribe(cluster, framework_info("remainder")).await?;
    let whole = offer(&mut framework).await?;
    let tasks = [of("first", first, &whole), of("second", second, &whole)];
    launch(&framework, &[whole["id"].clone()], &tasks).await?;
    let rest = offer(&mut framework).await?;
    let executor = resources(&tasks[0]["executor"]["resources"])?;
    let used = resources(&tasks[0]["resources"])? + resources(&tasks[1]["resources"])? + executor;
    let left = resources(&whole["resources"])? - used;
    ensure!(resources(&rest["resources"])? == left, "{} is left, not {left}", rest["resources"]);
    Ok(())
}

fn of(id: &str, resources: &[Value], offer: &Value) -> Value {
    let mut task = task(id, &offer["agent_id"]);
    task["resources"] = json!(resources);
    task
}

fn ports(begin: u64, end: u64) -> Value {
    json!({"name": "ports", "type": "RANGES", "ranges": {"range": [{"begin": begin, "end": end}]}})
}

fn resources(value: &Value) -> Result<Resources> {
    let list: Vec<v1::Resource> = serde_json::from_value(value.clone()).context("not resources")?;
    Ok(list.into())
}
