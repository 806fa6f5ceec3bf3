//! Reservations and volumes.

use anyhow::{Context, Result, ensure};
use judges::Judge;
use mesos_sdk::ErrorKind;
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::Resource;
use mesos_sdk::resources::Resources;

use crate::cluster::{agent_id, ensure_refused, master, the_agent, until};

judges::cases![
    // The embedded cluster does not perform operations on resources for operators.
    ;real only:
    resources_are_reserved_and_freed,
    volumes_are_made_grown_shrunk_and_removed,
    what_an_agent_does_not_have_is_a_conflict
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

async fn resources_are_reserved_and_freed(judge: Judge) -> Result<()> {
    let master = master(&judge)?;
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

async fn volumes_are_made_grown_shrunk_and_removed(judge: Judge) -> Result<()> {
    let master = master(&judge)?;
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

async fn what_an_agent_does_not_have_is_a_conflict(judge: Judge) -> Result<()> {
    let master = master(&judge)?;
    let agent = the_agent(&master).await?;
    let id = agent.agent_info.id.context("no id")?;
    ensure!(!agent.total_resources.is_empty());
    let too_much = reserved(1_000_000_000)?;
    ensure_refused(master.reserve_resources(id.clone(), vec![], too_much).await, ErrorKind::Conflict, "")?;
    ensure_refused(master.unreserve_resources(id, reserved(1)?).await, ErrorKind::Conflict, "")
}
