//! `mesos_sdk::validation` returns the same texts for a task as the master.

mod bad;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::offer::operation::LaunchGroup;
use mesos_sdk::proto::v1::{FrameworkInfo, TaskInfo};
use mesos_sdk::validation;
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use self::bad::{
    bad_checks, bad_executors, bad_groups, bad_ids, bad_tasks, changed, command_task, executor,
    malformed_resources,
};
use crate::identity::refusal;
use crate::task::{offer, scalar};

testkit::cases![
    refusals_of_tasks,
    refusals_of_task_groups,
    malformed_resources_void_a_launch,
    refusals_of_frameworks,
];

/// Returns the master's text about each of these tasks, by id, when all are launched on one offer.
async fn texts_of_master(
    framework: &mut Framework,
    offer: &Value,
    operations: Vec<Value>,
    count: usize,
) -> Result<BTreeMap<String, String>> {
    let filters = json!({"refuse_seconds": 0.0});
    framework
        .call("ACCEPT", json!({"offer_ids": [offer["id"]], "operations": operations, "filters": filters}))
        .await?;
    let mut of_master = BTreeMap::new();
    while of_master.len() < count {
        let status = framework.events.event("UPDATE").await?["status"].clone();
        let id = status["task_id"]["value"].as_str().context("no id")?.to_owned();
        let words = status["message"].as_str().context("no message")?.to_owned();
        ensure!(status["state"] == "TASK_ERROR", "{status}");
        ensure!(of_master.insert(id, words).is_none(), "reported twice: {status}");
    }
    Ok(of_master)
}

fn ensure_same(of_master: &BTreeMap<String, String>, of_library: &BTreeMap<String, String>) -> Result<()> {
    let differing: Vec<_> =
        of_library.iter().filter(|(id, words)| of_master.get(*id) != Some(words)).collect();
    let differing: Vec<_> = differing
        .iter()
        .map(|(id, words)| format!("{id}\n  master: {:?}\n  library: {words:?}", of_master.get(*id)))
        .collect();
    ensure!(differing.is_empty(), "other words:\n{}", differing.join("\n"));
    Ok(())
}

fn launch(tasks: &[Value]) -> Value {
    json!({"type": "LAUNCH", "launch": {"task_infos": tasks}})
}

#[statement::proves(launcherr, gpu, rev, alloc, default)]
async fn refusals_of_tasks(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("words")).await?;
    let offer = offer(&mut framework).await?;
    let of_task = |(id, changes): (&str, Value)| changed(command_task(id, &offer), changes);
    let of_executor = |(id, changes): (&str, Value)| {
        let executor = changed(executor(), changes);
        changed(command_task(id, &offer), json!({"command": null, "executor": executor}))
    };
    let mut tasks: Vec<_> = bad_tasks().into_iter().chain(bad_checks()).map(of_task).collect();
    tasks.extend(bad_executors().into_iter().map(of_executor));
    tasks.extend(bad_ids().iter().map(|id| command_task(id, &offer)));
    let of_library: Result<BTreeMap<_, _>> = tasks.iter().map(words_for_task).collect();
    let of_library = of_library?;
    ensure!(of_library.len() == tasks.len());
    let of_master = texts_of_master(&mut framework, &offer, vec![launch(&tasks)], tasks.len()).await?;
    ensure_same(&of_master, &of_library)
}

fn words_for_task(task: &Value) -> Result<(String, String)> {
    let task: TaskInfo = serde_json::from_value(task.clone())?;
    let id = task.task_id.value.clone();
    let invalid = validation::task(&task).err().with_context(|| format!("{id} is fine"))?;
    Ok((id, invalid.into_reason()))
}

#[statement::proves(inval, noreserve)]
async fn malformed_resources_void_a_launch(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("words")).await?;
    let offer = offer(&mut framework).await?;
    let tasks: Vec<_> = malformed_resources()
        .into_iter()
        .map(|(id, resource)| changed(command_task(id, &offer), json!({"resources": [resource]})))
        .collect();
    let of_library: Result<BTreeMap<_, _>> = tasks.iter().map(words_for_task).collect();
    let operations = tasks.iter().map(|task| launch(std::slice::from_ref(task))).collect();
    let of_master = texts_of_master(&mut framework, &offer, operations, tasks.len()).await?;
    ensure_same(&of_master, &of_library?)
}

#[statement::proves(group)]
async fn refusals_of_task_groups(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("words")).await?;
    let offer = offer(&mut framework).await?;
    let good = json!({
        "type": "DEFAULT", "executor_id": {"value": "e"}, "framework_id": {"value": framework.id()},
        "resources": [scalar("cpus", 0.1), scalar("mem", 32.0), scalar("disk", 1.0)],
    });
    let mut operations = Vec::new();
    let mut of_library = BTreeMap::new();
    for (id, of_executor, of_task) in bad_groups() {
        let executor = changed(good.clone(), of_executor);
        let task = changed(command_task(id, &offer), of_task);
        let group = json!({"executor": executor, "task_group": {"tasks": [task]}});
        let message: LaunchGroup = serde_json::from_value(group.clone())?;
        let invalid = validation::task_group(&message).err().with_context(|| format!("{id} is fine"))?;
        of_library.insert(id.to_owned(), invalid.into_reason());
        operations.push(json!({"type": "LAUNCH_GROUP", "launch_group": group}));
    }
    let of_master = texts_of_master(&mut framework, &offer, operations, of_library.len()).await?;
    ensure_same(&of_master, &of_library)
}

#[statement::proves(roles)]
async fn refusals_of_frameworks(cluster: TestCluster) -> Result<()> {
    let with = |changes: Value| changed(framework_info("words"), changes);
    let quantities = |quantities: Value| json!({"offer_filters": {"*": {"min_allocatable_resources": {"quantities": [quantities]}}}});
    for info in [
        with(json!({"role": "a b"})),
        with(json!({"roles": ["a"]})),
        with(json!({"capabilities": [{"type": "MULTI_ROLE"}]})),
        with(json!({"capabilities": [{"type": "MULTI_ROLE"}], "role": null, "roles": ["a", "b", "a"]})),
        with(json!({"capabilities": [{"type": "MULTI_ROLE"}], "role": null, "roles": ["a", "-b"]})),
        with(json!({"id": {"value": "a/b"}})),
        with(quantities(json!({}))),
        with(quantities(json!({"quantities": {"cpus": {"value": -1.0}}}))),
    ] {
        let message: FrameworkInfo = serde_json::from_value(info.clone())?;
        let of_library = validation::framework(&message).err().with_context(|| format!("fine: {info}"))?;
        let of_master = refusal(&cluster, json!({"framework_info": info})).await?;
        ensure!(of_master == of_library.reason(), "master: {of_master}\nlibrary: {}", of_library.reason());
    }
    Ok(())
}
