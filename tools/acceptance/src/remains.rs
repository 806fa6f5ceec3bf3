//! What is left of a run in the cluster, when nothing should be.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Request, TestCluster};
use tokio::time::{Instant, sleep};

use crate::history::Event;

/// How long what is to end may take after the last call: agents resend what was lost after up to 10
/// seconds, more slowly with each time, and a master that has just come back gives agents time.
const CLEANUP: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(200);

/// Looks again until nothing is left, or it takes too long. A look that fails is one at somebody
/// who is not back yet.
pub(crate) async fn left(look: impl AsyncFn() -> Result<Vec<(usize, String)>>) -> Result<Vec<Event>> {
    let give_up = Instant::now() + CLEANUP;
    loop {
        let found = look().await;
        let is_clean = found.as_ref().is_ok_and(|found| found.iter().all(|(count, _)| *count == 0));
        if is_clean || Instant::now() >= give_up {
            return Ok(found?.into_iter().map(|(count, what)| Event::Left { count, what }).collect());
        }
        sleep(POLL).await;
    }
}

/// Tasks that have not ended, or whose end is not acknowledged, in the eyes of the leader and of
/// the agents, beside so many that should be there.
pub(crate) async fn tasks(cluster: &TestCluster, lasting: usize) -> Result<Vec<(usize, String)>> {
    let leader = cluster.leader().await?.context("nobody leads")?;
    let of_master = ["pending_tasks", "tasks", "unreachable_tasks", "orphan_tasks"];
    let at_master = count(&leader, "GET_TASKS", &of_master).await?;
    let mut left = vec![(at_master.abs_diff(lasting), "tasks at the master".to_owned())];
    let agents = cluster.agents();
    left.push((agents.len().saturating_sub(back(&leader).await?), "agents away".to_owned()));
    let of_agent = ["pending_tasks", "queued_tasks", "launched_tasks", "terminated_tasks"];
    let mut at_agents = 0;
    for agent in agents {
        at_agents += count(&agent, "GET_TASKS", &of_agent).await?;
    }
    left.push((at_agents.abs_diff(lasting), "tasks at the agents".to_owned()));
    Ok(left)
}

/// Returns how many volumes the leader knows beside so many that should be there.
pub(crate) async fn volumes(cluster: &TestCluster, lasting: usize) -> Result<(usize, String)> {
    let leader = cluster.leader().await?.context("nobody leads")?;
    let response = call(&leader, "GET_AGENTS").await?;
    let agents = response["get_agents"]["agents"].as_array().into_iter().flatten();
    let resources = agents.filter_map(|agent| agent["total_resources"].as_array()).flatten();
    let volumes = resources.filter(|resource| resource["disk"]["persistence"].is_object()).count();
    Ok((volumes.abs_diff(lasting), "volumes".to_owned()))
}

/// Returns how many agents the master can reach. From one that is away when its framework ends,
/// executors without a task are not taken (`Master::reconcileKnownSlave` in Mesos).
async fn back(leader: &str) -> Result<usize> {
    let response = call(leader, "GET_AGENTS").await?;
    let agents = response["get_agents"]["agents"].as_array();
    Ok(agents.into_iter().flatten().filter(|agent| agent["active"] == true).count())
}

/// Frameworks in the eyes of the leader and of each agent.
pub(crate) async fn frameworks(cluster: &TestCluster) -> Result<Vec<(usize, String)>> {
    let leader = cluster.leader().await?.context("nobody leads")?;
    let at_master = count(&leader, "GET_FRAMEWORKS", &["frameworks"]).await?;
    let mut left = vec![(at_master, "frameworks at the master".to_owned())];
    for (which, agent) in cluster.agents().iter().enumerate() {
        let count = count(agent, "GET_FRAMEWORKS", &["frameworks"]).await?;
        left.push((count, format!("frameworks at agent {which}")));
    }
    Ok(left)
}

async fn count(address: &str, call_type: &str, lists: &[&str]) -> Result<usize> {
    let response = call(address, call_type).await?;
    let response = &response[call_type.to_lowercase()];
    Ok(lists.iter().map(|list| response[list].as_array().map_or(0, Vec::len)).sum())
}

async fn call(address: &str, call_type: &str) -> Result<Value> {
    let call = json!({ "type": call_type });
    let response = Request::post("/api/v1", &call).send(address).await?.json().await?;
    ensure!(response["type"] == call_type, "{address} has no response to {call_type}: {response}");
    Ok(response)
}
