//! Operations on offered resources: what they make of them, and what is reported of them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::build::{PersistentVolume, Reservation};
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::resource::SharedInfo;
use mesos_sdk::proto::v1::resource::disk_info::source;
use mesos_sdk::proto::v1::{FrameworkInfo, Resource};
use mesos_sdk::resources::Resources;
use mesos_sdk::validation;
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use crate::task::{offer, task};

testkit::cases![
    operation_is_reported_until_acknowledged,
    volume_is_created_used_and_destroyed,
    volume_grows_and_shrinks,
    shared_volume_is_used_by_many_tasks,
    only_a_known_operation_is_acknowledged,
    known_and_unknown_operations,
    refusals_of_invalid_operations,
    launches_have_no_id,
    operations_are_refused;
    // A real master repeats this after 10 s too; the wait is not worth it twice.
    embedded only: report_is_resent_after_ten_seconds,
];

const ROLE: &str = "storage";

fn info(name: &str) -> Value {
    let mut info = framework_info(name);
    info["role"] = json!(ROLE);
    info["capabilities"] = json!([{"type": "RESERVATION_REFINEMENT"}]);
    info
}

async fn accept(framework: &Framework, offer: &Value, operations: &[Operation]) -> Result<()> {
    let filters = json!({"refuse_seconds": 0.0});
    framework
        .call("ACCEPT", json!({"offer_ids": [offer["id"]], "operations": operations, "filters": filters}))
        .await
}

async fn report(framework: &mut Framework) -> Result<Value> {
    Ok(framework.events.event("UPDATE_OPERATION_STATUS").await?["status"].clone())
}

async fn finished(framework: &mut Framework, id: &str) -> Result<Value> {
    let status = report(framework).await?;
    ensure!(status["operation_id"]["value"] == id, "{status}");
    ensure!(status["state"] == "OPERATION_FINISHED", "{status}");
    Ok(status)
}

async fn acknowledge(framework: &Framework, status: &Value) -> Result<()> {
    let contents = json!({
        "agent_id": status["agent_id"], "operation_id": status["operation_id"], "uuid": status["uuid"]["value"],
    });
    framework.call("ACKNOWLEDGE_OPERATION_STATUS", contents).await
}

fn disk() -> Result<Vec<Resource>> {
    Ok(Reservation::for_role(ROLE).build(&"disk:64".parse()?)?)
}

/// What is offered, allocated to no role.
fn resources(offer: &Value) -> Result<Resources> {
    let resources: Vec<Resource> = serde_json::from_value(offer["resources"].clone())?;
    let mut resources: Resources = resources.into();
    resources.unallocate();
    Ok(resources.into_iter().collect())
}

#[statement::proves(opuuid, opterminal, opackagent)]
async fn operation_is_reported_until_acknowledged(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, info("opuuid")).await?;
    let first = offer(&mut framework).await?;
    accept(&framework, &first, &[Operation::reserve(disk()?).with_id("r")]).await?;
    let status = finished(&mut framework, "r").await?;
    ensure!(status["agent_id"] == first["agent_id"], "{status}");
    ensure!(status["uuid"]["value"].as_str().is_some_and(|uuid| uuid.len() == 24), "{status}");
    let mut without_agent = json!({"operation_id": {"value": "r"}, "uuid": status["uuid"]["value"]});
    let refused = framework.try_call("ACKNOWLEDGE_OPERATION_STATUS", without_agent.clone()).await?;
    ensure!(refused.status() == 400);
    without_agent["agent_id"] = status["agent_id"].clone();
    acknowledge(&framework, &status).await?;
    let second = offer(&mut framework).await?;
    let left = resources(&first)?;
    let reserved = Resources::from(disk()?);
    ensure!(resources(&second)?.contains(&reserved), "{second}");
    ensure!(left.apply(&Operation::reserve(disk()?))? == resources(&second)?, "{second}");
    accept(&framework, &second, &[Operation::unreserve(disk()?)]).await?;
    let third = offer(&mut framework).await?;
    ensure!(resources(&third)? == left, "{third}");
    framework.events.nothing("UPDATE_OPERATION_STATUS", Duration::from_secs(1)).await
}

#[statement::proves(pv)]
async fn volume_is_created_used_and_destroyed(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, info("pv")).await?;
    let first = offer(&mut framework).await?;
    let volume = PersistentVolume::new("v", "data").build(&disk()?[0])?;
    let mut with_volume = task("t", &first["agent_id"]);
    let needed = with_volume["resources"].as_array_mut().context("no resources")?;
    needed.push(serde_json::to_value(&volume)?);
    let launch = Operation::launch(vec![serde_json::from_value(with_volume)?]);
    let operations = [Operation::reserve(disk()?), Operation::create(vec![volume.clone()]), launch];
    accept(&framework, &first, &operations).await?;
    // The task holds the volume.
    let second = offer(&mut framework).await?;
    ensure!(resources(&second)?.persistent_volumes().is_empty(), "{second}");
    framework.call("KILL", json!({"task_id": {"value": "t"}})).await?;
    framework.events.event("UPDATE").await?;
    framework
        .call("DECLINE", json!({"offer_ids": [second["id"]], "filters": {"refuse_seconds": 0.0}}))
        .await?;
    let third = with(&mut framework, &volume).await?;
    let operations = [Operation::destroy(vec![volume]), Operation::unreserve(disk()?)];
    accept(&framework, &third, &operations).await?;
    let fourth = offer(&mut framework).await?;
    ensure!(resources(&fourth)?.reserved().is_empty(), "{fourth}");
    Ok(())
}

/// The next offer that has this resource; others are declined.
async fn with(framework: &mut Framework, wanted: &Resource) -> Result<Value> {
    loop {
        let offer = offer(framework).await?;
        if resources(&offer)?.contains_resource(wanted) {
            return Ok(offer);
        }
        let filters = json!({"refuse_seconds": 0.0});
        framework.call("DECLINE", json!({"offer_ids": [offer["id"]], "filters": filters})).await?;
    }
}

#[statement::proves(pv)]
async fn shared_volume_is_used_by_many_tasks(cluster: TestCluster) -> Result<()> {
    let mut info = info("shared");
    info["capabilities"] = json!([{"type": "RESERVATION_REFINEMENT"}, {"type": "SHARED_RESOURCES"}]);
    let mut framework = Framework::subscribe(&cluster, info).await?;
    let first = offer(&mut framework).await?;
    let volume = PersistentVolume::new("v", "data").build(&disk()?[0])?;
    let volume = Resource { shared: Some(SharedInfo::default()), ..volume };
    let using = |id: &str| -> Result<Operation> {
        let mut task = task(id, &first["agent_id"]);
        task["resources"].as_array_mut().context("no resources")?.push(serde_json::to_value(&volume)?);
        Ok(Operation::launch(vec![serde_json::from_value(task)?]))
    };
    let create = [Operation::reserve(disk()?), Operation::create(vec![volume.clone()])];
    accept(&framework, &first, &[&create[..], &[using("one")?, using("two")?]].concat()).await?;
    // Both are on their way, and there is still a volume for a third.
    let second = offer(&mut framework).await?;
    ensure!(resources(&second)?.contains_resource(&volume), "{second}");
    let destroy = Operation::destroy(vec![volume.clone()]).with_id("d");
    accept(&framework, &second, &[using("three")?, destroy]).await?;
    let status = report(&mut framework).await?;
    ensure!(status["state"] == "OPERATION_ERROR", "{status}");
    ensure!(status["message"].as_str().is_some_and(|text| text.contains("in use")), "{status}");
    let known = cluster.framework(framework.id()).await?;
    ensure!(known["tasks"].as_array().is_some_and(|tasks| tasks.len() == 3), "{known}");
    Ok(())
}

fn sized(volume: &Resource, megabytes: f64) -> Resource {
    Resource { scalar: Some(mesos_sdk::proto::v1::value::Scalar { value: megabytes }), ..volume.clone() }
}

#[statement::proves(pv)]
async fn volume_grows_and_shrinks(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, info("resize")).await?;
    let first = offer(&mut framework).await?;
    let reserved = sized(&disk()?[0], 96.0);
    let volume = PersistentVolume::new("v", "data").build(&disk()?[0])?;
    let operations = [Operation::reserve(vec![reserved]), Operation::create(vec![volume.clone()])];
    accept(&framework, &first, &operations).await?;
    let offer = with(&mut framework, &volume).await?;
    let grow = Operation::grow_volume(volume.clone(), sized(&disk()?[0], 32.0));
    // What is being resized can be used by no other operation.
    let late = Operation::destroy(vec![sized(&volume, 96.0)]).with_id("late");
    accept(&framework, &offer, &[grow.with_id("grow"), late]).await?;
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let status = report(&mut framework).await?;
        outcomes.push((status["operation_id"]["value"].clone(), status["state"].clone()));
    }
    outcomes.sort_by_key(|(id, _)| id.to_string());
    let expected = json!([["grow", "OPERATION_FINISHED"], ["late", "OPERATION_ERROR"]]);
    ensure!(json!(outcomes) == expected, "{outcomes:?}");
    let offer = with(&mut framework, &sized(&volume, 96.0)).await?;
    accept(&framework, &offer, &[Operation::shrink_volume(sized(&volume, 96.0), 86.0)]).await?;
    let offer = with(&mut framework, &sized(&volume, 10.0)).await?;
    ensure!(resources(&offer)?.contains_resource(&sized(&disk()?[0], 86.0)), "{offer}");
    Ok(())
}

#[statement::proves(ack7)]
async fn only_a_known_operation_is_acknowledged(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, info("ack7")).await?;
    let offer = offer(&mut framework).await?;
    accept(&framework, &offer, &[Operation::reserve(disk()?).with_id("r")]).await?;
    let status = finished(&mut framework, "r").await?;
    let mut other = status.clone();
    other["operation_id"]["value"] = json!("nobody");
    acknowledge(&framework, &other).await?;
    let known = reconciled(&mut framework, &status).await?;
    ensure!(known["state"] == "OPERATION_FINISHED", "{known}");
    acknowledge(&framework, &status).await?;
    let unknown = reconciled(&mut framework, &status).await?;
    ensure!(unknown["state"] == "OPERATION_UNKNOWN", "{unknown}");
    Ok(())
}

async fn reconciled(framework: &mut Framework, status: &Value) -> Result<Value> {
    let asked = json!({"operation_id": status["operation_id"], "agent_id": status["agent_id"]});
    framework.call("RECONCILE_OPERATIONS", json!({"operations": [asked]})).await?;
    let status = report(framework).await?;
    ensure!(status.get("uuid").is_none(), "{status}");
    Ok(status)
}

#[statement::proves(recop)]
async fn known_and_unknown_operations(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, info("recop")).await?;
    let offer = offer(&mut framework).await?;
    accept(&framework, &offer, &[Operation::reserve(disk()?).with_id("r")]).await?;
    let status = finished(&mut framework, "r").await?;
    framework.call("RECONCILE_OPERATIONS", json!({"operations": []})).await?;
    let implicit = report(&mut framework).await?;
    ensure!(implicit["operation_id"]["value"] == "r" && implicit.get("uuid").is_none(), "{implicit}");
    ensure!(implicit["agent_id"] == status["agent_id"], "{implicit}");
    for (agent, words) in [
        (json!({"value": "nobody"}), "Reconciliation: Both operation and agent are unknown"),
        (offer["agent_id"].clone(), "Reconciliation: Operation is unknown"),
    ] {
        let asked = json!({"operation_id": {"value": "other"}, "agent_id": agent});
        let response = reconciled(&mut framework, &asked).await?;
        ensure!(response["state"] == "OPERATION_UNKNOWN" && response["message"] == words, "{response}");
    }
    Ok(())
}

/// Each is wrong for a framework with the principal `me` and the one role.
fn wrong() -> Result<Vec<Operation>> {
    let by = |principal: &str| Reservation::for_role(ROLE).principal(principal);
    let cpus: Resources = "cpus:0.1".parse()?;
    let disk: Resources = "disk:64".parse()?;
    let mine = by("me").build(&disk)?;
    let volume = |id: &str| PersistentVolume::new(id, "data").principal("me").build(&mine[0]);
    let plain = Vec::from(disk);
    let shared = PersistentVolume::new("s", "data").principal("me").shared().build(&mine[0])?;
    Ok(vec![
        Operation::reserve(plain.clone()),
        Operation::reserve(Reservation::for_role(ROLE).build(&cpus)?),
        Operation::reserve(by("you").build(&cpus)?),
        Operation::reserve(Reservation::for_role("other").principal("me").build(&cpus)?),
        Operation::unreserve(plain.clone()),
        Operation::unreserve(vec![volume("v")?]),
        Operation::create(mine.clone()),
        Operation::create(plain.clone()),
        Operation::create(vec![volume("v")?, volume("v")?]),
        Operation::create(vec![PersistentVolume::new("v", "data").build(&mine[0])?]),
        Operation::create(vec![PersistentVolume::new("v", "data").principal("you").build(&mine[0])?]),
        Operation::create(vec![shared]),
        Operation::destroy(vec![volume("v")?]),
        Operation::destroy(plain.clone()),
        Operation::grow_volume(mine[0].clone(), mine[0].clone()),
        Operation::grow_volume(volume("v")?, plain[0].clone()),
        Operation::shrink_volume(volume("v")?, 0.0),
        Operation::shrink_volume(volume("v")?, 64.0),
        Operation::shrink_volume(mine[0].clone(), 1.0),
        Operation::create_disk(plain[0].clone(), source::Type::Mount, None),
        Operation::destroy_disk(plain[0].clone()),
    ])
}

#[statement::proves(launcherr, resprin)]
async fn refusals_of_invalid_operations(cluster: TestCluster) -> Result<()> {
    let mut info = info("wrong");
    info["principal"] = json!("me");
    let mut framework = Framework::subscribe(&cluster, info.clone()).await?;
    info["id"] = json!({"value": framework.id()});
    let message: FrameworkInfo = serde_json::from_value(info)?;
    let offer = offer(&mut framework).await?;
    let numbered = wrong()?.into_iter().enumerate();
    let operations: Vec<_> = numbered.map(|(n, operation)| operation.with_id(n.to_string())).collect();
    accept(&framework, &offer, &operations).await?;
    for mut operation in operations {
        let status = report(&mut framework).await?;
        let id = &operation.id.clone().context("no id")?.value;
        ensure!(status["operation_id"]["value"] == *id && status["state"] == "OPERATION_ERROR", "{status}");
        validation::prepare_operation(&mut operation, ROLE).map_err(anyhow::Error::msg)?;
        let of_library = validation::operation(&operation, Some(&message), &Resources::new()).err();
        let of_library = of_library.with_context(|| format!("{id} is fine, but {status}"))?;
        let of_master = status["message"].as_str().unwrap_or_default();
        ensure!(
            of_master.starts_with(&format!("{of_library}; on agent ")),
            "{id}\nmaster: {of_master}\nlibrary: {of_library}"
        );
    }
    Ok(())
}

#[statement::proves(opidlaunch)]
async fn launches_have_no_id(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, info("opidlaunch")).await?;
    let offer = offer(&mut framework).await?;
    let launch = Operation::launch(vec![serde_json::from_value(task("t", &offer["agent_id"]))?]);
    accept(&framework, &offer, &[launch.with_id("l")]).await?;
    let status = framework.events.event("UPDATE").await?["status"].clone();
    ensure!(status["state"] == "TASK_ERROR" && status["reason"] == "REASON_TASK_INVALID", "{status}");
    ensure!(status["message"] == "The `id` field cannot be set on LAUNCH operations", "{status}");
    Ok(())
}

#[statement::proves(badoffer)]
async fn operations_are_refused(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, info("badoffer")).await?;
    let gone = json!({"id": {"value": "gone"}});
    accept(&framework, &gone, &[Operation::reserve(disk()?).with_id("r")]).await?;
    let status = report(&mut framework).await?;
    ensure!(status["state"] == "OPERATION_ERROR" && status.get("uuid").is_none(), "{status}");
    ensure!(
        status["message"] == "Operation attempted with invalid offers: Offer gone is no longer valid",
        "{status}"
    );
    Ok(())
}

#[statement::proves(opterminal)]
async fn report_is_resent_after_ten_seconds(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, info("again")).await?;
    let offer = offer(&mut framework).await?;
    accept(&framework, &offer, &[Operation::reserve(disk()?).with_id("r")]).await?;
    let first = finished(&mut framework, "r").await?;
    let second = finished(&mut framework, "r").await?;
    ensure!(first == second, "{first} and {second}");
    Ok(())
}
