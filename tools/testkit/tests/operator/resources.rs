//! Reservations and volumes.

use anyhow::{Context, Result, ensure};
use mesos_sdk::ErrorKind;
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::{AgentId, Resource};
use mesos_sdk::resources::Resources;
use serde_json::json;
use testkit::{Framework, Request, TestCluster, framework_info};

use crate::cluster::{agent_id, ensure_refused, master, the_agent, until};
use crate::running;

testkit::cases![
    resources_are_reserved_and_freed,
    volumes_are_created_resized_and_destroyed,
    missing_resources_are_a_conflict,
    offered_resources_are_rescinded_to_reserve,
    what_a_task_uses_is_not_reserved,
    senseless_operations_are_refused,
    resources_are_reserved_for_several_roles,
    reservations_have_both_forms,
    what_would_end_the_master_is_not_sent;
    // They end a real master.
    embedded only: empty_and_text_resources_are_refused,
];

fn reserved(disk: u32) -> Result<Vec<Resource>> {
    let text = format!(
        r#"[{{"name": "disk", "type": "SCALAR", "scalar": {{"value": {disk}}},
             "reservations": [{{"type": "DYNAMIC", "role": "web"}}]}}]"#
    );
    Ok(serde_json::from_str(&text)?)
}

fn volume(disk: u32) -> Result<Vec<Resource>> {
    let text = format!(
        r#"[{{"name": "disk", "type": "SCALAR", "scalar": {{"value": {disk}}},
             "reservations": [{{"type": "DYNAMIC", "role": "web"}}],
             "disk": {{"persistence": {{"id": "v"}}, "volume": {{"container_path": "data", "mode": "RW"}}}}}}]"#
    );
    Ok(serde_json::from_str(&text)?)
}

async fn until_there(master: &MasterOperator, wanted: &[Resource]) -> Result<()> {
    let has = |resources: &[Resource]| Resources::from(resources).contains(&Resources::from(wanted));
    until(|| master.get_agents(), |agents| agents.agents.iter().any(|agent| has(&agent.total_resources)))
        .await?;
    Ok(())
}

async fn resources_are_reserved_and_freed(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let id = agent_id(&master).await?;
    master.reserve_resources(id.clone(), vec![], reserved(100)?).await?;
    until_there(&master, &reserved(100)?).await?;
    master.unreserve_resources(id, reserved(100)?).await?;
    until(
        || master.get_agents(),
        |agents| agents.agents[0].total_resources.iter().all(|resource| resource.reservations.is_empty()),
    )
    .await?;
    Ok(())
}

async fn volumes_are_created_resized_and_destroyed(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let id = agent_id(&master).await?;
    master.reserve_resources(id.clone(), vec![], reserved(100)?).await?;
    master.create_volumes(id.clone(), volume(40)?).await?;
    until_there(&master, &volume(40)?).await?;
    let (made, more) = (volume(40)?.remove(0), reserved(10)?.remove(0));
    master.grow_volume(id.clone(), made, more).await?;
    until_there(&master, &volume(50)?).await?;
    master.shrink_volume(id.clone(), volume(50)?.remove(0), 20.0).await?;
    until_there(&master, &volume(30)?).await?;
    master.destroy_volumes(id, volume(30)?).await?;
    until_there(&master, &reserved(100)?).await
}

async fn missing_resources_are_a_conflict(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let agent = the_agent(&master).await?;
    let id = agent.agent_info.id.context("no id")?;
    ensure!(!agent.total_resources.is_empty());
    let too_much = reserved(1_000_000_000)?;
    ensure_refused(master.reserve_resources(id.clone(), vec![], too_much).await, ErrorKind::Conflict, "")?;
    ensure_refused(master.unreserve_resources(id, reserved(1)?).await, ErrorKind::Conflict, "")
}

async fn offered_resources_are_rescinded_to_reserve(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("waits")).await?;
    let offer = framework.offers().await?.remove(0);
    let master = master(&cluster)?;
    let id = agent_id(&master).await?;
    master.reserve_resources(id, vec![], reserved(100)?).await?;
    let rescinded = framework.events.event("RESCIND").await?;
    ensure!(rescinded["offer_id"] == offer["id"], "{rescinded}");
    until_there(&master, &reserved(100)?).await?;
    // What is left is offered once the time of a filter is over; what is reserved is not for this
    // framework.
    let again = framework.offers().await?;
    let left: Vec<Resource> = serde_json::from_value(again[0]["resources"].clone())?;
    let before: Vec<Resource> = serde_json::from_value(offer["resources"].clone())?;
    let disk = |resources: &[Resource]| Resources::from(resources).disk().as_f64();
    ensure!((disk(&before) - disk(&left) - 100.0).abs() < 1e-6, "{before:?} became {left:?}");
    Ok(())
}

async fn what_a_task_uses_is_not_reserved(cluster: TestCluster) -> Result<()> {
    let _running = running::running(&cluster).await?;
    let master = master(&cluster)?;
    let agent = the_agent(&master).await?;
    let cpus = Resources::from(&agent.total_resources[..]).cpus().as_f64();
    let all: Vec<Resource> = serde_json::from_str(&format!(
        r#"[{{"name": "cpus", "type": "SCALAR", "scalar": {{"value": {cpus}}},
             "reservations": [{{"type": "DYNAMIC", "role": "web"}}]}}]"#
    ))?;
    let id = agent.agent_info.id.context("no id")?;
    ensure_refused(master.reserve_resources(id, vec![], all).await, ErrorKind::Conflict, "")
}

async fn senseless_operations_are_refused(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let nobody = AgentId::from("nobody");
    let unknown = master.reserve_resources(nobody, vec![], reserved(1)?).await;
    ensure_refused(unknown, ErrorKind::Rejected, "No agent found with specified ID")?;
    let id = agent_id(&master).await?;
    let plain = serde_json::from_str(r#"[{"name": "disk", "type": "SCALAR", "scalar": {"value": 1}}]"#)?;
    let not_reserved = master.reserve_resources(id.clone(), vec![], plain).await;
    ensure_refused(not_reserved, ErrorKind::Rejected, "Invalid RESERVE operation on agent")?;
    let less = serde_json::from_str(r#"[{"name": "disk", "type": "SCALAR", "scalar": {"value": 0.5}}]"#)?;
    let other_amount = master.reserve_resources(id.clone(), less, reserved(1)?).await;
    let words =
        "Source and target resources should refer to identical resource quantities: disk:0.5 vs. disk:1";
    ensure_refused(other_amount, ErrorKind::Rejected, words)?;
    let no_volume = master.create_volumes(id.clone(), reserved(1)?).await;
    ensure_refused(no_volume, ErrorKind::Rejected, "Invalid CREATE operation on agent")?;
    let not_there = master.destroy_volumes(id.clone(), volume(1)?).await;
    ensure_refused(
        not_there,
        ErrorKind::Rejected,
        "Invalid DESTROY operation: Persistent volumes not found",
    )?;
    let no_more = master.shrink_volume(id, volume(10)?.remove(0), 10.0).await;
    ensure_refused(no_more, ErrorKind::Rejected, "must be smaller than the size")
}

async fn resources_are_reserved_for_several_roles(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let id = agent_id(&master).await?;
    let mut other = reserved(10)?;
    other[0].reservations[0].role = Some("db".to_owned());
    let both = [reserved(10)?, other].concat();
    master.reserve_resources(id.clone(), vec![], both.clone()).await?;
    until_there(&master, &both).await?;
    let mut allocated = Resources::from(&reserved(1)?[..]);
    allocated.allocate("web");
    let refused = master.reserve_resources(id.clone(), vec![], allocated.into()).await;
    ensure_refused(refused, ErrorKind::Rejected, "attempted with an allocated resource")?;
    // The response does not contain a role that nothing is allocated to either.
    let plain = serde_json::from_str(r#"[{"name": "disk", "type": "SCALAR", "scalar": {"value": 1}}]"#)?;
    let refused = master.reserve_resources(id, vec![], plain).await;
    ensure_refused(refused, ErrorKind::Rejected, "Resource disk:1 is not dynamically reserved")
}

async fn reservations_have_both_forms(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let id = agent_id(&master).await?;
    master.reserve_resources(id, vec![], reserved(100)?).await?;
    until_there(&master, &reserved(100)?).await?;
    for resource in the_agent(&master).await?.total_resources {
        let is_reserved = !resource.reservations.is_empty();
        ensure!(resource.role() == if is_reserved { "web" } else { "*" }, "{resource:?}");
        ensure!(resource.reservation.is_some() == is_reserved, "{resource:?}");
    }
    Ok(())
}

fn nothing() -> Result<Vec<Resource>> {
    reserved(0)
}

fn text() -> Result<Vec<Resource>> {
    Ok(serde_json::from_str(r#"[{"name": "words", "type": "TEXT"}]"#)?)
}

async fn what_would_end_the_master_is_not_sent(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let id = agent_id(&master).await?;
    let reserve = |resources| master.reserve_resources(id.clone(), vec![], resources);
    ensure_refused(reserve(nothing()?).await, ErrorKind::Invalid, "all the amounts are zero")?;
    ensure_refused(reserve(text()?).await, ErrorKind::Invalid, "resource 'words' is of no type")?;
    let freed = master.unreserve_resources(id.clone(), nothing()?).await;
    ensure_refused(freed, ErrorKind::Invalid, "all the amounts are zero")?;
    let made = master.create_volumes(id.clone(), volume(0)?).await;
    ensure_refused(made, ErrorKind::Invalid, "all the amounts are zero")?;
    ensure_refused(master.destroy_volumes(id, text()?).await, ErrorKind::Invalid, "is of no type")?;
    ensure!(master.get_health().await?.healthy);
    Ok(())
}

async fn empty_and_text_resources_are_refused(cluster: TestCluster) -> Result<()> {
    let id = agent_id(&master(&cluster)?).await?;
    for (resources, reason) in [
        (nothing()?, "Cannot determine resource provider for empty resources"),
        (text()?, "is invalid: Unsupported resource type"),
    ] {
        let call = json!({
            "type": "RESERVE_RESOURCES", "reserve_resources": {"agent_id": id, "resources": resources},
        });
        let response = Request::post("/api/v1", &call).send(cluster.address()).await?;
        ensure!(response.status() == 400, "{}", response.status());
        let text = response.text().await?;
        ensure!(text.contains(reason), "{text}");
    }
    Ok(())
}
