//! What operators do to agents.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::ErrorKind;
use mesos_sdk::proto::v1::{AgentId, DrainState};
use serde_json::json;
use testkit::{Framework, TestCluster, framework_info};

use crate::cluster::{agent_id, ensure_refused, master, the_agent, until};
use crate::running::{self, Running, TASK, UUIDS};

testkit::cases![
    a_deactivated_agent_is_not_offered,
    agent_without_tasks_is_drained_at_once,
    tasks_of_a_drained_agent_are_killed,
    removed_agent_takes_its_tasks_along,
    agents_that_are_not_known_are_refused,
];

async fn a_deactivated_agent_is_not_offered(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let id = agent_id(&master).await?;
    master.deactivate_agent(id.clone()).await?;
    let agent = the_agent(&master).await?;
    ensure!(!agent.active && agent.deactivated == Some(true), "{agent:?}");
    let mut framework = Framework::subscribe(&cluster, framework_info("waits")).await?;
    framework.events.nothing("OFFERS", Duration::from_secs(3)).await?;
    master.reactivate_agent(id.clone()).await?;
    framework.offers().await?;
    ensure!(the_agent(&master).await?.active);
    ensure_refused(master.reactivate_agent(id).await, ErrorKind::Rejected, "Agent is not deactivated")
}

async fn agent_without_tasks_is_drained_at_once(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let id = agent_id(&master).await?;
    master.drain_agent(id.clone(), Some(Duration::from_secs(9)), false).await?;
    let agent = until(
        || the_agent_of(&master),
        |agent| agent.drain_info.as_ref().is_some_and(|info| info.state() == DrainState::Drained),
    )
    .await?;
    let config = agent.drain_info.context("no drain info")?.config;
    ensure!(config.max_grace_period.context("no grace period")?.nanoseconds == 9_000_000_000);
    ensure!(!agent.active && agent.deactivated == Some(true) && agent.estimated_drain_start_time.is_some());
    master.reactivate_agent(id).await?;
    let agent = the_agent(&master).await?;
    ensure!(agent.active && agent.drain_info.is_none(), "{agent:?}");
    Ok(())
}

/// The same with the error that [`until`] wants.
async fn the_agent_of(
    master: &mesos_sdk::operator::MasterOperator,
) -> Result<mesos_sdk::proto::v1::master::response::get_agents::Agent, mesos_sdk::Error> {
    let agents = master.get_agents().await?.agents;
    agents.into_iter().next().ok_or_else(|| mesos_sdk::Error::new(ErrorKind::NotFound, "no agent"))
}

#[statement::proves(drain)]
async fn tasks_of_a_drained_agent_are_killed(cluster: TestCluster) -> Result<()> {
    let mut running = running::running(&cluster).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    acknowledge(&mut running, "TASK_RUNNING", UUIDS[0]).await?;
    let master = master(&cluster)?;
    let id = agent_id(&master).await?;
    master.drain_agent(id.clone(), None, false).await?;
    let kill = running.events.event("KILL").await?;
    ensure!(kill["task_id"]["value"] == TASK, "{kill}");
    let draining = the_agent(&master).await?.drain_info.context("no drain info")?;
    ensure!(draining.state() == DrainState::Draining);
    ensure_refused(master.reactivate_agent(id).await, ErrorKind::Rejected, "still in the DRAINING state")?;
    running.executor.update(TASK, "TASK_KILLED", UUIDS[1]).await?;
    let killed = acknowledge(&mut running, "TASK_KILLED", UUIDS[1]).await?;
    ensure!(killed["reason"] == "REASON_AGENT_DRAINING", "{killed}");
    let drained = |agent: &mesos_sdk::proto::v1::master::response::get_agents::Agent| {
        agent.drain_info.as_ref().is_some_and(|info| info.state() == DrainState::Drained)
    };
    until(|| the_agent_of(&master), drained).await?;
    Ok(())
}

async fn acknowledge(running: &mut Running, state: &str, uuid: &str) -> Result<serde_json::Value> {
    let status = running.framework.events.event("UPDATE").await?["status"].clone();
    ensure!(status["state"] == state, "{status}");
    let acknowledge = json!({"agent_id": running.agent, "task_id": {"value": TASK}, "uuid": uuid});
    running.framework.call("ACKNOWLEDGE", acknowledge).await?;
    Ok(status)
}

async fn removed_agent_takes_its_tasks_along(cluster: TestCluster) -> Result<()> {
    let info = json!({
        "user": "tester", "name": "aware", "role": "*", "capabilities": [{"type": "PARTITION_AWARE"}],
    });
    let mut running = running::running_with(&cluster, info).await?;
    let master = master(&cluster)?;
    let id = agent_id(&master).await?;
    master.mark_agent_gone(id.clone()).await?;
    let status = running.framework.events.event("UPDATE").await?["status"].clone();
    ensure!(status["state"] == "TASK_GONE_BY_OPERATOR", "{status}");
    ensure!(
        status["reason"] == "REASON_SLAVE_REMOVED_BY_OPERATOR"
            || status["reason"] == "REASON_AGENT_REMOVED_BY_OPERATOR",
        "{status}"
    );
    until(|| master.get_agents(), |agents| agents.agents.is_empty()).await?;
    master.mark_agent_gone(id).await?;
    Ok(())
}

async fn agents_that_are_not_known_are_refused(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let unknown = AgentId::from("nobody");
    ensure_refused(master.mark_agent_gone(unknown.clone()).await, ErrorKind::NotFound, "'nobody' not found")?;
    ensure_refused(
        master.drain_agent(unknown.clone(), None, false).await,
        ErrorKind::Rejected,
        "Unknown agent",
    )?;
    ensure_refused(master.deactivate_agent(unknown.clone()).await, ErrorKind::Rejected, "Unknown agent")?;
    ensure_refused(master.reactivate_agent(unknown).await, ErrorKind::Rejected, "Agent is not deactivated")
}
